"""The ledger in a SQLite file: WAL, every commit synced, payloads compressed per batch, narrow outcome rows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path

import orjson

from kaverun.blocks import blocks
from kaverun.errors import LedgerError
from kaverun.kavenegar.codes import CANCELLED
from kaverun.ledger.guard import WriteGuard
from kaverun.ledger.payload import packed
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, RunRecord
from kaverun.ledger.reading import LedgerReader, told
from kaverun.ledger.schema import MIGRATIONS
from kaverun.plan.batches import Message
from kaverun.plan.served import TAKEN, Fate


def ledger_path(url: str) -> Path:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`; a bare path is taken too."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url)
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) < 2:
        raise LedgerError(f"ledger {url!r} is not understood: write it as sqlite:///.kaverun/ledger.db")
    return Path(rest[1:])


# With seven values in a row this is below the 999 that any build of SQLite takes in a statement.
_ROWS_PER_STATEMENT = 100
_CLOSED = "in doubt until it was taken up again by a later batch"
_TAKEN = f"({', '.join(str(int(fate)) for fate in TAKEN)})"


class SqliteLedger(LedgerReader):
    """A ledger in one file with one connection, used by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, guard: WriteGuard | None = None) -> None:
        super().__init__(path, connection)
        self._guard = guard

    @classmethod
    def open(cls, path: Path) -> SqliteLedger:
        """Open for writing; made with mode 0600 where it is not there yet."""
        with told(path):
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
        with told(path):
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

    # --- inside a transaction

    def _add_run(self, run: RunRecord, status: str) -> int:
        return self._insert(
            "INSERT INTO run (run_id, campaign, occurrence, provider, digest, date, started, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*run, status),
        )

    def _add_batch(self, run: int, messages: Sequence[Message], now: float) -> int:
        number = self._insert("INSERT INTO batch (run, localids, payload) VALUES (?, ?, ?)", (run, *packed(messages)))
        self._connection.execute(
            "INSERT INTO batch_state (batch, intended, last_row) VALUES (?, ?, ?)", (number, now, messages[-1].row)
        )
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
        # A hundred rows in a statement: SQLite lets go of Python's lock, and has to get it back, once for each.
        for block in blocks(results, _ROWS_PER_STATEMENT):
            values = [value for position, result in block for value in (position, *result[:-1], result.reason or None)]
            self._connection.execute(_put_statement(len(block)), values)

    def _put_texts(self, texts: Mapping[int, str]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO status_text VALUES (?, ?)", list(texts.items()))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with told(self._path), self._guarded():
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


@lru_cache(maxsize=_ROWS_PER_STATEMENT)
def _put_statement(rows: int) -> str:
    """What the provider has accepted can never become anything else, except cancelled by a method of its own."""
    return (
        f"INSERT INTO outcome VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?)'] * rows)} ON CONFLICT (position) DO UPDATE SET"
        " fate = excluded.fate, messageid = excluded.messageid, status = excluded.status, cost = excluded.cost,"
        f" attempts = excluded.attempts, reason = excluded.reason WHERE fate NOT IN {_TAKEN}"
    )
