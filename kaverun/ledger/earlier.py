"""What earlier runs of an occurrence handed over, read batch by batch where a plan is compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.damage import named, named_while
from kaverun.ledger.outcomes import mask
from kaverun.ledger.outcomes import unpacked as unpacked_outcomes
from kaverun.ledger.payload import Payload, addressees_of, columns_of
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Scope
from kaverun.ledger.taken import BATCHES_OF_SCOPE, OF_SCOPE, OUTCOMES, PAYLOAD, Run, outcomes_of
from kaverun.plan.served import IN_DOUBT, LIVE, Fate, HandedOver, Scheduled

_TO_COME = (
    f"date, handling FROM {BATCHES_OF_SCOPE} AND date > :now"
    f" AND batch.id IN (SELECT batch FROM outcome WHERE fates & {mask([Fate.ACCEPTED])}) ORDER BY batch.id"
)

# What was sent, is scheduled, or may have been.
_HELD = mask([*LIVE, *IN_DOUBT])


class EarlierBatches:
    """See `plan.served.Earlier`."""

    def __init__(self, path: Path, run: Run, scope: Scope) -> None:
        self._path = path
        self._run = run
        self._scope = scope

    def scheduled(self, now: float) -> Iterator[Scheduled]:
        return named_while(self._path, self._scheduled(now))

    def _scheduled(self, now: float) -> Iterator[Scheduled]:
        if not self._run("SELECT 1 FROM run WHERE date > ? LIMIT 1", (now,)):
            return
        values = {**self._scope._asdict(), "now": now}
        for batch, outcomes, (date, handling) in outcomes_of(self._run, _TO_COME, values):
            known = enumerate(zip(outcomes.fates, outcomes.statuses, strict=True), batch * POSITIONS_PER_BATCH)
            held = [at for at, (fate, status) in known if fate == Fate.ACCEPTED and status not in FINAL_STATUSES]
            if held:
                yield Scheduled(date, handling, held)

    @property
    def key_column(self) -> str | None:
        last = (
            f"SELECT key_column FROM run WHERE {OF_SCOPE} AND EXISTS (SELECT 1 FROM batch WHERE batch.run = run.id)"
            " ORDER BY id DESC LIMIT 1"
        )
        return next((column for (column,) in self._run(last, self._scope._asdict())), None)

    def addressees(self) -> Iterator[tuple[str, str]]:
        return named_while(self._path, self._addressees())

    def _addressees(self) -> Iterator[tuple[str, str]]:
        batches = f"SELECT batch.id FROM {BATCHES_OF_SCOPE} ORDER BY batch.id"
        known = f"SELECT routes, {OUTCOMES} FROM batch LEFT JOIN outcome ON outcome.batch = batch.id WHERE batch.id = ?"
        for (batch,) in self._run(batches, self._scope._asdict()):
            ((routes, *told),) = self._run(known, (batch,))
            phones, keys = addressees_of(routes)
            fates = unpacked_outcomes(len(phones), *told).fates
            yield from ((phone, key) for phone, key, fate in zip(phones, keys, fates, strict=True) if 1 << fate & _HELD)

    def handed_over(self, batch: int) -> HandedOver:
        query = f"SELECT date, {PAYLOAD} FROM batch JOIN run ON run.id = run WHERE batch.id = ?"
        ((date, *payload),) = self._run(query, (batch,))
        known = self._run(f"SELECT {OUTCOMES} FROM outcome WHERE batch = ?", (batch,))
        with named(self._path):
            told = columns_of(Payload(*payload))
            outcomes = unpacked_outcomes(len(told.localids), *(known[0] if known else (None, None)))
        return HandedOver(date, told.localids, told.keys, told.phones, told.lines, told.texts, outcomes.messageids)
