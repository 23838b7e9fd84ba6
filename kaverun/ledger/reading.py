"""What a SQLite ledger is asked, whether it is open for writing or not."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from kaverun.errors import LedgerError
from kaverun.ledger.compared import between, compared, times
from kaverun.ledger.known import KnownMessages
from kaverun.ledger.listing import Comparison, RunTimes, Sum
from kaverun.ledger.payload import localids_of, unpacked
from kaverun.ledger.protocol import (
    POSITIONS_PER_BATCH,
    OpenBatch,
    Result,
    Revocable,
    RunRecord,
    Scope,
    Since,
    Standings,
    Taken,
)
from kaverun.ledger.since import since
from kaverun.ledger.taken import OF_BATCH, messages_at, standings, taken
from kaverun.plan.batches import Message
from kaverun.plan.served import IN_DOUBT, Fate, Served


@contextmanager
def told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"ledger {path}: {error}; nothing more will be sent until it can be written") from error


# Those with fewer certain outcomes than messages; a localid takes eight bytes.
_OPEN_BATCHES = f"""
SELECT id, localids, payload, intended, settled FROM batch JOIN batch_state ON batch = id WHERE id IN (
    SELECT batch.id FROM run JOIN batch ON batch.run = run.id
    WHERE campaign = ? AND occurrence = ? AND provider = ? AND length(localids) / 8 > (
        SELECT count(*) FROM outcome WHERE fate NOT IN ({", ".join(str(int(fate)) for fate in IN_DOUBT)}) AND {OF_BATCH}
    )
) ORDER BY id
"""


class LedgerReader:
    """Reads of one connection, by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def served(self, campaign: str, occurrence: str, provider: str, until: int | None = None) -> Served:
        return KnownMessages(self._batches(campaign, occurrence, provider, until=until))

    def found_since(self, campaign: str, occurrence: str, provider: str, since: float) -> bool:
        found = "SELECT 1 FROM run WHERE campaign = ? AND occurrence = ? AND provider = ? AND status = 'found'"
        return bool(self._read(f"{found} AND started > ? LIMIT 1", (campaign, occurrence, provider, since)))

    def revocable(self, campaign: str, occurrence: str, provider: str, run_id: str | None) -> Iterator[Revocable]:
        for batch, localids, fates in self._batches(campaign, occurrence, provider, run_id):
            if Fate.ACCEPTED not in fates:
                continue
            ((payload, date),) = self._read(
                "SELECT payload, date FROM batch JOIN run ON run.id = run WHERE batch.id = ?", (batch,)
            )
            results = self._results_of_batch(batch)
            for index, message in enumerate(unpacked(localids, payload)):
                if fates[index] is Fate.ACCEPTED:
                    _, messageid, status, cost, _, _ = results[index]
                    position = batch * POSITIONS_PER_BATCH + index
                    yield Revocable(position, messageid, status, cost, date, message.phone, message.key)

    def in_doubt(self, campaign: str, occurrence: str, provider: str, run_id: str | None) -> int:
        batches = self._batches(campaign, occurrence, provider, run_id)
        return sum(fate in IN_DOUBT for _, _, fates in batches for fate in fates)

    def runs(self, campaign: str, occurrence: str, provider: str) -> list[str]:
        rows = self._read(
            "SELECT run_id FROM run WHERE campaign = ? AND occurrence = ? AND provider = ? ORDER BY id",
            (campaign, occurrence, provider),
        )
        return [run_id for (run_id,) in rows]

    def holding(self, messageids: Collection[int]) -> set[int]:
        marks = ",".join("?" * len(messageids))
        rows = self._read(f"SELECT messageid FROM outcome WHERE messageid IN ({marks})", tuple(messageids))
        return {messageid for (messageid,) in rows}

    def last_run(self) -> int:
        ((number,),) = self._read("SELECT coalesce(max(id), 0) FROM run", ())
        return int(number)

    def since(self, scope: Scope, run: int) -> Since:
        return since(self._read, scope, run)

    def run_records(self) -> list[RunRecord]:
        columns = ", ".join(RunRecord._fields)
        return [RunRecord(*values) for values in self._read(f"SELECT {columns} FROM run ORDER BY id DESC", ())]

    def taken(self, scope: Scope) -> Iterator[Taken]:
        return taken(self._read, scope)

    def standings(self, scope: Scope) -> AbstractContextManager[Standings]:
        return standings(self._read, scope)

    def times(self, scope: Scope) -> list[RunTimes]:
        return times(self._read, scope)

    def between(self, provider: str, start: int, end: int) -> Sum:
        return between(self._read, provider, start, end)

    def compared(self, scope: Scope, reach: float, found_reach: float) -> AbstractContextManager[Comparison]:
        return compared(self._read, self._fill, scope, reach, found_reach)

    def messages(self, positions: Collection[int]) -> dict[int, Message]:
        return messages_at(self._read, positions)

    def open_batches(self, campaign: str, occurrence: str, provider: str) -> Iterator[OpenBatch]:
        for batch, blob, payload, intended, settled in self._read(_OPEN_BATCHES, (campaign, occurrence, provider)):
            localids = localids_of(blob)
            doubtful = tuple(index for index, fate in enumerate(self._fates(batch, len(localids))) if fate in IN_DOUBT)
            yield OpenBatch(batch, intended, settled, unpacked(localids, payload), doubtful)

    def results(self, positions: Collection[int]) -> dict[int, Result]:
        marks = ",".join("?" * len(positions))
        return {
            position: _result(values)
            for position, *values in self._read(
                f"SELECT position, fate, messageid, status, cost, attempts, reason FROM outcome"
                f" WHERE position IN ({marks})",
                tuple(positions),
            )
        }

    def results_of_run(self, run_id: str) -> Iterator[tuple[int, int, Result]]:
        batches = "SELECT batch.id FROM batch JOIN run ON run.id = run WHERE run_id = ? ORDER BY batch.id"
        for (batch,) in self._read(batches, (run_id,)):
            ((localids,),) = self._read("SELECT localids FROM batch WHERE id = ?", (batch,))
            results = self._results_of_batch(batch)
            for index, localid in enumerate(localids_of(localids)):
                yield batch * POSITIONS_PER_BATCH + index, localid, results.get(index, Result(Fate.SENDING))

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
    ) -> Iterator[tuple[int, array[int], list[Fate]]]:
        """Batch number, localids and fates of all the occurrence, or one run of it, ever intended, oldest first."""
        for (batch,) in self._read(
            "SELECT batch.id FROM batch JOIN run ON run.id = run"
            " WHERE campaign = ? AND occurrence = ? AND provider = ? AND run_id = coalesce(?, run_id)"
            " AND run.id <= coalesce(?, run.id) ORDER BY batch.id",
            (campaign, occurrence, provider, run_id, until),
        ):
            ((blob,),) = self._read("SELECT localids FROM batch WHERE id = ?", (batch,))
            localids = localids_of(blob)
            yield batch, localids, self._fates(batch, len(localids))

    def _fates(self, batch: int, size: int) -> list[Fate]:
        """By index; an intent without an outcome is still being sent."""
        fates = [Fate.SENDING] * size
        for position, fate in self._read(
            "SELECT position, fate FROM outcome WHERE position BETWEEN ? AND ?", _span(batch)
        ):
            fates[position % POSITIONS_PER_BATCH] = Fate(fate)
        return fates

    def _results_of_batch(self, batch: int) -> dict[int, Result]:
        rows = self._read(
            "SELECT position, fate, messageid, status, cost, attempts, reason FROM outcome"
            " WHERE position BETWEEN ? AND ?",
            _span(batch),
        )
        return {position % POSITIONS_PER_BATCH: _result(values) for position, *values in rows}

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


def _span(batch: int) -> tuple[int, int]:
    return batch * POSITIONS_PER_BATCH, batch * POSITIONS_PER_BATCH + POSITIONS_PER_BATCH - 1


def _result(values: Sequence[object]) -> Result:
    fate, messageid, status, cost, attempts, reason = values
    return Result(Fate(fate), messageid, status, cost, attempts, reason or "")  # type: ignore[arg-type]
