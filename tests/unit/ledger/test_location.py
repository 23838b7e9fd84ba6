"""Which file a ledger is: names of one file are one ledger, and none is opened under two."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.flock import lock_file
from kaverun.ledger.location import located, made
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from tests.ledger_rows import given_run

SCOPE = Scope("nowruz", "once", "loopback")
BEGIN = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
    print("free")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_a_ledger_is_made_where_its_link_leads(tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere" / "ledger.db")
    assert made(tmp_path / "link.db") == tmp_path / "elsewhere" / "ledger.db"
    assert (tmp_path / "elsewhere" / "ledger.db").stat().st_mode & 0o777 == 0o600


def test_of_two_names_in_one_folder_everybody_opens_the_same(tmp_path):
    first, second = tmp_path / "b.db", tmp_path / "a.db"
    store = SqliteStore.open(first)
    second.hardlink_to(first)
    given_run(store, SCOPE)
    # What was committed is in the log next to the first name only.
    for open_ in (SqliteStore.open, SqliteStore.open_to_read):
        with closing(open_(second)) as other:
            assert other.rows("SELECT count(*) FROM run") == [(1,)]
    store.close()
    assert located(first) == located(second) == second


def test_names_in_several_folders_are_refused_as_a_log_could_be_overlooked(tmp_path):
    made(tmp_path / "ledger.db")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "copy.db").hardlink_to(tmp_path / "ledger.db")
    (tmp_path / "sub" / "link.db").symlink_to(tmp_path / "ledger.db")
    for name in (tmp_path / "ledger.db", tmp_path / "sub" / "copy.db", tmp_path / "sub" / "link.db"):
        with pytest.raises(LedgerError, match=r"one file with 2 names \(hard links\).*make them copies"):
            SqliteStore.open(name)


def test_a_link_that_leads_to_itself_is_named(tmp_path):
    (tmp_path / "ledger.db").symlink_to(tmp_path / "ledger.db")
    with pytest.raises(LedgerError, match="leads back to itself"):
        SqliteStore.open(tmp_path / "ledger.db")


def test_opening_a_ledger_again_gives_up_no_lock_of_sqlite(tmp_path):
    """A process loses all its locks on a file when it closes any descriptor of it (fcntl(2))."""
    path = tmp_path / "ledger.db"
    store = SqliteStore.open(path)
    with store.transaction():
        given_run(store, SCOPE)
        made(path)
        SqliteStore.open_to_read(path).close()
        found = subprocess.run([sys.executable, "-c", BEGIN, path], capture_output=True, text=True, check=True)
    store.close()
    assert found.stdout == "database is locked\n"


@pytest.mark.parametrize("change", ["removed", "replaced", "its folder removed"])
def test_nothing_is_written_into_a_ledger_that_is_no_longer_in_its_place(tmp_path, change):
    folder = tmp_path / ".kaverun"
    store = SqliteStore.open(folder / "ledger.db")
    if change == "its folder removed":
        folder.rename(tmp_path / "gone")
    else:
        os.unlink(folder / "ledger.db")
    if change == "replaced":
        (folder / "ledger.db").touch()
    with pytest.raises(LedgerError, match=r"was removed or replaced while it was in use.*--cold-ledger full"):
        given_run(store, SCOPE)
    assert store.rows("SELECT count(*) FROM run") == [(0,)]
    store.close()


def test_what_is_no_file_is_no_ledger_and_no_lock(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(LedgerError, match=rf"ledger .*{name} is not a file"):
            located(tmp_path / name)
        with pytest.raises(LedgerError, match=rf"{name} is not a file.*move it away"):
            lock_file(tmp_path / name)
