"""What runs did after a certain one: where a plan that was cut off is to be taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kaverun.ledger.outcomes import mask
from kaverun.ledger.payload import localids_of
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Scope, Since
from kaverun.ledger.taken import BATCHES_OF_SCOPE, OF_SCOPE, Run, outcomes_of
from kaverun.plan.served import Fate

_LATER = "run.id > :number AND run.status <> 'found'"
_AGAIN = (Fate.REJECTED, Fate.NOT_SENT)
_CANCELLED = (Fate.CANCELLED, Fate.CANCELLING)


def since(run: Run, scope: Scope, number: int) -> Since:
    """See `Ledger.since`."""
    of_runs = {**scope._asdict(), "number": number}
    digests = frozenset(digest for (digest,) in run(f"SELECT digest FROM run WHERE {OF_SCOPE} AND {_LATER}", of_runs))
    ((last_row,),) = run(f"SELECT coalesce(max(last_row), 0) FROM {BATCHES_OF_SCOPE} AND {_LATER}", of_runs)
    positions = list(_tried(run, of_runs))
    cancelled = run(f"SELECT 1 FROM outcome WHERE fates & {mask(_CANCELLED)} LIMIT 1", ())
    reopened = _latest(run, of_runs, positions) if positions else ()
    return Since(digests, int(last_row), reopened, cancelled=bool(cancelled))


def _tried(run: Run, of_runs: Mapping[str, Any]) -> Iterator[int]:
    """Where messages stand that were not taken, and are to be tried again."""
    batches = f"batch.id FROM {BATCHES_OF_SCOPE} AND {_LATER}"
    chosen = f"batch.id IN (SELECT batch FROM outcome WHERE fates & {mask(_AGAIN)})"
    for number, outcomes, _ in outcomes_of(run, f"{batches} AND {chosen} ORDER BY batch.id", of_runs):
        first = number * POSITIONS_PER_BATCH
        yield from (first + index for index, fate in enumerate(outcomes.fates) if fate in _AGAIN)


def _latest(run: Run, of_runs: Mapping[str, Any], positions: list[int]) -> tuple[int, ...]:
    """Those whose message was not intended again later, whatever came of that."""
    latest: dict[int, int] = {}
    wanted = set(positions)
    for (batch,) in run(f"SELECT batch.id FROM {BATCHES_OF_SCOPE} AND {_LATER} ORDER BY batch.id", of_runs):
        ((blob,),) = run("SELECT localids FROM batch WHERE id = ?", (batch,))
        first = batch * POSITIONS_PER_BATCH
        for position, localid in enumerate(localids_of(blob), first):
            if position in wanted or localid in latest:
                latest[localid] = position
    return tuple(sorted(position for position in latest.values() if position in wanted))
