"""A ledger that may be read and not written: read as it is, its log included, and without a trace next to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger import snapshot
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from tests.ledger_rows import given_run

SCOPE = Scope("nowruz", "once", "loopback")
NOBODY = 65534
LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can enter, as pytest's own cannot be."""
    with TemporaryDirectory(prefix="kaverun-test-") as made:
        os.chmod(made, 0o755)
        yield Path(made)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """As somebody who may only read what is in the folder; root, who may do all, is somebody else meanwhile."""
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    was = os.geteuid()
    try:
        if was == 0:
            os.seteuid(NOBODY)
        if os.access(folder, os.W_OK, effective_ids=True):
            pytest.skip("modes do not keep this user from writing")
        yield
    finally:
        if was == 0:
            os.seteuid(0)
        folder.chmod(0o755)


def runs(path: Path) -> list[str]:
    with closing(SqliteStore.open_to_read(path)) as store:
        return [name for (name,) in store.rows("SELECT run_id FROM run ORDER BY id")]


def test_a_closed_ledger_in_a_read_only_folder_is_read(folder: Path) -> None:
    path = folder / "k" / "ledger.db"
    with closing(SqliteStore.open(path)) as store:
        given_run(store, SCOPE, "run-1")
    before = sorted(file.name for file in path.parent.iterdir())
    with read_only(path.parent):
        assert runs(path) == ["run-1"]
    assert sorted(file.name for file in path.parent.iterdir()) == before


@pytest.mark.parametrize("left", [True, False])
def test_what_is_in_the_log_of_such_a_ledger_is_read_too(folder: Path, left: bool) -> None:
    path = folder / "k" / "ledger.db"
    with closing(SqliteStore.open(path)) as store:
        given_run(store, SCOPE, "run-1")
        shutil.copytree(path.parent, folder / "copy")
    there = folder / "copy" / "ledger.db"
    assert there.with_name("ledger.db-wal").stat().st_size
    if not left:
        there.with_name("ledger.db-shm").unlink()
    with read_only(there.parent):
        assert runs(there) == ["run-1"]


def test_an_older_ledger_in_such_a_folder_is_read_with_its_log(folder: Path) -> None:
    for name in ("schema6-log.db", "schema6-log.db-wal"):
        shutil.copyfile(LEDGERS / name, folder / name)
    with read_only(folder):
        assert len(runs(folder / "schema6-log.db")) == 1
    assert sorted(file.name for file in folder.iterdir()) == ["schema6-log.db", "schema6-log.db-wal"]


def test_a_ledger_that_changes_while_it_is_copied_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"x")

    def growing(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes())
        source.write_bytes(source.read_bytes() + b"x")

    monkeypatch.setattr(snapshot.shutil, "copyfile", growing)
    with pytest.raises(LedgerError, match="changes while it is copied"), snapshot.copied(path):
        pass


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        (sqlite3.SQLITE_CANTOPEN, True),
        (sqlite3.SQLITE_READONLY_CANTINIT, True),
        (sqlite3.SQLITE_READONLY_DIRECTORY, True),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_IOERR, False),
    ],
)
def test_only_what_cannot_be_written_next_to_is_copied(code: int, needed: bool) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    assert snapshot.needs_a_copy(error) is needed
