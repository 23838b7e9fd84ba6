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
from kaverun.kavenegar.limits import LISTED_AT_MOST
from kaverun.kavenegar.outcome import Outcome
from kaverun.ledger.doubts import OpenBatch
from kaverun.message.batch import Message
from kaverun.run.matching import match, readable

# Clocks differ, and a request may have been tried for a while after its intent: seconds to search before and after it.
BEFORE, AFTER = 300, 3600


class Found(NamedTuple):
    """A message as the provider has it, its receptor as written there; `cost` in Rial if it was given."""

    messageid: int | None
    status: int
    statustext: str
    cost: int | None
    receptor: str = ""


def search_outbox(
    client: Client,
    batch: OpenBatch,
    holding: Callable[[Collection[int]], set[int]],
    on_refusal: Callable[[ApiError], None] = lambda error: None,
) -> dict[int, Found]:
    """What the provider has of a batch's messages in doubt, by their numbers; nothing if the account may not list.

    `holding` returns the messageids that the ledger already has: those are not the open ones. `on_refusal` is called if
    the account may not list its outbox, so that only a search by number is possible, and if it may not read texts
    either, so that none is.
    """
    messages = {message.id: message for message in batch.messages}
    start, end = int(batch.begun) - BEFORE, int(batch.begun) + AFTER
    try:
        listed = [row for page in listed_pages(client.select_outbox, start, end) for row in page.rows]
    except ApiError as error:
        if not may_not_list(error):
            raise
        on_refusal(error)
        listed = _by_number(client, {message.phone for message in messages.values()}, start, end, on_refusal)
    rows = _matched(messages, listed, holding)
    return {
        number: Found(row.messageid, row.status, row.statustext, row.cost, row.receptor) for number, row in rows.items()
    }


def _matched(
    messages: dict[int, Message], listed: list[SentMessage], holding: Callable[[Collection[int]], set[int]]
) -> dict[int, SentMessage]:
    """Rows by number; a message that was cancelled and sent again looks like the new one but is not taken for it."""
    rows = _rows(messages, listed)
    while known := holding({row.messageid for row in rows.values() if row.messageid}):
        listed = [row for row in listed if row.messageid not in known]
        rows = _rows(messages, listed)
    return rows


def _rows(messages: dict[int, Message], listed: list[SentMessage]) -> dict[int, SentMessage]:
    matched = match(messages, listed, by_number_alone=False)
    return matched.rows | matched.contradicting


class Page(NamedTuple):
    """Messages as listed; not `whole` if a single second filled the list, so that there may be more."""

    rows: list[SentMessage]
    whole: bool


def listed_pages(select: Callable[[int, int], list[SentMessage]], start: int, end: int) -> Iterator[Page]:
    """Everything sent from `start` to `end` (unix seconds, at most a day); a span that holds too much is halved."""
    rows = select(start, end)
    if len(rows) < LISTED_AT_MOST or start == end:
        yield Page(rows, len(rows) < LISTED_AT_MOST)
        return
    middle = (start + end) // 2
    yield from listed_pages(select, start, middle)
    yield from listed_pages(select, middle + 1, end)


def may_not_list(error: ApiError) -> bool:
    """Whether the account may not see whole messages, e.g. without an IP whitelist."""
    return error.outcome in (Outcome.REFUSED, Outcome.BAD_REQUEST)


def _by_number(
    client: Client, numbers: set[str], start: int, end: int, on_refusal: Callable[[ApiError], None]
) -> list[SentMessage]:
    """The messages of each number with their texts; none if the account may not read texts either."""
    number_of = {
        state.messageid: number
        for number in sorted(numbers)
        for state in client.status_by_receptor(number, start, end)
        if state.messageid
    }
    try:
        rows = client.select(number_of) if number_of else []
    except ApiError as error:
        if not may_not_list(error):
            raise
        on_refusal(error)
        return []
    # They are listed under a number, even if the account hides it.
    return [
        row if readable(row.receptor) else row._replace(receptor=number_of.get(row.messageid or 0, "")) for row in rows
    ]
