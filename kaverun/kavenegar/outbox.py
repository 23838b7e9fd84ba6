"""What was sent, whole or counted: sms/select, sms/selectoutbox, sms/latestoutbox, sms/countoutbox."""

from __future__ import annotations

from collections.abc import Iterable

from kaverun.kavenegar.answers import OutboxCount, SentMessage, outbox_count, sent_message
from kaverun.kavenegar.calls import Calls
from kaverun.kavenegar.fields import present
from kaverun.kavenegar.limits import LISTED_AT_MOST, check_count, check_reach, check_span


class Outbox(Calls):
    """Whole messages. All but the count need the account's IP whitelist, else code 407.

    An answer of 449 (no record) is an empty list. Dates are unix seconds, costs Rial.
    """

    def select(self, messageids: Iterable[int]) -> list[SentMessage]:
        """Messages with their texts (API document, *Select*). More than 500 ids take several requests.

        `messageids` are the provider's; unknown ones come back with status 100 and nothing else. Raises
        `KavenegarError`; codes to expect: 400 407 414.
        """
        return [sent_message(entry) for entry in self._paged("sms/select", "messageid", messageids)]

    def select_outbox(self, startdate: int, enddate: int | None = None, sender: str | None = None) -> list[SentMessage]:
        """Messages of at most a day within the last 3 days, of a line or of all (API document, *SelectOutbox*).

        `startdate` and `enddate` in unix seconds; without `enddate` the span is the provider's. `sender` is one line,
        None for all. At most 500 come: if it is that many, there may be more, so ask for a shorter span.

        Raises `NotAsked` for a longer span or an earlier start, else `KavenegarError`; codes to expect: 407 412 417.
        """
        check_span(startdate, enddate)
        if self._clock is not None:
            check_reach(startdate, self._clock.now())
        fields = present(startdate=startdate, enddate=enddate, sender=sender)
        return [sent_message(entry) for entry in self._listed("sms/selectoutbox", fields)]

    def latest_outbox(self, pagesize: int | None = None, sender: str | None = None) -> list[SentMessage]:
        """The last messages, 500 or `pagesize`, of the line `sender` or of all (API document, *LatestOutbox*).

        Raises `NotAsked` for a size that is not 1 to 500, else `KavenegarError`; codes to expect: 407 412.
        """
        if pagesize is not None:
            check_count(pagesize, "messages", LISTED_AT_MOST)
        fields = present(pagesize=pagesize, sender=sender)
        return [sent_message(entry) for entry in self._listed("sms/latestoutbox", fields or None)]

    def count_outbox(self, startdate: int, enddate: int | None = None, status: int | None = None) -> OutboxCount:
        """How many messages of at most a day there are, of one `status` or of all (API document, *CountOutbox*).

        `startdate` and `enddate` in unix seconds; without `enddate` the span is the provider's. The answer's cost is in
        Rial. Raises `NotAsked` for a longer span, else `KavenegarError`; code to expect: 417.
        """
        check_span(startdate, enddate)
        fields = present(startdate=startdate, enddate=enddate, status=status)
        return outbox_count(next(iter(self._listed("sms/countoutbox", fields)), {}))
