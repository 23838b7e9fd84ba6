"""What the provider took, read batch by batch, and looked up by messageid or by position."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import orjson

from kaverun.ledger.payload import columns_of, localids_of, unpacked
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Scope, Standing, Taken
from kaverun.plan.batches import Message

#: Runs SQL with its values and returns all rows.
Run = Callable[[str, Any], list[tuple[Any, ...]]]

_BATCHES = "run CROSS JOIN batch ON batch.run = run.id CROSS JOIN batch_state ON batch_state.batch = batch.id"
_FIRST, _LAST = f"batch.id * {POSITIONS_PER_BATCH}", f"batch.id * {POSITIONS_PER_BATCH} + {POSITIONS_PER_BATCH - 1}"
#: Which outcomes are of the batch that `batch.id` names.
OF_BATCH = f"position BETWEEN {_FIRST} AND {_LAST}"
#: Which runs are of the scope whose fields are the named values.
OF_SCOPE = (
    "campaign = :campaign AND occurrence = :occurrence AND provider = :provider"
    " AND (:run_id IS NULL OR run_id = :run_id)"
)
#: The batches of a scope whose fields are the named values.
BATCHES_OF_SCOPE = f"{_BATCHES} WHERE {OF_SCOPE}"
_OUTCOMES = f"{_BATCHES} CROSS JOIN outcome ON {OF_BATCH}"
#: Every outcome of them.
OUTCOMES_OF_SCOPE = f"{_OUTCOMES} WHERE {OF_SCOPE}"
#: What the provider took of them, with the tables in the order in which they are best read.
TAKEN_IN_SCOPE = f"{OUTCOMES_OF_SCOPE} AND messageid IS NOT NULL"
#: What it took of all campaigns.
TAKEN_AT_PROVIDER = f"{_OUTCOMES} WHERE provider = :provider AND messageid IS NOT NULL"
_SINCE = "max(intended, coalesce(date, 0))"


def taken(run: Run, scope: Scope) -> Iterator[Taken]:
    """See `Ledger.taken`."""
    batches = f"SELECT batch.id, {_SINCE} FROM {BATCHES_OF_SCOPE} ORDER BY batch.id"
    for number, since in run(batches, scope._asdict()):
        first = number * POSITIONS_PER_BATCH
        # One row of arrays, not 200 of numbers: while SQLite makes it, other threads have Python to themselves.
        (arrays,) = run(
            "SELECT json_group_array(position), json_group_array(messageid), json_group_array(status),"
            " json_group_array(cost) FROM outcome WHERE position BETWEEN ? AND ? AND messageid IS NOT NULL",
            (first, first + POSITIONS_PER_BATCH - 1),
        )
        positions, messageids, statuses, costs = map(orjson.loads, arrays)
        if positions:
            ((localids, payload),) = run("SELECT localids, payload FROM batch WHERE id = ?", (number,))
            indexes = [position % POSITIONS_PER_BATCH for position in positions]
            beside = _beside(localids_of(localids), columns_of(payload), indexes)
            yield Taken(since, positions, beside[0], messageids, statuses, costs, *beside[1:])


def messages_at(run: Run, positions: Collection[int]) -> dict[int, Message]:
    """See `Ledger.messages`."""
    found: dict[int, Message] = {}
    for batch, places in groupby(sorted(positions), lambda position: position // POSITIONS_PER_BATCH):
        ((localids, payload),) = run("SELECT localids, payload FROM batch WHERE id = ?", (batch,))
        messages = unpacked(localids_of(localids), payload)
        found |= {position: messages[position % POSITIONS_PER_BATCH] for position in places}
    return found


def _beside(localids: Sequence[int], columns: Mapping[str, list[Any]], indexes: Sequence[int]) -> list[Sequence[Any]]:
    """Localids, phones, lines and parts of the messages at these places of a batch."""
    whole = (localids, columns["phone"], columns["line"], columns["parts"])
    if len(indexes) == len(localids):
        return list(whole)
    return [[column[index] for index in indexes] for column in whole]


@contextmanager
def standings(run: Run, scope: Scope) -> Iterator[FoundById]:
    """See `Ledger.standings`. No index of the ledger leads from a messageid to its row: a temporary table does."""
    run("CREATE TEMP TABLE standing (messageid INTEGER PRIMARY KEY, status INTEGER, since REAL NOT NULL)", ())
    try:
        run(
            f"INSERT OR REPLACE INTO standing SELECT messageid, outcome.status, {_SINCE} FROM {TAKEN_IN_SCOPE}",
            scope._asdict(),
        )
        yield FoundById(run)
    finally:
        run("DROP TABLE temp.standing", ())


class FoundById:
    """Looks up messages in the temporary table."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def find(self, messageids: Collection[int]) -> dict[int, Standing]:
        marks = ",".join("?" * len(messageids))
        rows = self._run(f"SELECT * FROM temp.standing WHERE messageid IN ({marks})", tuple(messageids))
        return {messageid: (status, since) for messageid, status, since in rows}
