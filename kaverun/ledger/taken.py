"""What the provider took, read batch by batch, and looked up by messageid or by position."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from itertools import repeat
from typing import Any

from kaverun.blocks import blocks
from kaverun.ledger.outcomes import unpacked as unpacked_outcomes
from kaverun.ledger.payload import Payload, localids_of, routes_of, unpacked
from kaverun.ledger.protocol import (
    POSITIONS_PER_BATCH,
    Outcomes,
    Routes,
    Scope,
    Standing,
    StandingsOfBatch,
    Taken,
    by_batch,
)
from kaverun.plan.batches import Message

#: Runs SQL with its values and returns all rows.
Run = Callable[[str, Any], list[tuple[Any, ...]]]
#: Runs one statement for each of many rows of values.
RunMany = Callable[[str, Iterable[Sequence[object]]], None]

_BATCHES = "run CROSS JOIN batch ON batch.run = run.id"
#: Which runs are of the scope whose fields are the named values.
OF_SCOPE = (
    "campaign = :campaign AND occurrence = :occurrence AND provider = :provider"
    " AND (:run_id IS NULL OR run_id = :run_id)"
)
#: The batches of a scope whose fields are the named values.
BATCHES_OF_SCOPE = f"{_BATCHES} WHERE {OF_SCOPE}"
#: The batches of all campaigns at a provider.
BATCHES_AT_PROVIDER = f"{_BATCHES} WHERE provider = :provider"
#: The columns of `payload.Payload`.
PAYLOAD = ", ".join(Payload._fields)
#: The columns of `outcome` that `outcomes.unpacked` takes.
OUTCOMES = "columns, (SELECT statuses FROM delivery WHERE delivery.batch = outcome.batch) AS statuses"
_BYTES_OF_A_LOCALID = 8
# Read together: each time SQLite is asked, a thread gives up its turn among others.
_BATCHES_AT_ONCE = 50
_SINCE = "max(intended, coalesce(date, 0))"


def intended_messages(run: Run, scope: Scope) -> int:
    """See `Ledger.intended`: SQLite knows how long a value is without reading it."""
    ((length,),) = run(f"SELECT coalesce(sum(length(localids)), 0) FROM {BATCHES_OF_SCOPE}", scope._asdict())
    return int(length) // _BYTES_OF_A_LOCALID


def taken(run: Run, scope: Scope, start: float, end: float) -> Iterator[Taken]:
    """See `Ledger.taken`."""
    batches = f"SELECT batch.id, {_SINCE} FROM {BATCHES_OF_SCOPE} AND batch.id >= :start AND batch.id < :end"
    found = run(f"{batches} ORDER BY batch.id", {**scope._asdict(), "start": start, "end": end})
    for some in blocks(found, _BATCHES_AT_ONCE):
        since: dict[int, float] = dict(some)
        query = f"SELECT id, localids, routes, {OUTCOMES} FROM batch JOIN outcome ON outcome.batch = id"
        for number, *columns in run(f"{query} WHERE id IN ({marks(some)}) ORDER BY id", [*since]):
            yield from _taken(number, since[number], *columns)


def _taken(number: int, since: float, localids: bytes, routes: bytes, *known: bytes | None) -> Iterator[Taken]:
    """One batch, nothing where none of it was taken."""
    size = len(localids) // _BYTES_OF_A_LOCALID
    outcomes = unpacked_outcomes(size, *known)
    if indexes := taken_indexes(outcomes):
        positions = range(number * POSITIONS_PER_BATCH, number * POSITIONS_PER_BATCH + size)
        whole = (positions, localids_of(localids), outcomes.messageids, outcomes.statuses, outcomes.costs)
        chosen = _chosen(whole, indexes)
        yield Taken(number, size, since, *chosen, lambda: Routes(*_chosen(routes_of(routes), indexes)))  # type: ignore[call-arg, arg-type]


def marks(values: Sized) -> str:
    """So many gaps in SQL to be filled with values."""
    return ", ".join("?" * len(values))


def taken_indexes(outcomes: Outcomes) -> Sequence[int]:
    """The places in a batch of what has a messageid."""
    if None not in outcomes.messageids:
        return range(len(outcomes.messageids))
    return [index for index, messageid in enumerate(outcomes.messageids) if messageid is not None]


def outcomes_of(
    run: Run, batches: str, values: Mapping[str, Any], before: Callable[[int], None] = lambda batch: None
) -> Iterator[tuple[int, Outcomes, tuple[Any, ...]]]:
    """Number and outcomes of the batches that have any, with other columns of theirs.

    `batches` is a query without its SELECT: those columns, and from where. `before` is called with the number of each
    batch before its outcomes are read.
    """
    for number, size, *others in run(f"SELECT batch.id, length(localids) / 8, {batches}", values):
        before(number)
        for known in run(f"SELECT {OUTCOMES} FROM outcome WHERE batch = ?", (number,)):
            yield number, unpacked_outcomes(size, *known), tuple(others)


def messages_at(run: Run, positions: Collection[int]) -> dict[int, Message]:
    """See `Ledger.messages`."""
    found: dict[int, Message] = {}
    for batch, indexes in by_batch(dict.fromkeys(positions)).items():
        (columns,) = run(f"SELECT {PAYLOAD} FROM batch WHERE id = ?", (batch,))
        messages = unpacked(Payload(*columns))
        found |= {batch * POSITIONS_PER_BATCH + index: messages[index] for index in indexes}
    return found


def _chosen(columns: Sequence[Sequence[Any]], indexes: Sequence[int]) -> Sequence[Sequence[Any]]:
    """The values at these places of a batch."""
    if len(indexes) == len(columns[0]):
        return columns
    return [[column[index] for index in indexes] for column in columns]


@contextmanager
def standings(run: Run, run_many: RunMany, scope: Scope) -> Iterator[FoundById]:
    """See `Ledger.standings`. No index of the ledger leads from a messageid to its row: a temporary table does."""
    run("CREATE TEMP TABLE standing (messageid INTEGER PRIMARY KEY, status INTEGER, since REAL NOT NULL)", ())
    try:
        run_many("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", _standing(run, scope))
        yield FoundById(run)
    finally:
        run("DROP TABLE temp.standing", ())


def _standing(run: Run, scope: Scope) -> Iterator[tuple[int, int | None, float]]:
    for since, messageids, statuses in standings_in_order(run, scope, lambda batch: None):
        yield from zip(messageids, statuses, repeat(since), strict=False)


def standings_in_order(run: Run, scope: Scope, before: Callable[[int], None]) -> Iterator[StandingsOfBatch]:
    """See `Ledger.standings_in_order`."""
    batches = f"{_SINCE} FROM {BATCHES_OF_SCOPE} ORDER BY batch.id"
    for _, outcomes, (since,) in outcomes_of(run, batches, scope._asdict(), before):
        if indexes := taken_indexes(outcomes):
            yield StandingsOfBatch(since, *_chosen((outcomes.messageids, outcomes.statuses), indexes))


class FoundById:
    """Looks up messages in the temporary table."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def find(self, messageids: Collection[int]) -> dict[int, Standing]:
        query = f"SELECT * FROM temp.standing WHERE messageid IN ({marks(messageids)})"
        rows = self._run(query, tuple(messageids))
        return {messageid: (status, since) for messageid, status, since in rows}
