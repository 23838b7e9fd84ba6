"""The ledger in a SQLite file: WAL, every commit synced, a batch's messages and its outcomes in columns."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from kaverun import columns
from kaverun.errors import LedgerError
from kaverun.ledger.guard import WriteGuard
from kaverun.ledger.outcomes import fates_in, from_results, unpacked, with_cancelled, with_results, with_statuses
from kaverun.ledger.payload import packed
from kaverun.ledger.protocol import Outcomes, Result, RunRecord, by_batch
from kaverun.ledger.reading import LedgerReader, told
from kaverun.ledger.schema import MIGRATIONS
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate


def ledger_path(url: str) -> Path:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`; a bare path is taken too."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url)
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) < 2:
        raise LedgerError(f"ledger {url!r} is not understood: write it as sqlite:///.kaverun/ledger.db")
    return Path(rest[1:])


_CLOSED = Result(Fate.NOT_SENT, reason="in doubt until it was taken up again by a later batch")


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

    def one_commit(self) -> AbstractContextManager[None]:
        return self._transaction()

    def begin(self, run: RunRecord) -> None:
        with self._transaction():
            self._add_run(run, "running")

    def intend(
        self, run_id: str, batches: Sequence[Sequence[Message]], now: float, closing: Collection[int] = ()
    ) -> list[int]:
        with self._transaction():
            (run,) = self._connection.execute("SELECT id FROM run WHERE run_id = ?", (run_id,)).fetchone()
            numbers = [self._add_batch(run, messages, now) for messages in batches]
            for batch, results in by_batch(dict.fromkeys(closing, _CLOSED)).items():
                self._learn(batch, results)
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

    def follow(self, statuses: Iterable[tuple[int, Mapping[int, int]]], texts: Mapping[int, str]) -> None:
        with self._transaction():
            for batch, newer in statuses:
                self._put(batch, with_statuses(self.outcomes(batch), newer))
            self._put_texts(texts)

    def mark_cancelled(self, positions: Collection[int], texts: Mapping[int, str]) -> None:
        with self._transaction():
            for batch, indexes in by_batch(dict.fromkeys(positions)).items():
                self._put(batch, with_cancelled(self.outcomes(batch), indexes))
            self._put_texts(texts)

    # --- inside a transaction

    def _add_run(self, run: RunRecord, status: str) -> int:
        return self._insert(
            "INSERT INTO run (run_id, campaign, occurrence, provider, digest, date, started, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*run, status),
        )

    def _add_batch(self, run: int, messages: Sequence[Message], now: float) -> int:
        return self._insert(
            "INSERT INTO batch (run, intended, last_row, localids, routes, texts) VALUES (?, ?, ?, ?, ?, ?)",
            (run, now, messages[-1].row, *packed(messages)),
        )

    def _insert(self, sql: str, values: Sequence[object]) -> int:
        number = self._connection.execute(sql, values).lastrowid
        assert number is not None
        return number

    def _settle(self, batch: int, results: Mapping[int, Result], now: float) -> None:
        self._learn(batch, results)
        self._connection.execute("UPDATE outcome SET settled = ? WHERE batch = ?", (now, batch))

    def _learn(self, batch: int, results: Mapping[int, Result]) -> None:
        """Newer results of a batch, by index."""
        localids, known = self._localids_and_columns(batch)
        size = len(localids)
        self._put(batch, with_results(unpacked(known, size), results) if known else from_results(results, size))

    def _put(self, batch: int, outcomes: Outcomes) -> None:
        self._connection.execute(
            "INSERT INTO outcome (batch, fates, columns) VALUES (?, ?, ?) ON CONFLICT (batch) DO UPDATE SET"
            " fates = excluded.fates, columns = excluded.columns",
            (batch, fates_in(outcomes), columns.packed(outcomes)),
        )

    def _put_texts(self, texts: Mapping[int, str]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO status_text VALUES (?, ?)", list(texts.items()))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._connection.in_transaction:
            yield
            return
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
                migration(self._connection)
            self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _check_version(self) -> int:
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise LedgerError(f"ledger {self._path} was written by a newer kaverun (schema {version}): upgrade kaverun")
        return version
