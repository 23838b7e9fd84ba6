"""Messages in doubt: a process died with their request under way, or no answer said what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.ledger.batches import FOUND, Result
from kaverun.ledger.store import Store
from kaverun.message.batch import Message
from kaverun.message.fate import Fate

# A batch that was begun has no outcomes until it is settled; an outcome may be unknown.
_IN_DOUBT = """
FROM message JOIN batch ON batch.id = message.batch LEFT JOIN outcome ON outcome.message = message.id
WHERE message.occurrence = :occurrence
AND (outcome.fate = 'unknown' OR (outcome.fate IS NULL AND batch.state = 'sending'))
"""
_OF_RUN = " AND batch.run = coalesce(:run, batch.run)"
_MESSAGES = f"""
SELECT message.localid, message.phone, message.line, message.text, coalesce(message.row, 0), message.key,
    coalesce(message.parts, 0), message.generation, message.id,
    outcome.fate, outcome.messageid, outcome.status, outcome.cost, outcome.attempts, outcome.reason
{_IN_DOUBT} AND coalesce(outcome.batch, batch.id) = :batch ORDER BY message.id
"""
_TOGETHER = 500


class OpenBatch(NamedTuple):
    """The messages of a batch that are in doubt, with what was recorded about some of them, by their numbers.

    `begun` and `settled` are in unix seconds; `settled` is None if the process died before it recorded anything.
    """

    batch: int
    begun: float
    settled: float | None
    messages: tuple[Message, ...]
    known: dict[int, Result]


def open_batches(store: Store, occurrence: int, run: int | None = None) -> Iterator[OpenBatch]:
    """Batches with messages in doubt, of one run or of all, oldest first.

    What is found out about one may be recorded before the next is read.
    """
    values = {"occurrence": occurrence}
    numbers = store.rows(
        f"SELECT DISTINCT coalesce(outcome.batch, batch.id) {_IN_DOUBT}{_OF_RUN} ORDER BY 1", {**values, "run": run}
    )
    for (number,) in numbers:
        ((begun, settled),) = store.rows("SELECT begun, settled FROM batch WHERE id = ?", (number,))
        rows = store.rows(_MESSAGES, {**values, "batch": number})
        messages = tuple(Message(*row[:9]) for row in rows)
        known = {
            message.id: Result._make((Fate(fate), *rest, reason or ""))
            for message, (fate, *rest, reason) in zip(messages, (row[9:] for row in rows), strict=True)
            if fate
        }
        if messages:
            yield OpenBatch(number, begun or 0.0, settled, messages, known)


def in_doubt(store: Store, occurrence: int, run: int | None = None) -> int:
    """How many messages are in doubt, of one run or of all."""
    ((messages,),) = store.rows(f"SELECT count(*) {_IN_DOUBT}{_OF_RUN}", {"occurrence": occurrence, "run": run})
    return int(messages)


def were_in_doubt(store: Store, occurrence: int, localids: Collection[int]) -> set[int]:
    """Which of these messages were in doubt before their outcome was known."""
    found = set[int]()
    for some in blocks(localids, _TOGETHER):
        which = ", ".join("?" * len(some))
        rows = store.rows(
            "SELECT localid FROM message LEFT JOIN outcome ON outcome.message = message.id"
            f" WHERE occurrence = ? AND localid IN ({which}) AND (reason = '{FOUND}' OR message.id IN"
            " (SELECT message FROM earlier_outcome WHERE fate = 'unknown'))",
            (occurrence, *some),
        )
        found |= {localid for (localid,) in rows}
    return found


def holding(store: Store, messageids: Collection[int]) -> set[int]:
    """Which of these messageids the ledger has for some message, of any campaign."""
    found = set[int]()
    for some in blocks(messageids, _TOGETHER):
        rows = store.rows(f"SELECT messageid FROM outcome WHERE messageid IN ({', '.join('?' * len(some))})", some)
        found |= {messageid for (messageid,) in rows}
    return found
