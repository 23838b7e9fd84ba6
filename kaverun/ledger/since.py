"""What runs did after a certain one: where a plan that was cut off is to be taken up again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kaverun.ledger.payload import localids_of
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Scope, Since
from kaverun.plan.served import Fate

_RUNS = "FROM run WHERE campaign = ? AND occurrence = ? AND provider = ? AND id > ? AND status <> 'found'"
_BATCHES = f"SELECT id FROM batch WHERE run IN (SELECT id {_RUNS})"
_TRIED = f"({Fate.REJECTED:d}, {Fate.NOT_SENT:d})"
_OUTCOMES = f"""
SELECT position FROM ({_BATCHES}) AS batches CROSS JOIN outcome ON position
BETWEEN batches.id * {POSITIONS_PER_BATCH} AND batches.id * {POSITIONS_PER_BATCH} + {POSITIONS_PER_BATCH - 1}
WHERE fate IN {_TRIED} ORDER BY position
"""

#: Runs SQL with its values and returns all rows.
Run = Callable[[str, Any], list[tuple[Any, ...]]]


def since(run: Run, scope: Scope, number: int) -> Since:
    """See `Ledger.since`."""
    of_runs = (scope.campaign, scope.occurrence, scope.provider, number)
    digests = frozenset(digest for (digest,) in run(f"SELECT digest {_RUNS}", of_runs))
    ((last_row,),) = run(f"SELECT coalesce(max(last_row), 0) FROM batch_state WHERE batch IN ({_BATCHES})", of_runs)
    positions = [position for (position,) in run(_OUTCOMES, of_runs)]
    cancelled = run(f"SELECT 1 FROM outcome WHERE fate = {Fate.CANCELLED:d} LIMIT 1", ())
    return Since(
        digests, int(last_row), _latest(run, of_runs, positions) if positions else (), cancelled=bool(cancelled)
    )


def _latest(run: Run, of_runs: tuple[Any, ...], positions: list[int]) -> tuple[int, ...]:
    """Those whose message was not intended again later, whatever came of that."""
    latest: dict[int, int] = {}
    wanted = set(positions)
    for (batch,) in run(f"{_BATCHES} ORDER BY id", of_runs):
        ((blob,),) = run("SELECT localids FROM batch WHERE id = ?", (batch,))
        first = batch * POSITIONS_PER_BATCH
        for position, localid in enumerate(localids_of(blob), first):
            if position in wanted or localid in latest:
                latest[localid] = position
    return tuple(sorted(position for position in latest.values() if position in wanted))
