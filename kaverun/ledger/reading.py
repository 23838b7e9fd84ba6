"""What a SQLite ledger is asked, whether it is open for writing or not."""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from kaverun.ledger.compared import between, compared, times
from kaverun.ledger.damage import named, named_while, told
from kaverun.ledger.earlier import EarlierBatches
from kaverun.ledger.known import KnownMessages
from kaverun.ledger.listing import Comparison, RunTimes, Sum
from kaverun.ledger.outcomes import mask, result_at
from kaverun.ledger.outcomes import unpacked as unpacked_outcomes
from kaverun.ledger.payload import Payload, localids_of, unpacked
from kaverun.ledger.protocol import (
    FOUND,
    POSITIONS_PER_BATCH,
    TAKEN_UP_AGAIN,
    OpenBatch,
    Outcomes,
    Result,
    Revocable,
    Routes,
    RunRecord,
    Scope,
    Since,
    Standings,
    StandingsOfBatch,
    Taken,
    by_batch,
)
from kaverun.ledger.since import since
from kaverun.ledger.taken import OUTCOMES, PAYLOAD, intended_messages, messages_at, standings, standings_in_order, taken
from kaverun.plan.batches import Message
from kaverun.plan.served import IN_DOUBT, LIVE, Fate, Served

_IN_DOUBT = mask(IN_DOUBT)
_DOUBTED = (TAKEN_UP_AGAIN, FOUND)
_OPEN_BATCHES = f"""
SELECT batch.id, intended, settled, localids, routes, texts FROM run JOIN batch ON batch.run = run.id
LEFT JOIN outcome ON outcome.batch = batch.id
WHERE campaign = ? AND occurrence = ? AND provider = ? AND (fates IS NULL OR fates & {_IN_DOUBT}) ORDER BY batch.id
"""
_CANCELLING_BATCHES = f"""
SELECT batch.id FROM run JOIN batch ON batch.run = run.id JOIN outcome ON outcome.batch = batch.id
WHERE campaign = ? AND occurrence = ? AND provider = ? AND fates & {mask([Fate.CANCELLING])} ORDER BY batch.id
"""


class LedgerReader:
    """Reads of one connection, by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def served(self, campaign: str, occurrence: str, provider: str, until: int | None = None) -> Served:
        batches = self._batches(campaign, occurrence, provider, until=until)
        earlier = EarlierBatches(self._path, self._read, Scope(campaign, occurrence, provider))
        known = ((batch, localids, outcomes.fates) for batch, localids, outcomes in batches)
        with named(self._path):
            return KnownMessages(known, earlier, self._respelled(campaign, occurrence, provider))

    def found_since(self, campaign: str, occurrence: str, provider: str, since: float) -> bool:
        found = "SELECT 1 FROM run WHERE campaign = ? AND occurrence = ? AND provider = ? AND status = 'found'"
        return bool(self._read(f"{found} AND started > ? LIMIT 1", (campaign, occurrence, provider, since)))

    def revocable(self, campaign: str, occurrence: str, provider: str, run_id: str | None) -> Iterator[Revocable]:
        """See `Ledger.revocable`."""
        return self._revocable(self._batches(campaign, occurrence, provider, run_id), LIVE)

    def cancelling(self, scope: Scope) -> Iterator[Revocable]:
        """See `Ledger.cancelling`."""
        return self._revocable(self._each(_CANCELLING_BATCHES, scope[:3]), (Fate.CANCELLING,))

    def _revocable(
        self, batches: Iterable[tuple[int, array[int], Outcomes]], fates: Collection[Fate]
    ) -> Iterator[Revocable]:
        return named_while(self._path, self._found_revocable(batches, fates))

    def _found_revocable(
        self, batches: Iterable[tuple[int, array[int], Outcomes]], fates: Collection[Fate]
    ) -> Iterator[Revocable]:
        for batch, _, outcomes in batches:
            if not set(fates).intersection(outcomes.fates):
                continue
            ((date, *columns),) = self._read(
                f"SELECT date, {PAYLOAD} FROM batch JOIN run ON run.id = run WHERE batch.id = ?", (batch,)
            )
            for index, message in enumerate(unpacked(Payload(*columns))):
                if outcomes.fates[index] in fates:
                    result = result_at(outcomes, index)
                    position = batch * POSITIONS_PER_BATCH + index
                    known = (result.messageid, result.status, result.cost, date)
                    yield Revocable(position, *known, message.phone, message.key)

    def in_doubt(self, campaign: str, occurrence: str, provider: str, run_id: str | None) -> int:
        batches = self._batches(campaign, occurrence, provider, run_id)
        return sum(fate in IN_DOUBT for _, _, outcomes in batches for fate in outcomes.fates)

    def were_in_doubt(self, scope: Scope, localids: Collection[int]) -> set[int]:
        wanted, found = set(localids), set[int]()
        for _, held, outcomes in self._batches(*scope) if wanted else ():
            if not wanted.isdisjoint(held):
                rows = zip(held, outcomes.reasons, strict=True)
                found |= {localid for localid, reason in rows if localid in wanted and reason in _DOUBTED}
        return found

    def runs(self, campaign: str, occurrence: str, provider: str) -> list[str]:
        rows = self._read(
            "SELECT run_id FROM run WHERE campaign = ? AND occurrence = ? AND provider = ? ORDER BY id",
            (campaign, occurrence, provider),
        )
        return [run_id for (run_id,) in rows]

    def holding(self, messageids: Collection[int]) -> set[int]:
        wanted, found = set(messageids), set[int]()
        for (batch,) in self._read("SELECT batch FROM outcome ORDER BY batch", ()) if wanted else ():
            found |= wanted.intersection(self.outcomes(batch).messageids)
        return found

    def knows(self, provider: str) -> bool:
        return bool(self._read("SELECT 1 FROM run WHERE provider = ? AND occurrence <> run_id LIMIT 1", (provider,)))

    def last_run(self) -> int:
        ((number,),) = self._read("SELECT coalesce(max(id), 0) FROM run", ())
        return int(number)

    def since(self, scope: Scope, run: int) -> Since:
        with named(self._path):
            return since(self._read, scope, run)

    def run_records(self) -> list[RunRecord]:
        columns = ", ".join(RunRecord._fields)
        return [RunRecord(*values) for values in self._read(f"SELECT {columns} FROM run ORDER BY id DESC", ())]

    def intended(self, scope: Scope) -> int:
        return intended_messages(self._read, scope)

    def taken(self, scope: Scope, start: float = 0, end: float = math.inf) -> Iterator[Taken]:
        for batch in named_while(self._path, taken(self._read, scope, start, end)):
            yield batch._replace(routes=partial(self._routes, batch))

    def standings_in_order(self, scope: Scope, before: Callable[[int], None]) -> Iterator[StandingsOfBatch]:
        return named_while(self._path, standings_in_order(self._read, scope, before))

    @contextmanager
    def standings(self, scope: Scope) -> Iterator[Standings]:
        with named(self._path), standings(self._read, self._fill, scope) as found:
            yield found

    def times(self, scope: Scope) -> list[RunTimes]:
        return times(self._read, scope)

    def between(self, provider: str, start: int, end: int) -> Sum:
        with named(self._path):
            return between(self._read, provider, start, end)

    @contextmanager
    def compared(self, scope: Scope, reach: float, found_reach: float) -> Iterator[Comparison]:
        with named(self._path), compared(self._read, self._fill, scope, reach, found_reach) as comparison:
            yield comparison

    def messages(self, positions: Collection[int]) -> dict[int, Message]:
        with named(self._path):
            return messages_at(self._read, positions)

    def open_batches(self, campaign: str, occurrence: str, provider: str) -> Iterator[OpenBatch]:
        return named_while(self._path, self._open_batches(campaign, occurrence, provider))

    def _open_batches(self, campaign: str, occurrence: str, provider: str) -> Iterator[OpenBatch]:
        for batch, intended, settled, *columns in self._read(_OPEN_BATCHES, (campaign, occurrence, provider)):
            fates = self.outcomes(batch).fates
            doubtful = tuple(index for index, fate in enumerate(fates) if fate in IN_DOUBT)
            yield OpenBatch(batch, intended, settled, unpacked(Payload(*columns)), doubtful)

    def results(self, positions: Collection[int]) -> dict[int, Result]:
        found: dict[int, Result] = {}
        for batch, indexes in by_batch(dict.fromkeys(positions)).items():
            outcomes, first = self.outcomes(batch), batch * POSITIONS_PER_BATCH
            results = ((index, result_at(outcomes, index)) for index in indexes)
            found |= {first + index: result for index, result in results if result.fate is not Fate.SENDING}
        return found

    def outcomes(self, batch: int) -> Outcomes:
        _, outcomes = self._localids_and_outcomes(batch)
        return outcomes

    def outcomes_of_run(self, run_id: str) -> Iterator[tuple[int, Sequence[int], Outcomes]]:
        batches = "SELECT batch.id FROM batch JOIN run ON run.id = run WHERE run_id = ? ORDER BY batch.id"
        return self._each(batches, (run_id,))

    def status_texts(self) -> dict[int, str]:
        return dict(self._read("SELECT status, text FROM status_text", ()))

    # --- inside

    def _batches(
        self,
        campaign: str,
        occurrence: str,
        provider: str,
        run_id: str | None = None,
        until: int | None = None,
    ) -> Iterator[tuple[int, array[int], Outcomes]]:
        """Number, localids and outcomes of all the occurrence, or one run of it, ever intended, oldest first."""
        return self._each(
            "SELECT batch.id FROM batch JOIN run ON run.id = run"
            " WHERE campaign = ? AND occurrence = ? AND provider = ? AND run_id = coalesce(?, run_id)"
            " AND run.id <= coalesce(?, run.id) ORDER BY batch.id",
            (campaign, occurrence, provider, run_id, until),
        )

    def _respelled(self, campaign: str, occurrence: str, provider: str) -> Iterator[tuple[int, int]]:
        """Localids by the normal form of their keys, ascending, each with the one that was hashed over the spelling."""
        found = (
            "SELECT localid, sent_as FROM respelled CROSS JOIN batch ON batch.id = batch JOIN run ON run.id = run"
            " WHERE campaign = ? AND occurrence = ? AND provider = ? ORDER BY localid"
        )
        with told(self._path):
            # Row by row: they may be as many as messages.
            yield from self._connection.execute(found, (campaign, occurrence, provider))

    def _each(self, batches: str, values: Sequence[object]) -> Iterator[tuple[int, array[int], Outcomes]]:
        """Number, localids and outcomes of the batches that a query names."""
        for (batch,) in self._read(batches, values):
            yield batch, *self._localids_and_outcomes(batch)

    def _localids_and_outcomes(self, batch: int) -> tuple[array[int], Outcomes]:
        query = f"SELECT localids, {OUTCOMES} FROM batch LEFT JOIN outcome ON outcome.batch = id WHERE id = ?"
        ((blob, *outcomes),) = self._read(query, (batch,))
        with named(self._path):
            localids = localids_of(blob)
            return localids, unpacked_outcomes(len(localids), *outcomes)

    def _routes(self, batch: Taken) -> Routes:
        with named(self._path):
            return batch.routes()

    def _read(self, sql: str, values: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]
        with told(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _fill(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Rows into a temporary table; nothing of the ledger's own is written."""
        with told(self._path):
            self._connection.execute("BEGIN")
            try:
                self._connection.executemany(sql, rows)
            finally:
                self._connection.execute("COMMIT")
