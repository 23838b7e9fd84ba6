"""A damaged ledger is named with what to do, whoever reads it."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.damage import Damaged, explained
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from tests.ledger_rows import given_messages

OPENERS = [SqliteStore.open, SqliteStore.open_to_read]
MALFORMED = r"ledger\.db: it is damaged: database disk image is malformed; .*--cold-ledger full"


@pytest.fixture
def damaged(tmp_path):
    """A ledger whose messages were overwritten."""
    path = tmp_path / "ledger.db"
    with closing(SqliteStore.open(path)) as store:
        given_messages(store, Scope("nowruz", "once", "loopback"), 5)
        ((page,),) = store.rows("SELECT rootpage FROM sqlite_schema WHERE name = 'message'")
    overwrite(path, page)
    return path


def overwrite(path, page):
    whole = bytearray(path.read_bytes())
    start = (page - 1) * 4096
    whole[start : start + 12] = b"\xff" * 12
    path.write_bytes(whole)


@pytest.mark.parametrize("open_", OPENERS)
def test_a_file_that_is_not_a_ledger_is_named(tmp_path, open_):
    (tmp_path / "ledger.db").write_bytes(b"phone,name\n" * 500)
    with pytest.raises(LedgerError, match=r"ledger\.db: file is not a database; name another one with --ledger"):
        open_(tmp_path / "ledger.db")


@pytest.mark.parametrize("open_", OPENERS)
def test_pages_that_sqlite_finds_malformed_are_named_by_whoever_reads_them(damaged, open_):
    with closing(open_(damaged)) as store:
        with pytest.raises(LedgerError, match=MALFORMED):
            store.rows("SELECT * FROM message")
        with pytest.raises(LedgerError, match=MALFORMED):
            list(store.each("SELECT * FROM message"))


def test_pages_that_sqlite_finds_malformed_are_named_by_whoever_writes_them(damaged):
    with closing(SqliteStore.open(damaged)) as store, pytest.raises(LedgerError, match=MALFORMED), store.transaction():
        store.write("UPDATE message SET remark = ''")


@pytest.mark.parametrize("open_", OPENERS)
def test_a_ledger_whose_tables_cannot_be_found_is_named_when_it_is_opened(damaged, open_):
    for page in range(2, damaged.stat().st_size // 4096 + 1):
        overwrite(damaged, page)
    with pytest.raises(LedgerError, match=MALFORMED):
        open_(damaged)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Damaged("a value in it is not as it was written"), "it is damaged: a value in it .* nothing is sent"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "its disk is full, so nothing was changed in it"),
        (OSError(errno.EACCES, os.strerror(errno.EACCES)), "Permission denied; nothing more will be sent until"),
        (sqlite3.OperationalError("database is locked"), "another program is writing to it"),
    ],
)
def test_what_is_wrong_with_a_ledger_is_said_with_its_path(tmp_path, error, words):
    with pytest.raises(LedgerError, match=rf"ledger .*ledger\.db: .*{words}"), explained(tmp_path / "ledger.db"):
        raise error


def test_a_full_disk_is_named_and_the_transaction_is_undone(tmp_path):
    with closing(SqliteStore.open(tmp_path / "ledger.db")) as store:
        store.rows("PRAGMA max_page_count = 1")
        with pytest.raises(LedgerError, match="its disk is full"), store.transaction():
            store.write_many("INSERT INTO provider (name) VALUES (?)", [(f"{n}" * 4000,) for n in range(3)])
        assert store.rows("SELECT name FROM provider") == []


def test_what_goes_wrong_elsewhere_is_not_the_ledger_s(tmp_path):
    with pytest.raises(KeyError), explained(tmp_path / "ledger.db"):
        raise KeyError("bug")
