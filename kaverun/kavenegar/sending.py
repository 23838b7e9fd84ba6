"""The methods that send: sms/send, sms/sendarray, verify/lookup, call/maketts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from kaverun.kavenegar.answers import SentColumns, SentMessage, sent_columns, sent_message
from kaverun.kavenegar.calls import Calls
from kaverun.kavenegar.errors import Unanswered
from kaverun.kavenegar.fields import array, joined, present
from kaverun.kavenegar.limits import (
    check_count,
    check_encodable,
    check_equal_length,
    check_lengths,
    check_localids,
    check_receptors,
    check_tag,
    check_texts,
    check_types,
)
from kaverun.kavenegar.tokens import Tokens


class OutgoingMessage(NamedTuple):
    """One message of a request: receptor and sender as digits, the text, and the localid that makes it unique.

    A localid is a positive whole number of at most 63 bits. Using one again sends nothing and returns the old record
    (API document, *Duplicate Prevention*). None means without; in one request all have a localid, or none has.
    """

    receptor: str
    sender: str
    text: str
    localid: int | None = None


class Sending(Calls):
    """Sends. An `Unanswered` request may have been carried out: send it again with the same localids only."""

    def send_array(
        self,
        messages: Sequence[OutgoingMessage],
        *,
        date: int | None = None,
        type: int | Sequence[int] | None = None,  # noqa: A002  the provider's own name
        tag: str | None = None,
        hide: bool = False,
        policy: str | None = None,
    ) -> list[SentMessage]:
        """Send up to 200 different messages in one request (API document, *SendArray*). Rows come in any order.

        `date`: when to send, in unix seconds, None for now. `type`: how phones show it, 0 to 3 (*Message Display
        Types*), one for all or one for each. `tag`: English letters, digits, - and _, known to the panel. `hide`: keep
        receptors out of the provider's logs. `policy`: name of a sending flow. They apply to all messages.

        A row of status 6 without a messageid was rejected. Costs are in Rial. More messages than 200 are not split:
        what was sent before an error would be lost to the caller.

        Raises `NotAsked` for a broken limit: messages, characters, tag, types, localids or types of another length, a
        localid that is not a positive Long. Else `KavenegarError`; codes to expect: 411 412 413 417 418 419 607.
        """
        columns = zip(*messages, strict=True) if messages else ((), (), (), ())
        return self.send_columns(*columns, date=date, type=type, tag=tag, hide=hide, policy=policy).rows()

    def send_columns(
        self,
        receptors: Sequence[str],
        senders: Sequence[str],
        texts: Sequence[str],
        localids: Sequence[int | None],
        *,
        date: int | None = None,
        type: int | Sequence[int] | None = None,  # noqa: A002
        tag: str | None = None,
        hide: bool = False,
        policy: str | None = None,
    ) -> SentColumns:
        """`send_array` for callers with messages in columns of one length, who want the answer's rows in columns."""
        check_count(len(receptors), "messages")
        check_lengths(texts, self._max_text)
        fields: dict[str, str | bytes] = {
            "receptor": array(receptors), "sender": array(senders), "message": _array_of(texts)
        }  # fmt: skip
        fields |= _localids_of(localids) | _types(type, len(receptors))
        fields |= _shared(date=date, tag=tag, hide=hide, policy=policy)
        return sent_columns(self._transport.call("sms/sendarray", fields))

    def send(
        self,
        receptors: str | Sequence[str],
        message: str,
        *,
        sender: str | None = None,
        date: int | None = None,
        type: int | None = None,  # noqa: A002
        localids: Sequence[int] = (),
        tag: str | None = None,
        hide: bool = False,
        policy: str | None = None,
    ) -> list[SentMessage]:
        """Send one text to one receptor or up to 200 (API document, *Send*).

        `sender` None is the account's default line; `localids` are none, or one for each receptor. The others are
        those of `send_array`, as are the rows of the answer and the codes. Raises `NotAsked` for a broken limit
        (receptors, characters, tag, type, localids), else `KavenegarError`.
        """
        numbers = _receptors(receptors)
        check_texts([message], self._max_text)
        check_types([] if type is None else [type])
        fields = {"receptor": joined(numbers), "message": message}
        fields |= present(sender=sender, type=type) | _localids(localids, len(numbers))
        fields |= _shared(date=date, tag=tag, hide=hide, policy=policy)
        return sent_columns(self._transport.call("sms/send", fields)).rows()

    def lookup(
        self,
        receptor: str,
        template: str,
        tokens: str | Tokens,
        *,
        type: Literal["sms", "call"] | None = None,  # noqa: A002
        tag: str | None = None,
    ) -> SentMessage:
        """Send a template of the panel, filled with tokens (API document, *VerifyLookup*), or have it read out.

        `tokens` is the first token, or `Tokens`. token, token2 and token3 hold no space, token10 up to 5, token20 up
        to 8; each has at most 100 characters and no newline, tab or underscore (facts page, *Meaning*). `type` "call"
        reads it out by phone, else it is a message.

        There is no localid: after `Unanswered`, look with `status_by_receptor` before you send again.

        Raises `NotAsked` for a broken token rule, tag, or a missing name, else `KavenegarError`; codes to expect:
        411 418 424 426 428 431 432 607. An answer of 200 without a row raises `Unanswered`.
        """
        check_receptors([receptor])
        check_tag(tag)
        check_count(len(template.strip()), "characters of a template's name")
        given = (Tokens(tokens) if isinstance(tokens, str) else tokens).given()
        fields = {"receptor": receptor, "template": template, **given, **present(type=type, tag=tag)}
        rows = self._transport.call("verify/lookup", fields)
        if not rows:
            raise Unanswered("Kavenegar answered the look-up of a template without a row", http_status=200)
        return sent_message(rows[0])

    def make_tts(
        self,
        receptors: str | Sequence[str],
        message: str,
        *,
        date: int | None = None,
        localids: Sequence[int] = (),
    ) -> list[SentMessage]:
        """Call one receptor or up to 200 and read a text out (API document, *MakeTTS*). Costs are in Rial.

        `date`: when to call, in unix seconds, None for now. `localids`: none, or one for each receptor. Raises
        `NotAsked` for a broken limit, else `KavenegarError`; codes to expect: 411 413 417 418 428.
        """
        numbers = _receptors(receptors)
        check_texts([message], self._max_text)
        fields = {"receptor": joined(numbers), "message": message}
        fields |= present(date=date) | _localids(localids, len(numbers))
        return sent_columns(self._transport.call("call/maketts", fields)).rows()


def _receptors(receptors: str | Sequence[str]) -> Sequence[str]:
    numbers = [receptors] if isinstance(receptors, str) else receptors
    check_count(len(numbers), "receptors")
    check_receptors(numbers)
    return numbers


def _localids(localids: Sequence[int], count: int) -> dict[str, str]:
    """The field `localid` of a request with one text."""
    if not localids:
        return {}
    check_equal_length(len(localids), "localids", count, "receptors")
    check_localids(localids)
    return {"localid": joined(localids)}


def _array_of(texts: Sequence[str]) -> bytes:
    """The field `message`; raises `NotAsked` for what no request can carry."""
    try:
        return array(texts)
    except TypeError:
        check_encodable(texts)
        raise


def _localids_of(localids: Sequence[int | None]) -> dict[str, bytes]:
    """The field `localmessageids`; absent if no message has one, since `null` is refused (facts page, *Wire*)."""
    given = [localid for localid in localids if localid is not None]
    if not given:
        return {}
    check_equal_length(len(given), "localids", len(localids), "messages")
    check_localids(given)
    return {"localmessageids": array(given)}


def _types(kinds: int | Sequence[int] | None, count: int) -> dict[str, bytes]:
    if kinds is None:
        return {}
    each = [kinds] * count if isinstance(kinds, int) else kinds
    check_equal_length(len(each), "types", count, "messages")
    check_types(each)
    return {"type": array(each)}


def _shared(*, date: int | None, tag: str | None, hide: bool, policy: str | None) -> dict[str, str]:
    """The fields that apply to a whole request."""
    check_tag(tag)
    return present(date=date, hide=1 if hide else None, tag=tag, policy=policy)
