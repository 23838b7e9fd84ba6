"""The ledger on disk: a cut leaves nothing half-done, and a batch belongs to one holder at a time."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from threading import Thread

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.sqlite import LeaseLost, SqliteStore
from kaverun.ledger.store import Lease
from kaverun.message.scope import Scope
from kaverun.plan.file import PlanWriter
from tests.ledger_rows import given_messages, given_run, message

SCOPE = Scope("nowruz", "once", "loopback")
NAMES = "SELECT name FROM provider ORDER BY id"
ADD = "INSERT INTO provider (name) VALUES (?)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "ledger.db"


@pytest.fixture
def store(path):
    with closing(SqliteStore.open(path)) as opened:
        yield opened


@pytest.fixture
def run(store):
    """A run with four planned batches, each of one message."""
    for number in range(1, 5):
        given_messages(store, SCOPE, [message(number)], None, begun=None)
    return given_run(store, SCOPE)


def write(store, *names, into="provider", then=None):
    with store.transaction():
        for name in names:
            store.write(f"INSERT INTO {into} (name) VALUES (?)", (name,))
        if then:
            raise then


def take(store, run, most=1, holder="us", now=100.0):
    with store.transaction():
        return store.take(run, most, holder, now, now + 60)


def settle(store, *leases):
    with store.transaction():
        store.settle(leases, 200.0)


def test_what_is_written_in_a_transaction_is_there_at_its_end_or_nothing_of_it(store, path, tmp_path):
    with store.transaction():
        store.write(ADD, ("first",))
        with store.transaction():
            store.write(ADD, ("second",))
        shutil.copytree(path.parent, tmp_path / "before")
    shutil.copytree(path.parent, tmp_path / "after")
    for folder, names in (("before", []), ("after", [("first",), ("second",)])):
        with closing(SqliteStore.open(tmp_path / folder / "ledger.db")) as copy:
            assert copy.rows(NAMES) == names


def test_a_transaction_that_fails_leaves_nothing_and_the_next_one_is_its_own(store):
    with pytest.raises(KeyboardInterrupt):
        write(store, "first", then=KeyboardInterrupt)
    write(store, "second")
    assert store.rows(NAMES) == [("second",)]


def test_what_failed_inside_a_transaction_of_another_is_undone_with_it(store):
    def outer():
        with store.transaction():
            store.write(ADD, ("first",))
            write(store, "second", "second")

    with pytest.raises(LedgerError, match="UNIQUE"):
        outer()
    assert store.rows(NAMES) == []


def test_a_commit_that_fails_does_not_swallow_the_next_transaction(store, path):
    missing = "INTEGER DEFAULT 99 REFERENCES provider (id) DEFERRABLE INITIALLY DEFERRED"
    with store.transaction():
        store.write(f"CREATE TABLE child (name TEXT, provider {missing})")
    store._connection.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(LedgerError, match="FOREIGN KEY"):
        write(store, "first", into="child")
    write(store, "second")
    with closing(SqliteStore.open_to_read(path)) as reader:
        assert reader.rows(NAMES) == [("second",)]


def test_rows_are_inserted_however_many_they_are(store):
    rows = [(number, f"p{number}") for number in range(1, 1002)]
    with store.transaction():
        store.insert("INSERT INTO provider", rows)
        store.insert("INSERT INTO provider", [])
    assert list(store.each("SELECT * FROM provider ORDER BY id")) == rows
    assert store.write("UPDATE provider SET name = name || '!' WHERE id > :last", {"last": 1000}) == 1


def test_planned_batches_are_leased_in_their_order_and_are_sending_from_then_on(store, run):
    assert take(store, run, 3, "us", 100.0) == [Lease(1, 1, 160.0), Lease(2, 1, 160.0), Lease(3, 1, 160.0)]
    assert [lease.batch for lease in take(store, run, 3)] == [4]
    assert take(store, run) == []
    assert take(store, run + 1) == []
    states = store.rows("SELECT DISTINCT state, holder, begun, lease_until, settled FROM batch")
    assert states == [("sending", "us", 100.0, 160.0, None)]


def test_a_settled_batch_has_no_holder_and_is_not_leased_again(store, run):
    lease, *_ = take(store, run, 4)
    settle(store, lease)
    assert store.rows("SELECT state, holder, lease_until, begun, settled FROM batch WHERE id = 1") == [
        ("settled", None, None, 100.0, 200.0)
    ]
    assert take(store, run, 4) == []


def test_whoever_lost_a_lease_records_nothing_about_any_of_its_batches(store, run):
    first, second = take(store, run, 2)
    with store.transaction():
        store.write("UPDATE batch SET state = 'planned' WHERE id = ?", (second.batch,))
    (taken,) = take(store, run, 1, "them")
    assert taken == (second.batch, 2, 160.0)
    with pytest.raises(LeaseLost, match=r"ledger\.db: batch 2 was taken by somebody else"):
        settle(store, first, second)
    assert store.rows("SELECT id, state FROM batch WHERE id < 3") == [(1, "sending"), (2, "sending")]
    settle(store, first, taken)


def test_threads_that_take_batches_at_once_never_get_one_twice(store, run, path):
    for number in range(5, 61):
        given_messages(store, SCOPE, [message(number)], None, begun=None)
    taken = []

    def work(holder):
        with closing(SqliteStore.open(path)) as own:
            while leases := take(own, run, 2, holder):
                taken.extend(lease.batch for lease in leases)
                settle(own, *leases)

    threads = [Thread(target=work, args=(f"thread {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 61))
    assert store.rows("SELECT state, max(token), count(*) FROM batch GROUP BY state") == [("settled", 1, 60)]


@pytest.mark.parametrize("name", ["plan.kvplan", "a ? b#c %41.kvplan"])
def test_a_plan_file_is_attached_to_be_read_in_place_of_the_one_before(store, tmp_path, name):
    for text in ("first", "second"):
        writer = PlanWriter(tmp_path / f"{text} {name}")
        writer.finish({"name": text}, [])
        store.attach(writer.path)
        assert store.rows("SELECT value FROM plan.plan") == [(f'"{text}"',)]
    with pytest.raises(LedgerError, match="readonly"), store.transaction():
        store.write("DELETE FROM plan.plan")


def test_the_file_is_for_its_owner_only_and_every_commit_is_synced(store, path):
    with store.transaction():
        store.write(ADD, ("first",))
    assert {"ledger.db", "ledger.db-wal"} < {file.name for file in path.parent.iterdir()}
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert store.rows("PRAGMA journal_mode") == [("wal",)]
    assert store.rows("PRAGMA synchronous") == [(2,)]


def test_reading_never_makes_a_file(path):
    with closing(SqliteStore.open_to_read(path)) as reader:
        assert reader.rows(NAMES) == []
        assert reader.place == str(path)
    assert not path.parent.exists()


def test_reading_sees_what_another_process_writes_and_cannot_write(store, path):
    with closing(SqliteStore.open_to_read(path)) as reader:
        with store.transaction():
            store.write(ADD, ("first",))
        assert reader.rows(NAMES) == [("first",)]
        with pytest.raises(LedgerError, match="readonly"):
            reader.write(ADD, ("second",))
        reader.write("CREATE TEMP TABLE mine (id)")


@pytest.mark.parametrize("open_", [SqliteStore.open, SqliteStore.open_to_read])
def test_a_ledger_of_a_newer_version_is_refused(store, path, open_):
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match=r"newer kaverun \(schema 99\)"):
        open_(path)
