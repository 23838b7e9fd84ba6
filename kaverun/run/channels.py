"""The three ways to a phone: how messages travel in requests, and how they are found again if an answer was lost.

sms     `sms/sendarray`; `sms/send` if everyone gets the same text from the same line, which is much smaller
voice   `call/maketts`; one request for each text
lookup  `verify/lookup`; one request for each message, without a localid
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Protocol, TypeVar

import orjson

from kaverun.campaign.models import Campaign
from kaverun.kavenegar.answers import MessageState, SentColumns
from kaverun.kavenegar.client import MESSAGES_PER_REQUEST, Client
from kaverun.kavenegar.errors import ApiError, KavenegarError, Unanswered
from kaverun.kavenegar.limits import IDS_PER_REQUEST
from kaverun.kavenegar.tokens import Tokens
from kaverun.message.batch import Batch, Message, MessageColumns, Shared
from kaverun.run.lookup import look_up

Place = TypeVar("Place", bound=Hashable)
_NO_SUCH_METHOD = (404, 405)
#: The most messages of a batch (API document, *SendArray*, *MakeTTS*; *Lookup* takes one).
LARGEST = {"sms": MESSAGES_PER_REQUEST, "voice": MESSAGES_PER_REQUEST, "lookup": 1}


class Channel(Protocol):
    """`sample` is how many messages are looked up to see whether the ledger forgot some.

    `traceable` is whether each message has a localid: what the provider does not have under it was not sent.
    """

    sample: int
    traceable: bool

    def requests(self, batch: Batch) -> list[list[int]]:
        """The places of a batch's messages, grouped into those that can travel together."""

    def send(self, batch: Batch) -> SentColumns:
        """One request; rows come in any order. Raises `KavenegarError`."""

    def find(self, messages: Mapping[Place, Message]) -> dict[Place, MessageState]:
        """What the provider has under the localids of messages, by their places; nothing if they have none.

        A mere likeness never counts (`kaverun.run.candidates`). Raises `KavenegarError`.
        """

    def check(self) -> None:
        """Ask for something, to see whether the provider answers at all. Raises `KavenegarError`."""


class _OfClient:
    def __init__(self, client: Client, shared: Shared) -> None:
        self._client = client
        self._shared = shared

    def check(self) -> None:
        self._client.account_info()


class _Traceable(_OfClient):
    """Messages that are looked up by their localids."""

    sample = IDS_PER_REQUEST
    traceable = True

    def find(self, messages: Mapping[Place, Message]) -> dict[Place, MessageState]:
        return look_up(self._client, messages)


class SmsChannel(_Traceable):
    """Texts. `same_text` is whether all recipients of the campaign get the same one."""

    def __init__(self, client: Client, shared: Shared, *, same_text: bool = False) -> None:
        super().__init__(client, shared)
        self._same_text = same_text

    def requests(self, batch: Batch) -> list[list[int]]:
        return [[*range(len(batch))]]

    def send(self, batch: Batch) -> SentColumns:
        columns = batch.columns
        if self._same_text and _share_a_request(columns):
            try:
                return self._send_one_text(columns)
            except KavenegarError as error:
                if not _is_missing(error):
                    raise
                self._same_text = False
        receptors, senders, texts, localids = columns.phones, columns.lines, columns.texts, columns.localids
        return self._client.send_columns(receptors, senders, texts, localids, **self._shared._asdict())

    def _send_one_text(self, columns: MessageColumns) -> SentColumns:
        rows = self._client.send(
            columns.phones,
            columns.texts[0],
            sender=columns.lines[0],
            localids=columns.localids,
            **self._shared._asdict(),
        )
        return SentColumns.of(rows)


class VoiceChannel(_Traceable):
    """Calls that read a text out; the provider chooses the line."""

    def requests(self, batch: Batch) -> list[list[int]]:
        """By text; a number called twice with the same text needs two requests."""
        groups: dict[tuple[str, int], list[int]] = {}
        calls: dict[tuple[str, str], int] = {}
        for index, message in enumerate(batch):
            call = calls[message.text, message.phone] = calls.get((message.text, message.phone), 0) + 1
            groups.setdefault((message.text, call), []).append(index)
        return list(groups.values())

    def send(self, batch: Batch) -> SentColumns:
        columns = batch.columns
        rows = self._client.make_tts(
            columns.phones, columns.texts[0], date=self._shared.date, localids=columns.localids
        )
        return SentColumns.of(rows)


class LookupChannel(_OfClient):
    """Templates of the panel, filled with tokens; a message's text is the JSON object of both."""

    sample = 20
    traceable = False

    def requests(self, batch: Batch) -> list[list[int]]:
        return [[index] for index in range(len(batch))]

    def send(self, batch: Batch) -> SentColumns:
        (message,) = batch
        template, tokens = _filled(message)
        kind = self._shared.type
        row = self._client.lookup(
            message.phone,
            template,
            tokens,
            type="call" if kind == "call" else "sms" if kind == "sms" else None,
            tag=self._shared.tag,
        )
        return SentColumns.of([row])

    def find(self, messages: Mapping[Place, Message]) -> dict[Place, MessageState]:
        return {}


def channel_of(campaign: Campaign, client: Client, shared: Shared, *, same_text: bool = False) -> Channel:
    """The campaign's channel; `same_text` is whether everyone gets the same text."""
    match campaign.channel:
        case "sms":
            return SmsChannel(client, shared, same_text=same_text)
        case "voice":
            return VoiceChannel(client, shared)
        case "lookup":
            return LookupChannel(client, shared)


def _share_a_request(columns: MessageColumns) -> bool:
    """Whether `sms/send` holds them all: one text, one line, and each number once, so that rows can be told apart."""
    phones, texts, lines = columns.phones, columns.texts, columns.lines
    return len(set(phones)) == len(phones) > 1 == len(set(texts)) == len(set(lines))


def _is_missing(error: KavenegarError) -> bool:
    """Whether the provider has no such method: then the request had no effect."""
    if isinstance(error, ApiError):
        return error.code in _NO_SUCH_METHOD
    return isinstance(error, Unanswered) and error.http_status in _NO_SUCH_METHOD


def words_of(message: Message) -> Collection[str]:
    """The tokens of a template's message."""
    return _filled(message)[1].given().values()


def _filled(message: Message) -> tuple[str, Tokens]:
    values = orjson.loads(message.text)
    return values.pop("template"), Tokens(**values)
