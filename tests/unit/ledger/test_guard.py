"""One writer at a time: others wait, as long as they were asked to, and then name who writes."""

from __future__ import annotations

import os
import sqlite3

import pytest

from kaverun.errors import LedgerError, Locked
from kaverun.ledger.guard import WriteGuard
from kaverun.ledger.sqlite import SqliteStore


class FakeClock:
    """Time passes by sleeping; `then` is called when somebody sleeps."""

    def __init__(self, then=lambda: None):
        self.time = 0.0
        self.then = then

    def now(self):
        return self.time

    monotonic = now

    def sleep(self, seconds):
        self.time += seconds
        self.then()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


def test_who_waits_too_long_names_the_holder(path):
    clock = FakeClock()
    writing, waiting = WriteGuard(path, clock=FakeClock()), WriteGuard(path, 30.0, clock)
    words = rf"written by process {os.getpid()} on \S+ since 1970-01-01T00:00:00\+00:00, .* within 30 seconds"
    with writing.held(), pytest.raises(Locked, match=words), waiting.held():
        pass
    assert 30.0 <= clock.time < 31.0
    with waiting.held():
        pass


def test_nobody_waits_with_a_timeout_of_nothing(path):
    clock = FakeClock()
    writing, waiting = WriteGuard(path), WriteGuard(path, 0.0, clock)
    with writing.held(), pytest.raises(Locked), waiting.held():
        pass
    assert clock.time == 0.0


def test_who_waits_goes_on_as_soon_as_it_is_free(path):
    writing = WriteGuard(path)
    block = writing.held()
    block.__enter__()
    clock = FakeClock(then=lambda: block.__exit__(None, None, None) if clock.time > 1.0 else None)
    with WriteGuard(path, 30.0, clock).held():
        assert clock.time < 1.1


def test_the_one_who_wrote_last_is_named(path):
    first, second = WriteGuard(path, clock=FakeClock()), WriteGuard(path, clock=FakeClock())
    second._clock.time = 60.0
    for guard in (first, second, first, first):
        with guard.held():
            signed = path.with_name("ledger.db.lock").read_text()
            assert ("00:01:00" in signed) == (guard is second)


def test_a_guard_whose_file_was_removed_locks_the_one_that_took_its_place(path):
    first, second = WriteGuard(path), WriteGuard(path, 0.0)
    path.with_name("ledger.db.lock").unlink()
    with first.held(), pytest.raises(Locked), second.held():
        pass


def test_a_ledger_that_cannot_be_locked_is_closed_all_the_same(path):
    store = SqliteStore.open(path, lock_timeout=0.0)
    with WriteGuard(path).held():
        with pytest.raises(Locked), store.transaction():
            pass
        store.close()
    with pytest.raises(LedgerError, match="closed"):
        store.rows("SELECT 1")


def test_another_program_that_writes_is_waited_for_as_long(path):
    SqliteStore.open(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = SqliteStore.open(path, lock_timeout=0.0)
    with pytest.raises(LedgerError, match="another program is writing"), store.transaction():
        pass
    other.close()
    store.close()
