"""Typed calls of the API. Limits are the document's: 200 messages a send, 500 ids a status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import orjson

from kaverun.kavenegar.answers import (
    AccountConfig,
    AccountInfo,
    Entry,
    MessageState,
    SentMessage,
    account_config,
    account_info,
    message_state,
    sent_message,
)
from kaverun.kavenegar.errors import ApiError
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.transport import DEFAULT_TIMEOUTS, HttpTransport, Timeouts, Transport

MESSAGES_PER_REQUEST = 200
IDS_PER_REQUEST = 500
_NO_RECORD = 449


class OutgoingMessage(NamedTuple):
    """One message of a request: receptor and sender as digits, the text, and the localid that makes it unique."""

    receptor: str
    sender: str
    text: str
    localid: int


class Client:
    """Kavenegar's methods over a transport. Every method raises `KavenegarError` (see kaverun.kavenegar.errors)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @classmethod
    def connect(cls, base_url: str, key: Secret, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> Client:
        return cls(HttpTransport(base_url, key, timeouts))

    def send_array(
        self,
        messages: Sequence[OutgoingMessage],
        *,
        date: int | None = None,
        type: int | None = None,  # noqa: A002  the provider's own name
        tag: str | None = None,
        hide: bool = False,
        policy: str | None = None,
    ) -> list[SentMessage]:
        """Send up to 200 different messages in one request (API document, *SendArray*).

        `date` is the time to send at in unix seconds, None for now. Rows come back in any order.
        """
        if not 1 <= len(messages) <= MESSAGES_PER_REQUEST:
            raise ValueError(f"{len(messages)} messages in a request that takes 1 to {MESSAGES_PER_REQUEST}")
        receptors, senders, texts, localids = zip(*messages, strict=True)
        fields = {
            "receptor": _array(receptors),
            "sender": _array(senders),
            "message": _array(texts),
            "localmessageids": _array(localids),
        }
        if type is not None:
            fields["type"] = _array([type] * len(messages))
        fields |= _shared(date=date, tag=tag, hide=hide, policy=policy)
        return [sent_message(entry) for entry in self._transport.call("sms/sendarray", fields)]

    def send(
        self,
        receptors: Sequence[str],
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
        """Send one text to up to 200 receptors (API document, *Send*)."""
        if not 1 <= len(receptors) <= MESSAGES_PER_REQUEST:
            raise ValueError(f"{len(receptors)} receptors in a request that takes 1 to {MESSAGES_PER_REQUEST}")
        if localids and len(localids) != len(receptors):
            raise ValueError(f"{len(localids)} localids for {len(receptors)} receptors")
        fields = {"receptor": ",".join(receptors), "message": message}
        if sender is not None:
            fields["sender"] = sender
        if type is not None:
            fields["type"] = str(type)
        if localids:
            fields["localid"] = ",".join(map(str, localids))
        fields |= _shared(date=date, tag=tag, hide=hide, policy=policy)
        return [sent_message(entry) for entry in self._transport.call("sms/send", fields)]

    def status(self, messageids: Iterable[int]) -> list[MessageState]:
        """Delivery status of messages of the last 48 hours, in requests of 500 (API document, *Status*)."""
        return self._states("sms/status", "messageid", messageids)

    def status_by_localid(self, localids: Iterable[int]) -> list[MessageState]:
        """What became of localids of the last 12 hours (API document, *StatusLocalMessageId*).

        Unknown ids come back with status 100 or not at all; an answer of 449 is an empty list.
        """
        return self._states("sms/statuslocalmessageid", "localid", localids)

    def status_by_receptor(self, receptor: str, startdate: int, enddate: int | None = None) -> list[MessageState]:
        """What was sent to one number within at most a day, in unix seconds (API document, *StatusByReceptor*)."""
        fields = {"receptor": receptor, "startdate": str(startdate)}
        if enddate is not None:
            fields["enddate"] = str(enddate)
        return [message_state(entry) for entry in self._listed("sms/statusbyreceptor", fields)]

    def select(self, messageids: Iterable[int]) -> list[SentMessage]:
        """Messages with their texts, in requests of 500; needs the account's IP whitelist (API document, *Select*)."""
        entries: list[Entry] = []
        for page in _pages(messageids):
            entries += self._listed("sms/select", {"messageid": page})
        return [sent_message(entry) for entry in entries]

    def select_outbox(self, startdate: int, enddate: int, sender: str | None = None) -> list[SentMessage]:
        """At most 500 messages sent between two unix seconds, a day apart at most and of the last 3 days.

        Needs the account's IP whitelist (API document, *SelectOutbox*, limits).
        """
        fields = {"startdate": str(startdate), "enddate": str(enddate)}
        if sender is not None:
            fields["sender"] = sender
        return [sent_message(entry) for entry in self._listed("sms/selectoutbox", fields)]

    def account_info(self) -> AccountInfo:
        """Credit in Rial and expiry (API document, *Info*)."""
        return account_info(self._single("account/info"))

    def account_config(self) -> AccountConfig:
        """The account's settings by a bare GET, since any parameter would write one (facts page, *Meaning*)."""
        return account_config(self._single("account/config"))

    def _single(self, method: str) -> dict[str, object]:
        entries = self._transport.call(method, None)
        return dict(entries[0]) if entries else {}

    def _states(self, method: str, field: str, ids: Iterable[int]) -> list[MessageState]:
        states: list[MessageState] = []
        for page in _pages(ids):
            states += map(message_state, self._listed(method, {field: page}))
        return states

    def _listed(self, method: str, fields: dict[str, str]) -> list[Entry]:
        """The entries of a look-up; "no record" is an empty list (facts page, *Meaning*)."""
        try:
            return self._transport.call(method, fields)
        except ApiError as error:
            if error.code != _NO_RECORD:
                raise
            return []


def _pages(ids: Iterable[int]) -> Iterator[str]:
    remaining = iter(ids)
    while page := list(islice(remaining, IDS_PER_REQUEST)):
        yield ",".join(map(str, page))


def _array(values: Sequence[object]) -> str:
    """A JSON array as the text of one form field (facts page, *Wire*)."""
    return orjson.dumps(values).decode()


def _shared(*, date: int | None, tag: str | None, hide: bool, policy: str | None) -> dict[str, str]:
    """The fields that hold for a whole request; an absent one is left out, never sent empty."""
    fields: dict[str, str] = {}
    if date is not None:
        fields["date"] = str(date)
    if hide:
        fields["hide"] = "1"
    if tag is not None:
        fields["tag"] = tag
    if policy is not None:
        fields["policy"] = policy
    return fields
