"""Which file a ledger is: names of one file are one ledger, and none is opened under two."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.flock import lock_file
from kaverun.ledger.location import located, made
from kaverun.ledger.protocol import RunRecord
from kaverun.ledger.sqlite import SqliteLedger

RUN = RunRecord("run-1", "nowruz", "once", "loopback", "d", None, 1.0)
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
    ledger = SqliteLedger.open(first)
    second.hardlink_to(first)
    ledger.begin(RUN)
    # What was committed is in the log next to the first name only.
    for open_ in (SqliteLedger.open, SqliteLedger.open_to_read):
        other = open_(second)
        assert other.run_records() == [RUN]
        other.close()
    ledger.close()
    assert located(first) == located(second) == second


def test_names_in_several_folders_are_refused_as_a_log_could_be_overlooked(tmp_path):
    made(tmp_path / "ledger.db")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "copy.db").hardlink_to(tmp_path / "ledger.db")
    (tmp_path / "sub" / "link.db").symlink_to(tmp_path / "ledger.db")
    for name in (tmp_path / "ledger.db", tmp_path / "sub" / "copy.db", tmp_path / "sub" / "link.db"):
        with pytest.raises(LedgerError, match=r"one file with 2 names \(hard links\).*make them copies"):
            SqliteLedger.open(name)


def test_a_link_that_leads_to_itself_is_named(tmp_path):
    (tmp_path / "ledger.db").symlink_to(tmp_path / "ledger.db")
    with pytest.raises(LedgerError, match="leads back to itself"):
        SqliteLedger.open(tmp_path / "ledger.db")


def test_opening_a_ledger_again_gives_up_no_lock_of_sqlite(tmp_path):
    """A process loses all its locks on a file when it closes any descriptor of it (fcntl(2))."""
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger.open(path)
    with ledger.one_commit():
        ledger.begin(RUN)
        made(path)
        SqliteLedger.open_to_read(path).close()
        found = subprocess.run([sys.executable, "-c", BEGIN, path], capture_output=True, text=True, check=True)
    ledger.close()
    assert found.stdout == "database is locked\n"


@pytest.mark.parametrize("change", ["removed", "replaced", "its folder removed"])
def test_nothing_is_written_into_a_ledger_that_is_no_longer_in_its_place(tmp_path, change):
    folder = tmp_path / ".kaverun"
    ledger = SqliteLedger.open(folder / "ledger.db")
    if change == "its folder removed":
        folder.rename(tmp_path / "gone")
    else:
        os.unlink(folder / "ledger.db")
    if change == "replaced":
        (folder / "ledger.db").touch()
    with pytest.raises(LedgerError, match=r"was removed or replaced while it was in use.*--cold-ledger full"):
        ledger.begin(RUN)
    assert ledger.run_records() == []
    ledger.close()


def test_what_is_no_file_is_no_ledger_and_no_lock(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(LedgerError, match=rf"ledger .*{name} is not a file"):
            located(tmp_path / name)
        with pytest.raises(LedgerError, match=rf"{name} is not a file.*move it away"):
            lock_file(tmp_path / name)
