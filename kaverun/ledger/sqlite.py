"""The ledger in a SQLite file: WAL, every commit synced, one connection per process and a guard across processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from kaverun.errors import LedgerError, Locked
from kaverun.files.repository import keep_out_of_git
from kaverun.inserts import inserts
from kaverun.ledger.damage import explained
from kaverun.ledger.guard import LOCK_TIMEOUT, WriteGuard
from kaverun.ledger.location import Identity, identity, located, made
from kaverun.ledger.lock import campaign_lock
from kaverun.ledger.migrations import brought_up_to_date, schema_of
from kaverun.ledger.schema import SCHEMA
from kaverun.ledger.snapshot import copied, needs_a_copy
from kaverun.ledger.store import Lease, Row, Values

_TAKE = """
UPDATE batch SET state = 'sending', begun = :now, holder = :holder, lease_until = :until, token = token + 1
WHERE id IN (SELECT id FROM batch WHERE run = :run AND state = 'planned' ORDER BY id LIMIT :most)
RETURNING id, token, lease_until
"""
_SETTLE = (
    "UPDATE batch SET state = 'settled', settled = ?, holder = NULL, lease_until = NULL WHERE id = ? AND token = ?"
)


class LeaseLost(LedgerError):
    """Somebody else has taken a batch since: what was learnt about it here is not recorded."""


class SqliteStore:
    """See `kaverun.ledger.store.Store`."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        guard: WriteGuard | None = None,
        file: Identity | None = None,
    ) -> None:
        self._path = path
        self._connection = connection
        self._guard = guard
        self._file = file
        # Where a relative path led when it was opened.
        self._location = path.absolute()
        self.schema = SCHEMA

    @classmethod
    def open(cls, path: Path, lock_timeout: float = LOCK_TIMEOUT) -> SqliteStore:
        """Open for writing; created with mode 0600 if missing.

        `lock_timeout` is how long to wait for other writers, in seconds.
        """
        with explained(path):
            file = made(path)
            if file.parent.name == ".kaverun":
                keep_out_of_git(file.parent)
            connection = _connected(file.as_uri(), lock_timeout)
            guard = WriteGuard(file, lock_timeout)
            store = cls(path, connection, guard, identity(file))
            try:
                # Before anything is changed in what may not be a ledger.
                found = store._schema()
                with guard.held():
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.execute("PRAGMA synchronous = FULL")
                store.schema = found or SCHEMA
                if found < SCHEMA:
                    with store.transaction():
                        brought_up_to_date(connection, file)
            except BaseException:
                store.close()
                raise
        return store

    @classmethod
    def empty(cls, path: Path = Path("ledger.db")) -> SqliteStore:
        """An empty one in memory; `path` is where one is missing."""
        return cls(path, _connected(":memory:"))._migrated()

    @classmethod
    def open_to_read(cls, path: Path) -> SqliteStore:
        """Open read-only; an empty ledger in memory if the file is missing.

        If its folder is read-only, or its schema is an older one, a copy is read, as the ledger is now.
        """
        with explained(path):
            file = located(path)
            if not (file.exists() and file.stat().st_size):
                return cls.empty(path)
            try:
                store = cls(path, _connected(f"{file.as_uri()}?mode=ro"))
                return store if store._schema() == SCHEMA else store._migrated_copy()
            except sqlite3.OperationalError as error:
                if not needs_a_copy(error):
                    raise
            with copied(file) as copy:
                return cls(path, _connected(copy.as_uri()))._migrated_copy()

    @property
    def place(self) -> str:
        return str(self._path)

    def close(self) -> None:
        try:
            with self._guarded():
                self._connection.close()
        except (Locked, LedgerError):
            # What was written is durable; at most its log is not tidied up.
            self._connection.close()
        if self._guard:
            self._guard.close()
            self._guard = None

    def locked(self, campaign: str, now: float) -> AbstractContextManager[None]:
        return campaign_lock(self._path, campaign, now)

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        with explained(self._path):
            return self._connection.execute(sql, values).fetchall()

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        with explained(self._path):
            yield from self._connection.execute(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._connection.in_transaction:
            yield
            return
        self._check_location()
        with explained(self._path), self._guarded():
            self._check_location()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # Even if the commit failed: left open, it would swallow the next transaction.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def write(self, sql: str, values: Values = ()) -> int:
        with explained(self._path):
            return self._connection.execute(sql, values).rowcount

    def write_many(self, sql: str, rows: Iterable[Values]) -> None:
        with explained(self._path):
            self._connection.executemany(sql, rows)

    def insert(self, into: str, rows: Sequence[Sequence[Any]]) -> None:
        for statement, values in inserts(into, rows):
            self.write(statement, values)

    def attach(self, plan: Path) -> None:
        if any(name == "plan" for _, name, _ in self.rows("PRAGMA database_list")):
            self.write("DETACH plan")
        self.write("ATTACH ? AS plan", (f"{plan.absolute().as_uri()}?mode=ro",))

    def take(self, run: int, most: int, holder: str, now: float, until: float) -> list[Lease]:
        values = {"run": run, "most": most, "holder": holder, "now": now, "until": until}
        return sorted(map(Lease._make, self.rows(_TAKE, values)))

    def settle(self, leases: Sequence[Lease], now: float) -> None:
        for lease in leases:
            if not self.write(_SETTLE, (now, lease.batch, lease.token)):
                raise LeaseLost(f"ledger {self._path}: batch {lease.batch} was taken by somebody else meanwhile")

    def compact(self) -> None:
        with explained(self._path), self._guarded():
            self._connection.execute("VACUUM")

    def _check_location(self) -> None:
        """Raise `LedgerError` if the file was removed: writes would be lost, and the next process begins another."""
        try:
            there = self._file is None or identity(self._location) == self._file
        except OSError:
            there = False
        if not there:
            raise LedgerError(
                f"ledger {self._path} was removed or replaced while it was in use, so nothing more is sent: put it "
                "back, or let the next apply ask Kavenegar for everything with --cold-ledger full"
            )

    def _guarded(self) -> AbstractContextManager[None]:
        return self._guard.held() if self._guard else nullcontext()

    def _schema(self) -> int:
        """The ledger's schema, at most today's; 0 for an empty one. Raises `LedgerError` if it is not a ledger."""
        tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_schema")}
        if tables and not {"run", "batch"} <= tables:
            raise LedgerError(f"{self._path} is a database of another program: name a ledger with --ledger")
        version = schema_of(self._connection)
        if version > SCHEMA:
            raise LedgerError(f"ledger {self._path} was written by a newer kaverun (schema {version}): upgrade kaverun")
        return version

    def _migrated_copy(self) -> SqliteStore:
        """A copy in today's schema, in a file that SQLite removes by itself; this one is closed."""
        copy = SqliteStore(self._path, _connected(""))
        copy.schema = self._schema()
        self._connection.backup(copy._connection)
        self.close()
        return copy._migrated()

    def _migrated(self) -> SqliteStore:
        if self._schema() < SCHEMA:
            with self.transaction():
                brought_up_to_date(self._connection)
        return self


def _connected(database: str, timeout: float = LOCK_TIMEOUT) -> sqlite3.Connection:
    connection = sqlite3.connect(database, uri=True, isolation_level=None, timeout=timeout)
    # Pages of indexes that do not fit are written again and again; memory stays bounded (KiB).
    connection.execute("PRAGMA cache_size = -16384")
    return connection
