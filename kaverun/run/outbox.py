"""Messages too old to be asked for by localid: searched for by number, text and line in what the provider lists.

API document: *SelectOutbox* lists 500 messages of a day within the last 3 days, *StatusByReceptor* a number's
messages of a day, *Select* the texts of messageids. All but the second need the account's IP whitelist.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from kaverun.kavenegar.answers import SentMessage
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError
from kaverun.kavenegar.outcome import Outcome
from kaverun.ledger.protocol import OpenBatch
from kaverun.plan.batches import Message
from kaverun.run.matching import match

_LISTED_AT_MOST = 500
# Clocks differ, and a request may have been tried for a while after its intent: seconds around it to search in.
_BEFORE, _AFTER = 300, 3600


class Found(NamedTuple):
    """A message as the provider has it; `cost` in Rial where it was told."""

    messageid: int | None
    status: int
    statustext: str
    cost: int | None


def search_outbox(client: Client, batch: OpenBatch, holding: Callable[[Collection[int]], set[int]]) -> dict[int, Found]:
    """What the provider has of a batch's open messages, by index. An account that may not list finds nothing.

    `holding` says which messageids the ledger has for messages already: those are none of the open ones.
    """
    messages = {index: batch.messages[index] for index in batch.open}
    start, end = int(batch.intended) - _BEFORE, int(batch.intended) + _AFTER
    try:
        listed = list(_outbox(client, start, end))
    except ApiError as error:
        if error.outcome not in (Outcome.REFUSED, Outcome.BAD_REQUEST):
            raise
        listed = _by_number(client, {message.phone for message in messages.values()}, start, end)
    rows = _matched(messages, listed, holding)
    return {index: Found(row.messageid, row.status, row.statustext, row.cost) for index, row in rows.items()}


def _matched(
    messages: dict[int, Message], listed: list[SentMessage], holding: Callable[[Collection[int]], set[int]]
) -> dict[int, SentMessage]:
    """Rows by index; a message that was cancelled and sent anew reads like the new one, and is not taken for it."""
    rows = match(messages, listed, by_number_alone=False).rows
    while known := holding({row.messageid for row in rows.values() if row.messageid}):
        listed = [row for row in listed if row.messageid not in known]
        rows = match(messages, listed, by_number_alone=False).rows
    return rows


def _outbox(client: Client, start: int, end: int) -> Iterator[SentMessage]:
    """Everything sent in a span; one that holds more than a list does is halved."""
    rows = client.select_outbox(start, end)
    if len(rows) < _LISTED_AT_MOST or end - start < 2:
        yield from rows
        return
    middle = (start + end) // 2
    yield from _outbox(client, start, middle)
    yield from _outbox(client, middle + 1, end)


def _by_number(client: Client, numbers: set[str], start: int, end: int) -> list[SentMessage]:
    """The messages of each number with their texts; none where the account may not read texts either."""
    ids = [
        state.messageid
        for number in sorted(numbers)
        for state in client.status_by_receptor(number, start, end)
        if state.messageid
    ]
    return (selected(client, ids) if ids else None) or []


def selected(client: Client, messageids: Collection[int]) -> list[SentMessage] | None:
    """Messages with their texts; None where the account may not read them. Raises `KavenegarError`."""
    try:
        return client.select(messageids)
    except ApiError as error:
        if error.outcome not in (Outcome.REFUSED, Outcome.BAD_REQUEST):
            raise
        return None
