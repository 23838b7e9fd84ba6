"""Who is let in: one process per campaign and ledger, whatever the ledger is called and whatever lies next to it."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from kaverun.errors import LedgerError, Locked
from kaverun.ledger import lock
from kaverun.ledger.lock import campaign_lock

HOLDER = """
import sys
from pathlib import Path
from kaverun.ledger.lock import campaign_lock

with campaign_lock(Path(sys.argv[1]), "nowruz", 60.0):
    print("held", flush=True)
    sys.stdin.read()
"""


def is_free(path):
    try:
        with campaign_lock(path, "nowruz", 0.0):
            return True
    except Locked:
        return False


def said(path, campaign="nowruz"):
    with pytest.raises(Locked) as caught, campaign_lock(path, campaign, 0.0):
        pass
    return str(caught.value)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of `path`."""
    path = tmp_path / "home" / "ledger.db"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield SimpleNamespace(path=path, process=process, words=f"process {process.pid} on ")
    process.kill()
    process.communicate()


def test_another_process_is_kept_out_whatever_name_leads_to_the_ledger(holder, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    (here / "link.db").symlink_to(holder.path)
    (tmp_path / "folder").symlink_to(holder.path.parent)
    (holder.path.parent / "second.db").hardlink_to(holder.path)
    (here / "third.db").hardlink_to(holder.path)
    monkeypatch.chdir(holder.path.parent)
    for name in (
        holder.path,
        here / "link.db",
        tmp_path / "folder" / "ledger.db",
        holder.path.parent / "second.db",
        here / "third.db",
        tmp_path / "here" / ".." / "home" / "ledger.db",
        holder.path.relative_to(holder.path.parent),
    ):
        assert holder.words in said(name), name
        assert "since 1970-01-01T00:01:00+00:00" in said(name)


def test_removing_or_replacing_what_lies_next_to_the_ledger_lets_nobody_in(holder):
    (file,) = holder.path.parent.glob("*.lock")
    for change in (file.unlink, file.touch, lambda: file.write_text("{}"), file.unlink):
        change()
        assert holder.words in said(holder.path)
        assert "since 1970-01-01T00:01:00+00:00" in said(holder.path)
    other = file.with_name("other")
    other.write_text("another file")
    other.replace(file)
    assert holder.words in said(holder.path)


def test_a_holder_that_is_killed_frees_it_at_once(holder):
    assert not is_free(holder.path)
    os.kill(holder.process.pid, signal.SIGKILL)
    holder.process.wait(10)
    assert is_free(holder.path)


def test_where_only_the_lock_file_is_shared_it_keeps_others_out(tmp_path, monkeypatch):
    """As between containers, which have no abstract names in common."""
    with campaign_lock(tmp_path / "ledger.db", "nowruz", 0.0):
        monkeypatch.setattr(lock, "identity", lambda path: (os.getpid(), 0))
        assert f"process {os.getpid()} on " in said(tmp_path / "ledger.db")


def test_a_second_executor_is_told_who_holds_the_lock_and_since_when(tmp_path):
    ledger = tmp_path / "sub" / "ledger.db"
    with campaign_lock(ledger, "nowruz", 0.0):
        words = rf"process {os.getpid()} on \S+ since 1970-01-01T00:00:00\+00:00"
        assert re.search(words, said(ledger))
        with campaign_lock(ledger, "another", 1.0):
            pass


def test_a_lock_is_free_when_its_holder_ended_and_names_the_new_one(tmp_path):
    for now in (0.0, 60.0):
        with campaign_lock(tmp_path / "ledger.db", "nowruz", now):
            pass
    text = (tmp_path / "ledger.db.nowruz.lock").read_text()
    assert re.fullmatch(r'\{"pid": \d+, "host": "[^"]+", "since": "1970-01-01T00:01:00\+00:00"\}', text)


def test_a_lock_file_that_is_none_is_named(tmp_path):
    (tmp_path / "ledger.db.nowruz.lock").mkdir()
    with pytest.raises(LedgerError, match=r"ledger\.db\.nowruz\.lock is not a file"):
        is_free(tmp_path / "ledger.db")


def test_a_lock_file_full_of_something_else_is_written_again(tmp_path):
    (tmp_path / "ledger.db.nowruz.lock").write_bytes(b"\xff\xfe" * 900)
    with campaign_lock(tmp_path / "ledger.db", "nowruz", 0.0):
        assert f"process {os.getpid()} on " in said(tmp_path / "ledger.db")


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    def no_locks(file, operation):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(LedgerError, match=r"file system without locks \(Operation not supported\)"):
        is_free(tmp_path / "ledger.db")
