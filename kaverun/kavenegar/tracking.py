"""What became of messages, and cancelling them: sms/status, sms/status…, sms/cancel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kaverun.kavenegar.answers import MessageState, StateColumns, message_state, state_columns
from kaverun.kavenegar.calls import Calls
from kaverun.kavenegar.fields import numbers, present
from kaverun.kavenegar.limits import IDS_PER_REQUEST, check_count, check_receptors, check_span


class Tracking(Calls):
    """Look-ups by id. More than 500 ids take several requests, whose answers are joined in order.

    An answer of 449 (no record) is an empty list. Statuses are those of the API document, *Message Status Codes*;
    others may come.
    """

    def status(self, messageids: Iterable[int]) -> list[MessageState]:
        """Delivery status of messages of the last 48 hours (API document, *Status*).

        `messageids` are the provider's, as a sending call returns them. Unknown, foreign and older ones come back with
        status 100. Raises `KavenegarError`; codes to expect: 400 414.
        """
        return [message_state(entry) for entry in self._paged("sms/status", "messageid", messageids)]

    def status_columns(self, messageids: Sequence[int]) -> StateColumns:
        """`status` of 1 to 500 messageids in one request, its answer in columns; for callers with a million."""
        check_count(len(messageids), "messageids", IDS_PER_REQUEST)
        return state_columns(self._listed("sms/status", {"messageid": numbers(messageids)}))

    def status_by_localid(self, localids: Iterable[int | str]) -> list[MessageState]:
        """What became of localids of the last 12 hours (API document, *StatusLocalMessageId*).

        `localids` are those given on sending, or any text of older days. Unknown ones come back with status 100, or not
        at all. `localid` of a row is text whatever the provider gave. Raises `KavenegarError`; codes to expect: 400
        414.
        """
        return [message_state(entry) for entry in self._paged("sms/statuslocalmessageid", "localid", localids)]

    def status_by_receptor(self, receptor: str, startdate: int, enddate: int | None = None) -> list[MessageState]:
        """What was sent to one number within at most a day (API document, *StatusByReceptor*).

        `receptor` in any form the provider accepts: 09…, 9…, +989…, 00989…. Dates in unix seconds; without `enddate` it
        is a day after `startdate`. Raises `NotAsked` for a longer span,
        else `KavenegarError`; codes to expect: 411 417.
        """
        check_receptors([receptor])
        check_span(startdate, enddate)
        fields = present(receptor=receptor, startdate=startdate, enddate=enddate)
        return [message_state(entry) for entry in self._listed("sms/statusbyreceptor", fields)]

    def cancel(self, messageids: Iterable[int]) -> list[MessageState]:
        """Cancel messages that are queued (1) or scheduled (2) (API document, *Cancel*).

        `messageids` are the provider's. A row of status 13 was cancelled; another status says why it could not be, 100
        that there is no such message. The live service reportedly cancels only scheduled ones (facts page, *Meaning*).
        Raises `KavenegarError`; cancelling what was cancelled is harmless, so after an error call again with the
        same ids.
        """
        return [message_state(entry) for entry in self._paged("sms/cancel", "messageid", messageids)]
