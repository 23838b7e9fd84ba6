"""A damaged ledger is named with what to do, whatever part of it is damaged and whoever reads it."""

from __future__ import annotations

import math
import re
import sqlite3

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.protocol import Result, RunRecord, Scope
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate

EVERY = ("nowruz", "once", "loopback")
SCOPE = Scope(*EVERY)
DATE = 2_000_000_000


def of_taken(ledger):
    return [batch.routes() for batch in ledger.taken(SCOPE)]


def of_standings(ledger):
    with ledger.standings(SCOPE) as standings:
        return standings


def of_compared(ledger):
    with ledger.compared(SCOPE, 0.0, 0.0) as comparison:
        return comparison


READERS = {
    "served": lambda ledger: ledger.served(*EVERY),
    "revocable": lambda ledger: list(ledger.revocable(*EVERY, None)),
    "in doubt": lambda ledger: ledger.in_doubt(*EVERY, None),
    "open batches": lambda ledger: list(ledger.open_batches(*EVERY)),
    "holding": lambda ledger: ledger.holding([5]),
    "since": lambda ledger: ledger.since(SCOPE, 0),
    "taken": of_taken,
    "standings": of_standings,
    "standings in order": lambda ledger: list(ledger.standings_in_order(SCOPE, lambda batch: None)),
    "compared": of_compared,
    "between": lambda ledger: ledger.between("loopback", 0, 3_000_000_000),
    "messages": lambda ledger: ledger.messages([256]),
    "results": lambda ledger: ledger.results([256]),
    "outcomes": lambda ledger: ledger.outcomes(1),
    "report": lambda ledger: list(ledger.outcomes_of_run("run-1")),
    "cancelling": lambda ledger: ledger.intend_to_cancel([256]),
}
OF_OUTCOMES = {*READERS} - {"messages"}
OF_ROUTES = {"revocable", "open batches", "taken", "messages"}
OF_TEXTS = {"revocable", "open batches", "messages"}


@pytest.fixture
def ledger(tmp_path):
    opened = SqliteLedger.open(tmp_path / "ledger.db")
    opened.begin(RunRecord("run-1", *EVERY, "d", DATE, 1.0))
    batch = [Message(n, f"0912000000{n}", "3000", f"سلام {n}", n, str(n), 1) for n in range(1, 5)]
    (number,) = opened.intend("run-1", [batch], 1.0)
    fates = (Fate.ACCEPTED, Fate.UNKNOWN, Fate.REJECTED, Fate.ACCEPTED)
    opened.record([(number, {n: Result(fate, n or None, 2, 120, 1) for n, fate in enumerate(fates)})], {}, 2.0)
    yield opened
    opened.close()


def readers_that_fail(ledger):
    """Which of them say so; any other error is one nobody should see."""
    failed = {}
    for name, read in READERS.items():
        try:
            read(ledger)
        except LedgerError as error:
            failed[name] = str(error)
    for words in failed.values():
        assert re.search(r"ledger\.db: it is damaged: a value in it .*--cold-ledger full", words)
    return failed.keys()


@pytest.mark.parametrize("value", [b"", b"\x00", b"[4]", b'{"all": 5}', b"[4, 1, 1, 1, 1, 1, 1]", b"\xff" * 90])
def test_damaged_outcomes_are_named_by_whoever_reads_them(ledger, value):
    ledger._connection.execute("UPDATE outcome SET columns = ?", (value or b"[]",))
    assert readers_that_fail(ledger) == OF_OUTCOMES


def test_a_fate_that_there_is_not_is_damage(ledger):
    changed = "CAST(json_set(columns, '$[1]', json('[1,9,2,1]')) AS BLOB)"
    ledger._connection.execute(f"UPDATE outcome SET columns = {changed}")
    assert readers_that_fail(ledger) == OF_OUTCOMES


@pytest.mark.parametrize(("column", "readers"), [("routes", OF_ROUTES), ("texts", OF_TEXTS)])
def test_a_flipped_bit_in_what_was_sent_is_named_by_whoever_reads_it(ledger, column, readers):
    ((blob,),) = ledger._connection.execute(f"SELECT {column} FROM batch").fetchall()
    for place in (0, len(blob) // 2, len(blob) - 1):
        flipped = blob[:place] + bytes([blob[place] ^ 4]) + blob[place + 1 :]
        ledger._connection.execute(f"UPDATE batch SET {column} = ?", (flipped,))
        assert readers_that_fail(ledger) == readers


def test_localids_of_which_one_is_cut_are_damage(ledger):
    ledger._connection.execute("UPDATE batch SET localids = substr(localids, 1, 30)")
    assert readers_that_fail(ledger) == {*READERS}


@pytest.mark.parametrize("open_", [SqliteLedger.open, SqliteLedger.open_to_read])
def test_a_file_that_is_no_ledger_is_named(tmp_path, open_):
    (tmp_path / "ledger.db").write_bytes(b"phone,name\n" * 500)
    with pytest.raises(LedgerError, match=r"ledger\.db: file is not a database; name another one with --ledger"):
        open_(tmp_path / "ledger.db")


def test_a_page_that_sqlite_finds_malformed_is_named(ledger, tmp_path):
    path = tmp_path / "copy.db"
    ledger._connection.execute("VACUUM INTO ?", (str(path),))
    whole = bytearray(path.read_bytes())
    for page in range(4096, len(whole), 4096):
        whole[page : page + 12] = b"\xff" * 12
    path.write_bytes(whole)
    opened = SqliteLedger.open_to_read(path)
    with pytest.raises(LedgerError, match="it is damaged: database disk image is malformed"):
        opened.served(*EVERY)
    opened.close()


def test_what_goes_wrong_elsewhere_while_a_ledger_is_read_is_not_the_ledger_s(ledger):
    with pytest.raises(OSError, match="a full disk"), ledger.standings(SCOPE):
        raise OSError("a full disk")
    with pytest.raises(sqlite3.Error), ledger.compared(SCOPE, 0.0, math.inf):
        raise sqlite3.Error("another database")
