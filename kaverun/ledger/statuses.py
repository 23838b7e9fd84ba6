"""Delivery statuses: which messages can still be asked for, recording what is new, and their sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.accepted import ACCEPTED, accepted_pages
from kaverun.ledger.batches import put_texts
from kaverun.ledger.store import Store

#: How long a status can be asked for after the message was handed over or goes out, whichever is later, in seconds
#: (API document, *Status*, limits).
ASKED_FOR = 48 * 3600.0
# A little less, for clocks that differ.
_WINDOW = ASKED_FOR - 300.0
# SQLite takes 32,766 values in a statement.
_IN_A_STATEMENT = 10_000
_SINCE = "max(coalesce(batch.begun, 0), coalesce(batch.date, 0))"
_NOT_FINAL = f"(outcome.status IS NULL OR outcome.status NOT IN ({', '.join(map(str, sorted(FINAL_STATUSES)))}))"
_OPEN = f"{_NOT_FINAL} AND {_SINCE} > :oldest"
# Batches come in order, so sorting them one after the other takes half as long as sorting all.
_SUMS = f"""
SELECT run, line, prefix, status, sum(messages), coalesce(sum(messages) FILTER (WHERE open AND since > :oldest), 0),
    coalesce(sum(messages) FILTER (WHERE open AND since <= :oldest), 0),
    max(since) FILTER (WHERE open AND since <= :oldest)
FROM (
    SELECT run.id AS run, message.line, substr(message.phone, 1, 4) AS prefix, coalesce(outcome.status, 0) AS status,
        {_NOT_FINAL} AS open, {_SINCE} AS since, count(*) AS messages
    {ACCEPTED} GROUP BY batch.id, 2, 3, 4
)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


class OpenMessages(NamedTuple):
    """A page of accepted messages whose status may still change, in columns of one length: at most 500.

    `messages` are the ledger's numbers of them, `since` when each was handed over or goes out, in unix seconds;
    `statuses` what is known so far, None if nothing is.
    """

    messages: Sequence[int]
    messageids: Sequence[int]
    localids: Sequence[int]
    since: Sequence[float]
    statuses: Sequence[int | None]


class StatusSum(NamedTuple):
    """How many accepted messages share a line, the first four digits of the number, and a status (0: none known yet).

    `run` is the ledger's number of the run that sent them.

    `open` of them may still change. `expired` had no final status when they could last be asked for; the last of those
    was handed over or due at `last`, in unix seconds, None if there are none.
    """

    run: int
    line: str
    prefix: str
    status: int
    messages: int
    open: int
    expired: int
    last: float | None


def open_count(store: Store, occurrence: int, now: float, run: int | None = None) -> int:
    """How many messages can be asked for; of an occurrence, or of one of its runs (both by the ledger's numbers)."""
    ((messages,),) = store.rows(f"SELECT count(*) {ACCEPTED} AND {_OPEN}", _values(occurrence, now, run))
    return int(messages)


def open_messages(store: Store, occurrence: int, now: float, run: int | None = None) -> Iterator[OpenMessages]:
    """Those messages in pages of 500. Statuses may be recorded while they are read."""
    columns = ("outcome.messageid", "message.localid", _SINCE, "outcome.status")
    for page in accepted_pages(store, columns, _OPEN, _values(occurrence, now, run)):
        yield OpenMessages(*page)


def record_statuses(store: Store, news: Mapping[int, Sequence[int]], texts: Mapping[int, str]) -> None:
    """Make newer statuses durable: by status, the ledger's numbers of the messages that have it now.

    That of a cancelled message does not change. `texts` are the provider's texts for status codes.
    """
    with store.transaction():
        for status, messages in news.items():
            # Many in one statement: with one for each, a million take twice as long.
            for some in blocks(messages, _IN_A_STATEMENT):
                chosen = ", ".join("?" * len(some))
                store.write(
                    f"UPDATE outcome SET status = ? WHERE fate <> 'cancelled' AND message IN ({chosen})",
                    [status, *some],
                )
        put_texts(store, texts)


def status_sums(store: Store, occurrence: int, now: float) -> list[StatusSum]:
    """The accepted messages of an occurrence (by the ledger's number) by run, line, prefix and status."""
    return [StatusSum(*row) for row in store.rows(_SUMS, _values(occurrence, now, None))]


def _values(occurrence: int, now: float, run: int | None) -> dict[str, float | int | None]:
    return {"occurrence": occurrence, "run": run, "oldest": now - _WINDOW}
