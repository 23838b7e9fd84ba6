"""The ledger in a SQLite file: WAL, every commit synced, payloads compressed per batch, narrow outcome rows."""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import orjson

from kaverun.errors import LedgerError
from kaverun.kavenegar.codes import CANCELLED
from kaverun.ledger.compared import between, compared, times
from kaverun.ledger.guard import WriteGuard
from kaverun.ledger.listing import Comparison, RunTimes, Sum
from kaverun.ledger.payload import localids_of, packed, unpacked
from kaverun.ledger.protocol import (
    POSITIONS_PER_BATCH,
    OpenBatch,
    Result,
    Revocable,
    RunRecord,
    Scope,
    Standings,
    Taken,
    Tracked,
)
from kaverun.ledger.schema import MIGRATIONS
from kaverun.ledger.taken import messages_at, standings, taken
from kaverun.plan.batches import Message
from kaverun.plan.served import IN_DOUBT, TAKEN, Fate, Known, Served, stands


def ledger_path(url: str) -> Path:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`; a bare path is taken too."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url)
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) < 2:
        raise LedgerError(f"ledger {url!r} is not understood: write it as sqlite:///.kaverun/ledger.db")
    return Path(rest[1:])


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"ledger {path}: {error}; nothing more will be sent until it can be written") from error


_CLOSED = "in doubt until it was taken up again by a later batch"
_TAKEN = f"({', '.join(str(int(fate)) for fate in TAKEN)})"


class SqliteLedger:
    """A ledger in one file with one connection, used by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, guard: WriteGuard | None = None) -> None:
        self._path = path
        self._connection = connection
        self._guard = guard

    @classmethod
    def open(cls, path: Path) -> SqliteLedger:
        """Open for writing; made with mode 0600 where it is not there yet."""
        with _told(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            guard = WriteGuard(path)
            connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            with guard.held():
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
            ledger = cls(path, connection, guard)
            ledger._migrate()
        return ledger

    @classmethod
    def open_to_read(cls, path: Path) -> SqliteLedger:
        """Open without ever writing; an empty ledger in memory where the file is not there."""
        with _told(path):
            if path.exists() and path.stat().st_size:
                connection = sqlite3.connect(
                    f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30
                )
                ledger = cls(path, connection)
                ledger._check_version()
                return ledger
            ledger = cls(path, sqlite3.connect(":memory:", isolation_level=None))
            ledger._migrate()
        return ledger

    def close(self) -> None:
        with self._guarded():
            self._connection.close()
        if self._guard:
            self._guard.close()

    # --- writing

    def begin(self, run: RunRecord) -> None:
        with self._transaction():
            self._add_run(run, "running")

    def intend(
        self, run_id: str, batches: Sequence[Sequence[Message]], now: float, closing: Collection[int] = ()
    ) -> list[int]:
        with self._transaction():
            (run,) = self._connection.execute("SELECT id FROM run WHERE run_id = ?", (run_id,)).fetchone()
            numbers = [self._add_batch(run, messages, now) for messages in batches]
            self._put((position, Result(Fate.NOT_SENT, reason=_CLOSED)) for position in closing)
        return numbers

    def record(
        self, outcomes: Iterable[tuple[int, Mapping[int, Result]]], texts: Mapping[int, str], now: float
    ) -> None:
        with self._transaction():
            for batch, results in outcomes:
                self._settle(batch, results, now)
            self._put_texts(texts)

    def adopt(
        self,
        run: RunRecord,
        batches: Iterable[tuple[Sequence[Message], Mapping[int, Result]]],
        texts: Mapping[int, str],
        now: float,
    ) -> None:
        with self._transaction():
            number = self._add_run(run, "found")
            for messages, results in batches:
                self._settle(self._add_batch(number, messages, now), results, now)
            self._put_texts(texts)

    def finish(self, run_id: str, status: str, now: float) -> None:
        with self._transaction():
            self._connection.execute("UPDATE run SET status = ?, finished = ? WHERE run_id = ?", (status, now, run_id))

    def follow(self, statuses: Mapping[int, int], texts: Mapping[int, str]) -> None:
        with self._transaction():
            for status in set(statuses.values()):
                positions = [position for position, now in statuses.items() if now == status]
                # One statement: while SQLite works, other threads have Python to themselves.
                self._connection.execute(
                    "UPDATE outcome SET status = ? WHERE position IN (SELECT value FROM json_each(?))"
                    f" AND fate <> {Fate.CANCELLED:d}",
                    (status, orjson.dumps(positions).decode()),
                )
            self._put_texts(texts)

    def mark_cancelled(self, positions: Collection[int], texts: Mapping[int, str]) -> None:
        with self._transaction():
            self._connection.executemany(
                f"UPDATE outcome SET fate = {Fate.CANCELLED:d}, status = {CANCELLED} WHERE position = ?"
                f" AND fate = {Fate.ACCEPTED:d}",
                [(position,) for position in positions],
            )
            self._put_texts(texts)

    # --- reading

    def served(self, campaign: str, occurrence: str, provider: str) -> Served:
        latest: dict[int, Known] = {}
        for batch, localids, fates in self._batches(campaign, occurrence, provider):
            for index, localid in enumerate(localids):
                known = latest.get(localid)
                if known is None or not stands(known.fate, fates[index]):
                    latest[localid] = Known(fates[index], batch * POSITIONS_PER_BATCH + index)
        return _Served(latest)

    def found_since(self, campaign: str, occurrence: str, provider: str, since: float) -> bool:
        found = "SELECT 1 FROM run WHERE campaign = ? AND occurrence = ? AND provider = ? AND status = 'found'"
        return bool(self._read(f"{found} AND started > ? LIMIT 1", (campaign, occurrence, provider, since)))

    def accepted(self, campaign: str, occurrence: str, provider: str) -> Iterator[Tracked]:
        for batch, localids, fates in self._batches(campaign, occurrence, provider):
            if not any(fate in fates for fate in TAKEN):
                continue
            ((payload, intended),) = self._read(
                "SELECT payload, intended FROM batch JOIN batch_state ON batch = id WHERE id = ?", (batch,)
            )
            results = self._results_of_batch(batch)
            for index, message in enumerate(unpacked(localids, payload)):
                result = results.get(index)
                if result and result.fate in TAKEN and result.messageid:
                    position = batch * POSITIONS_PER_BATCH + index
                    yield Tracked(
                        position,
                        message.localid,
                        result.messageid,
                        result.status,
                        message.phone,
                        message.line,
                        intended,
                    )

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
        for batch, localids, fates in self._batches(campaign, occurrence, provider):
            doubtful = tuple(index for index, fate in enumerate(fates) if fate in IN_DOUBT)
            if doubtful:
                payload, intended, settled = self._read(
                    "SELECT payload, intended, settled FROM batch JOIN batch_state ON batch = id WHERE id = ?", (batch,)
                )[0]
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

    # --- inside a transaction

    def _add_run(self, run: RunRecord, status: str) -> int:
        return self._insert(
            "INSERT INTO run (run_id, campaign, occurrence, provider, digest, date, started, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*run, status),
        )

    def _add_batch(self, run: int, messages: Sequence[Message], now: float) -> int:
        number = self._insert("INSERT INTO batch (run, localids, payload) VALUES (?, ?, ?)", (run, *packed(messages)))
        self._connection.execute("INSERT INTO batch_state (batch, intended) VALUES (?, ?)", (number, now))
        return number

    def _insert(self, sql: str, values: Sequence[object]) -> int:
        number = self._connection.execute(sql, values).lastrowid
        assert number is not None
        return number

    def _settle(self, batch: int, results: Mapping[int, Result], now: float) -> None:
        first = batch * POSITIONS_PER_BATCH
        self._put((first + index, result) for index, result in results.items())
        self._connection.execute("UPDATE batch_state SET settled = ? WHERE batch = ?", (now, batch))

    def _put(self, results: Iterable[tuple[int, Result]]) -> None:
        # What the provider has accepted can never become anything else, except cancelled by a method of its own.
        self._connection.executemany(
            "INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (position) DO UPDATE SET"
            " fate = excluded.fate, messageid = excluded.messageid, status = excluded.status, cost = excluded.cost,"
            f" attempts = excluded.attempts, reason = excluded.reason WHERE fate NOT IN {_TAKEN}",
            [(position, *result[:-1], result.reason or None) for position, result in results],
        )

    def _put_texts(self, texts: Mapping[int, str]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO status_text VALUES (?, ?)", list(texts.items()))

    # --- inside

    def _batches(
        self, campaign: str, occurrence: str, provider: str, run_id: str | None = None
    ) -> Iterator[tuple[int, array[int], list[Fate]]]:
        """Batch number, localids and fates of all the occurrence, or one run of it, ever intended, oldest first."""
        for batch, blob in self._read(
            "SELECT batch.id, localids FROM batch JOIN run ON run.id = run"
            " WHERE campaign = ? AND occurrence = ? AND provider = ? AND run_id = coalesce(?, run_id)"
            " ORDER BY batch.id",
            (campaign, occurrence, provider, run_id),
        ):
            localids = localids_of(blob)
            fates = [Fate.SENDING] * len(localids)
            for position, fate in self._read(
                "SELECT position, fate FROM outcome WHERE position BETWEEN ? AND ?", _span(batch)
            ):
                fates[position % POSITIONS_PER_BATCH] = Fate(fate)
            yield batch, localids, fates

    def _results_of_batch(self, batch: int) -> dict[int, Result]:
        rows = self._read(
            "SELECT position, fate, messageid, status, cost, attempts, reason FROM outcome"
            " WHERE position BETWEEN ? AND ?",
            _span(batch),
        )
        return {position % POSITIONS_PER_BATCH: _result(values) for position, *values in rows}

    def _read(self, sql: str, values: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]
        with _told(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _fill(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Rows into a temporary table; nothing of the ledger's own is written."""
        with _told(self._path):
            self._connection.execute("BEGIN")
            try:
                self._connection.executemany(sql, rows)
            finally:
                self._connection.execute("COMMIT")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _told(self._path), self._guarded():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _guarded(self) -> AbstractContextManager[None]:
        return self._guard.held() if self._guard else nullcontext()

    def _migrate(self) -> None:
        if self._check_version() == len(MIGRATIONS):
            return
        with self._transaction():
            for migration in MIGRATIONS[self._check_version() :]:
                for statement in migration.split(";"):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _check_version(self) -> int:
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise LedgerError(f"ledger {self._path} was written by a newer kaverun (schema {version}): upgrade kaverun")
        return version


class _Served:
    def __init__(self, latest: dict[int, Known]) -> None:
        self._latest = latest

    def find(self, localid: int) -> Known | None:
        return self._latest.get(localid)

    def __len__(self) -> int:
        return len(self._latest)


def _span(batch: int) -> tuple[int, int]:
    return batch * POSITIONS_PER_BATCH, batch * POSITIONS_PER_BATCH + POSITIONS_PER_BATCH - 1


def _result(values: Sequence[object]) -> Result:
    fate, messageid, status, cost, attempts, reason = values
    return Result(Fate(fate), messageid, status, cost, attempts, reason or "")  # type: ignore[arg-type]
