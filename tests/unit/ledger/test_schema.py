"""A migration takes place wholly or not at all, whatever cuts it off."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
from array import array
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest

from kaverun.errors import LedgerError, Locked
from kaverun.ledger import sqlite
from kaverun.ledger.lock import campaign_lock
from kaverun.ledger.migrations import copies
from kaverun.ledger.sqlite import SqliteStore

LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"


def copied(folder, name="schema6-log"):
    """A ledger of an earlier schema, with the log that a killed process left."""
    for file in LEDGERS.glob(f"{name}.db*"):
        shutil.copyfile(file, folder / file.name.replace(name, "ledger"))
    return folder / "ledger.db"


def contents(path):
    """All rows of a ledger of today, but for when it became one."""
    with closing(SqliteStore.open(path)) as store:
        return [line for line in store._connection.iterdump() if 'INTO "migration"' not in line]


def dumped(path):
    """All that is in a database, of whatever schema."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


class Steps:
    """Counts what a migration does, statement by statement and call by call, and may end the process before one."""

    def __init__(self, patch, last=None):
        self.done, self.last = [], last
        connected = sqlite._connected

        def traced(*args):
            connection = connected(*args)
            connection.set_trace_callback(self.step)
            return connection

        patch.setattr(sqlite, "_connected", traced)
        for module, name in ((copies.sqlite3, "connect"), (copies.os, "fsync"), (copies.Path, "rename")):
            patch.setattr(module, name, self.counted(getattr(module, name), name))

    def counted(self, call, name):
        def counting(*args, **options):
            self.step(name)
            return call(*args, **options)

        return counting

    def step(self, name):
        self.done.append(name)
        if len(self.done) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(path, step):
    """Open a ledger in a process that is killed before a step."""
    child = os.fork()
    if child == 0:
        try:
            Steps(pytest.MonkeyPatch(), step)
            SqliteStore.open(path)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_a_migration_that_is_killed_at_any_step_is_made_by_whoever_opens_the_ledger_next(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        steps = Steps(patch)
        SqliteStore.open(copied(tmp_path)).close()
    expected = contents(tmp_path / "ledger.db")
    assert {"connect", "fsync", "rename", "COMMIT"} <= set(steps.done)
    # A statement is a step for each of its rows: the first is enough; and a third of the statements.
    kinds = {" ".join(step.split()[:4]): number for number, step in reversed([*enumerate(steps.done, 1)])}
    places = {kind: kinds[kind] for kind in ["connect", "fsync", "rename", "COMMIT", *[*kinds][::3]]}
    for kind, number in places.items():
        folder = tmp_path / str(number)
        folder.mkdir()
        ledger = copied(folder)
        assert killed_at(ledger, number), kind
        assert contents(ledger) == expected, kind
        # One copy, and all of it.
        (kept,) = folder.glob("*.schema6*")
        with closing(sqlite3.connect(kept)) as copy:
            assert copy.execute("SELECT count(*) FROM batch").fetchall() == [(5,)], kind


_PLAIN = '[3, {"all": 1}, {"all": 1}, {"all": 1}, {"all": 1}, {"all": 1}, {"all": ""}]'


def _columns(value):
    """Other columns in the place of the outcomes of a batch of three."""
    return f"UPDATE outcome SET columns = CAST('{value}' AS BLOB) WHERE batch = 2"


@pytest.mark.parametrize("open_", [SqliteStore.open, SqliteStore.open_to_read])
@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("schema2", "UPDATE batch SET payload = zeroblob(40) WHERE id = 2"),
        ("schema2", "UPDATE batch SET localids = substr(localids, 1, 12) WHERE id = 2"),
        ("schema6", "UPDATE batch SET localids = substr(localids, 1, 8) WHERE id = 2"),
        ("schema6", "UPDATE batch SET texts = substr(texts, 1, 30) WHERE id = 2"),
        ("schema6", "UPDATE batch SET routes = texts WHERE id = 2"),
        ("schema2", "DELETE FROM batch_state WHERE batch = 2"),
        ("schema6", "DELETE FROM run WHERE id = 2"),
        ("schema6", "UPDATE run SET handling = substr(handling, 1, 9)"),
        ("schema6", _columns(_PLAIN.replace('{"all": 1}', '{"all": 7}', 1))),
        ("schema6", _columns(_PLAIN.replace('{"all": 1}', '{"all": -1}', 1))),
        ("schema6", _columns(_PLAIN.replace('{"all": 1}', "[1, 1]", 1))),
        ("schema6", _columns(_PLAIN.replace('{"all": 1}', '{"every": 1}', 1))),
        ("schema6", _columns(_PLAIN.replace('""', '{"a": 1}', 1))),
        ("schema6", _columns(_PLAIN.replace('{"all": 1}', '{"all": "x"}').replace('"x"', "1", 1))),
        ("schema6", _columns(_PLAIN[:-9])),
        ("schema6", _columns("[]")),
    ],
)
def test_a_damaged_ledger_of_an_earlier_version_is_named_and_stays_as_it_is(tmp_path, name, damage, open_):
    path = copied(tmp_path, name)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(damage)
        connection.commit()
    before = dumped(path)
    with pytest.raises(LedgerError, match=r"ledger\.db: it is damaged: a value in it .*--cold-ledger full"):
        open_(path)
    assert dumped(path) == before


def test_a_full_disk_says_so_and_changes_nothing(tmp_path, monkeypatch):
    path = copied(tmp_path)
    before = dumped(path)
    connected = sqlite._connected

    def full(*args):
        connection = connected(*args)
        connection.execute("PRAGMA max_page_count = 16")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "_connected", full)
        with pytest.raises(LedgerError, match=r"ledger\.db: its disk is full, so nothing was changed in it"):
            SqliteStore.open(path)
    assert dumped(path) == before


def test_where_there_is_no_room_for_the_copy_nothing_is_changed(tmp_path, monkeypatch):
    path = copied(tmp_path)
    before = dumped(path)

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(copies.os, "fsync", full)
        with pytest.raises(LedgerError, match=r"ledger\.db: its disk is full"):
            SqliteStore.open(path)
    assert [file.name for file in tmp_path.glob("*.schema*")] == []
    assert dumped(path) == before


@pytest.mark.parametrize(
    ("fate", "states", "earlier"),
    [
        # A rejection says nothing of the request before it; an acceptance settles the message.
        (2, [("sending", 3), ("settled", 0)], ("later", "rejected", 6)),
        (1, [("settled", 0), ("settled", 3)], ("doubtful", "unknown", None)),
    ],
)
def test_an_attempt_in_doubt_that_no_later_one_closed_is_looked_up_until_one_was_accepted(
    tmp_path, fate, states, earlier
):
    path = copied(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        ((doubtful, last),) = connection.execute(
            "SELECT min(id), max(id) FROM batch WHERE id NOT IN (SELECT batch FROM outcome)"
        )
        later = last + 1
        connection.execute(
            "INSERT INTO batch SELECT ?, run, intended, last_row, localids, routes, texts FROM batch WHERE id = ?",
            (later, doubtful),
        )
        columns = f'[3, {{"all": {fate}}}, {{"all": null}}, {{"all": 6}}, {{"all": 0}}, {{"all": 1}}, {{"all": ""}}]'
        connection.execute("INSERT INTO outcome VALUES (?, 9, ?, ?)", (later, 1 << fate, columns.encode()))
    with closing(SqliteStore.open(path)) as store:
        found = "SELECT state, (SELECT count(*) FROM message WHERE batch = batch.id) FROM batch WHERE id IN (?, ?)"
        assert store.rows(f"{found} ORDER BY id", (doubtful, later)) == states
        number = {"later": later, "doubtful": doubtful}[earlier[0]]
        assert store.rows("SELECT DISTINCT batch, fate, status FROM earlier_outcome") == [(number, *earlier[1:])]


def test_a_key_that_does_not_explain_its_localid_still_leads_to_the_message(tmp_path):
    path = copied(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE batch SET localids = ? WHERE id = 1", (array("q", [7, 8, 9]).tobytes(),))
    with closing(SqliteStore.open(path)) as store:
        found = store.rows("SELECT localid, generation, spelling = key FROM message WHERE batch = 1 ORDER BY id")
    assert found == [(7, 0, 1), (8, 0, 1), (9, 0, 1)]


def test_a_ledger_that_an_earlier_version_sends_with_is_left_to_it_until_it_ends(tmp_path):
    path = copied(tmp_path)
    before = dumped(path)
    with campaign_lock(path, "killed-midway", 60.0):
        with pytest.raises(Locked, match=r"schema 6 and cannot be .* campaign killed-midway is held by process"):
            SqliteStore.open(path)
        with closing(SqliteStore.open_to_read(path)) as reader:
            assert reader.rows("SELECT count(*) FROM message") == [(15,)]
    assert dumped(path) == before
    assert list(tmp_path.glob("*.schema*")) == []
    SqliteStore.open(path).close()


def test_of_several_that_open_an_earlier_ledger_at_once_one_migrates_it(tmp_path, monkeypatch):
    """Each of them has seen the earlier schema before it waits for the others."""
    path, together = copied(tmp_path), Barrier(3)
    seen = SqliteStore._schema

    def all_see(store):
        schema = seen(store)
        together.wait(timeout=10)
        return schema

    monkeypatch.setattr(SqliteStore, "_schema", all_see)
    opened = []

    def open_and_read():
        with closing(SqliteStore.open(path)) as store:
            opened.append(store.rows("SELECT version, (SELECT count(*) FROM message) FROM migration"))

    threads = [Thread(target=open_and_read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [[(7, 15)]] * 3
    assert [file.name for file in tmp_path.glob("*.schema*")] == ["ledger.db.schema6"]
