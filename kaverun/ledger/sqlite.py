"""The ledger in a SQLite file: WAL, every commit synced, a batch's messages and its outcomes in columns."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TypeVar

from kaverun import columns
from kaverun.blocks import blocks
from kaverun.errors import LedgerError, Locked
from kaverun.ledger.damage import named, sound, told
from kaverun.ledger.guard import LOCK_TIMEOUT, WriteGuard
from kaverun.ledger.location import Identity, identity, located, made
from kaverun.ledger.outcomes import (
    fates_in,
    mask,
    newer_statuses,
    with_cancelled,
    with_cancelling,
    with_kept,
    with_results,
)
from kaverun.ledger.payload import packed
from kaverun.ledger.protocol import TAKEN_UP_AGAIN, NewStatuses, Outcomes, Result, RunRecord, by_batch
from kaverun.ledger.reading import LedgerReader
from kaverun.ledger.schema import MIGRATIONS
from kaverun.ledger.snapshot import copied, needs_a_copy
from kaverun.ledger.taken import marks
from kaverun.plan.batches import Batch, Message
from kaverun.plan.served import Fate
from kaverun.repository import keep_out_of_git

T = TypeVar("T")


def without_password(url: str) -> str:
    """A ledger's URL as people may see it."""
    return re.sub(r"(?<=://)[^/]*(?=@)", "***", url)


def ledger_path(url: str) -> Path:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`; a bare path is taken too."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url)
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) < 2:
        raise LedgerError(
            f"ledger {without_password(url)!r} is not understood: write it as sqlite:///.kaverun/ledger.db"
        )
    return Path(rest[1:])


#: A row of `outcome`.
_Row = tuple[int, float | None, int, bytes]

# With eight values in a row this is below the 999 that any build of SQLite takes in a statement.
_ROWS_PER_STATEMENT = 100
_CANCELLED = mask([Fate.CANCELLED])
_CLOSED = Result(Fate.NOT_SENT, reason=TAKEN_UP_AGAIN)


class SqliteLedger(LedgerReader):
    """A ledger in one file with one connection, used by the thread that opened it."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        guard: WriteGuard | None = None,
        file: Identity | None = None,
    ) -> None:
        super().__init__(path, connection)
        self._guard = guard
        self._file = file
        # Where a relative path led when it was opened.
        self._place = path.absolute()
        # Status texts that were written from here.
        self._told: dict[int, str] = {}

    @classmethod
    def open(cls, path: Path, lock_timeout: float = LOCK_TIMEOUT) -> SqliteLedger:
        """Open for writing; made with mode 0600 where it is not there yet.

        `lock_timeout` is how long to wait for others that write, in seconds.
        """
        with told(path):
            file = made(path)
            if file.parent.name == ".kaverun":
                keep_out_of_git(file.parent)
            guard = WriteGuard(file, lock_timeout)
            connection = sqlite3.connect(file, isolation_level=None, timeout=lock_timeout)
            with guard.held():
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
            ledger = cls(path, connection, guard, identity(file))
            ledger._migrate()
        return ledger

    @classmethod
    def open_to_read(cls, path: Path) -> SqliteLedger:
        """Open without ever writing; an empty ledger in memory where the file is not there.

        Where its folder is read-only, it is read as it is now.
        """
        with told(path):
            file = located(path)
            if file.exists() and file.stat().st_size:
                connection = sqlite3.connect(
                    f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=LOCK_TIMEOUT
                )
                ledger = cls(path, connection)
                try:
                    return ledger if ledger._check_version() == len(MIGRATIONS) else ledger._migrated_copy()
                except sqlite3.OperationalError as error:
                    connection.close()
                    if not needs_a_copy(error):
                        raise
                with copied(file) as copy:
                    return cls(path, sqlite3.connect(copy, isolation_level=None))._migrated_copy()
            ledger = cls(path, sqlite3.connect(":memory:", isolation_level=None))
            ledger._migrate()
        return ledger

    def close(self) -> None:
        try:
            with self._guarded():
                self._connection.close()
        except (Locked, LedgerError):
            # What was written is durable; at most its log is not tidied up.
            self._connection.close()
        if self._guard:
            self._guard.close()

    # --- writing

    def one_commit(self) -> AbstractContextManager[None]:
        return self._transaction()

    def begin(self, run: RunRecord) -> None:
        with self._transaction():
            self._add_run(run, "running")

    def rehearse(self, run_id: str) -> None:
        with self._transaction():
            self._connection.execute("UPDATE run SET occurrence = run_id WHERE run_id = ?", (run_id,))

    def intend(
        self, run_id: str, batches: Sequence[Sequence[Message]], now: float, closing: Collection[int] = ()
    ) -> list[int]:
        with self._transaction():
            numbers = self._add_batches(self._run_number(run_id), batches, now)
            self._learn(by_batch(dict.fromkeys(closing, _CLOSED)).items(), settled=None)
        return numbers

    def record(
        self, outcomes: Iterable[tuple[int, Mapping[int, Result]]], texts: Mapping[int, str], now: float
    ) -> None:
        with self._transaction():
            self._learn(outcomes, settled=now)
            self._put_texts(texts)

    def settle(self, outcomes: Iterable[tuple[int, Outcomes]], texts: Mapping[int, str], now: float) -> None:
        with self._transaction():
            self._insert("INSERT INTO outcome", [_row(batch, now, known) for batch, known in outcomes])
            self._put_texts(texts)

    def adopt(
        self,
        run: RunRecord,
        batches: Iterable[tuple[Sequence[Message], Mapping[int, Result]]],
        texts: Mapping[int, str],
        now: float,
    ) -> None:
        """See `Ledger.adopt`."""
        with self._transaction():
            number = self._add_run(run, "found")
            for messages, results in batches:
                (batch,) = self._add_batches(number, [messages], now)
                self._learn([(batch, results)], settled=now)
            self._put_texts(texts)

    def finish(self, run_id: str, status: str, now: float) -> None:
        with self._transaction():
            self._connection.execute("UPDATE run SET status = ?, finished = ? WHERE run_id = ?", (status, now, run_id))

    def follow(self, statuses: Iterable[tuple[int, NewStatuses]], texts: Mapping[int, str]) -> None:
        with self._transaction():
            news = dict(statuses)
            batches = self._read(f"SELECT batch, fates FROM outcome WHERE batch IN ({marks(news)})", [*news])
            rows = [(batch, self._followed(batch, fates, news[batch])) for batch, fates in batches]
            self._insert("INSERT OR REPLACE INTO delivery", rows)
            self._put_texts(texts)

    def intend_to_cancel(self, positions: Collection[int]) -> None:
        with self._transaction():
            self._change(dict.fromkeys(positions), with_cancelling)

    def mark_cancelled(self, positions: Collection[int], texts: Mapping[int, str]) -> None:
        with self._transaction():
            self._change(dict.fromkeys(positions), with_cancelled)
            self._put_texts(texts)

    def mark_kept(self, statuses: Mapping[int, int | None], texts: Mapping[int, str], reason: str) -> None:
        with self._transaction():
            self._change(statuses, partial(with_kept, reason=reason))
            self._put_texts(texts)

    # --- inside a transaction

    def _add_run(self, run: RunRecord, status: str) -> int:
        number = self._connection.execute(
            f"INSERT INTO run ({', '.join(RunRecord._fields)}, status) VALUES ({marks(run)}, ?)",
            (*run, status),
        ).lastrowid
        assert number is not None
        return number

    def _run_number(self, run_id: str) -> int:
        ((number,),) = self._read("SELECT id FROM run WHERE run_id = ?", (run_id,))
        return int(number)

    def _add_batches(self, run: int, batches: Sequence[Sequence[Message]], now: float) -> list[int]:
        ((last,),) = self._read("SELECT coalesce(max(id), 0) FROM batch", ())
        numbers = [*range(last + 1, last + 1 + len(batches))]
        rows = []
        for number, batch in zip(numbers, map(Batch.of, batches), strict=True):
            rows.append((number, run, now, batch.columns.rows[-1], *packed(batch)))
        self._insert("INSERT INTO batch", rows)
        return numbers

    def _learn(self, outcomes: Iterable[tuple[int, Mapping[int, Result]]], *, settled: float | None) -> None:
        """Newer results of batches, by index."""
        self._put([_row(batch, settled, with_results(self.outcomes(batch), results)) for batch, results in outcomes])

    def _change(self, values: Mapping[int, T], change: Callable[[Outcomes, Mapping[int, T]], Outcomes]) -> None:
        """Put changed outcomes of batches in the place of those there are; `values` are by position."""
        batches = by_batch(values).items()
        self._put([_row(batch, None, change(self.outcomes(batch), of_batch)) for batch, of_batch in batches])

    def _followed(self, batch: int, fates: int, newer: NewStatuses) -> bytes:
        """All statuses of a batch after newer ones."""
        if isinstance(newer, Mapping):
            return columns.packed([newer_statuses(self.outcomes(batch), newer)])
        if fates & _CANCELLED:
            return self._followed(batch, fates, dict(enumerate(newer)))
        return columns.packed([newer])

    def _put(self, outcomes: Sequence[_Row]) -> None:
        self._insert(
            "INSERT INTO outcome",
            outcomes,
            " ON CONFLICT (batch) DO UPDATE SET settled = coalesce(excluded.settled, settled), fates = excluded.fates,"
            " columns = excluded.columns",
        )
        for some in blocks([batch for batch, *_ in outcomes], _ROWS_PER_STATEMENT):
            self._connection.execute(f"DELETE FROM delivery WHERE batch IN ({marks(some)})", some)

    def _put_texts(self, texts: Mapping[int, str]) -> None:
        news = [(status, text) for status, text in texts.items() if self._told.get(status) != text]
        self._insert("INSERT OR REPLACE INTO status_text", news)
        self._told |= texts

    def _insert(self, sql: str, rows: Sequence[Sequence[object]], otherwise: str = "") -> None:
        """All rows in one statement: for each, SQLite lets go of Python's lock and has to get it back several times."""
        for block in blocks(rows, _ROWS_PER_STATEMENT):
            row = f"({marks(block[0])})"
            values = [value for of_row in block for value in of_row]
            self._connection.execute(f"{sql} VALUES {', '.join([row] * len(block))}{otherwise}", values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._connection.in_transaction:
            yield
            return
        self._check_place()
        with told(self._path), self._guarded():
            self._check_place()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # Also where the commit failed: left open, it would swallow the next transaction.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _check_place(self) -> None:
        """What is written into a file that was removed is lost, and the next process would begin another."""
        try:
            there = self._file is None or identity(self._place) == self._file
        except OSError:
            there = False
        if not there:
            raise LedgerError(
                f"ledger {self._path} was removed or replaced while it was in use, so nothing more is sent: put it "
                "back, or let the next apply ask Kavenegar for everything with --cold-ledger full"
            )

    def _guarded(self) -> AbstractContextManager[None]:
        return self._guard.held() if self._guard else nullcontext()

    def _migrate(self) -> None:
        if self._check_version() == len(MIGRATIONS):
            return
        with named(self._path), sound(), self._transaction():
            for migration in MIGRATIONS[self._check_version() :]:
                migration(self._connection)
            self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _migrated_copy(self) -> SqliteLedger:
        """As if it were of today, in a file that SQLite removes by itself; this one is closed."""
        copy = SqliteLedger(self._path, sqlite3.connect("", isolation_level=None))
        self._connection.backup(copy._connection)
        self.close()
        copy._migrate()
        return copy

    def _check_version(self) -> int:
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise LedgerError(f"ledger {self._path} was written by a newer kaverun (schema {version}): upgrade kaverun")
        return version


def _row(batch: int, settled: float | None, outcomes: Outcomes) -> _Row:
    return batch, settled, fates_in(outcomes), columns.packed(outcomes)
