"""Ledgers of earlier versions become those of today, with everything they knew."""

from __future__ import annotations

import sqlite3
import zlib
from array import array

import orjson
import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, Scope
from kaverun.ledger.schema import MIGRATIONS
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate

SCOPE = Scope("nowruz", "once", "loopback")
MESSAGES = [Message(n + 1, f"0926000000{n}", "3000", f"سلام {n}", n + 1, f"k{n}", 1) for n in range(4)]


@pytest.fixture
def path(tmp_path):
    """A ledger of the second schema: a batch that was settled, and one whose run was killed."""
    path = tmp_path / "ledger.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for migration in MIGRATIONS[:2]:
        migration(connection)
    connection.execute("PRAGMA user_version = 2")
    connection.execute(
        "INSERT INTO run VALUES (1, 'run-1', 'nowruz', 'once', 'loopback', 'd', NULL, 100.0, NULL, 'running')"
    )
    for number, messages in ((1, MESSAGES[:3]), (2, MESSAGES[3:])):
        localids, *columns = zip(*messages, strict=True)
        payload = zlib.compress(orjson.dumps(columns))
        connection.execute("INSERT INTO batch VALUES (?, 1, ?, ?)", (number, array("q", localids).tobytes(), payload))
    connection.execute("INSERT INTO batch_state VALUES (1, 200.0, 201.0, 3), (2, 202.0, NULL, 4)")
    connection.execute(
        "INSERT INTO outcome VALUES (256, 1, 11, 1, 120, 1, NULL), (257, 2, NULL, 6, NULL, 1, 'refused'),"
        " (258, 3, NULL, NULL, NULL, 2, 'no answer')"
    )
    connection.close()
    return path


@pytest.mark.parametrize("open_", [SqliteLedger.open, SqliteLedger.open_to_read])
def test_a_damaged_ledger_of_an_earlier_version_is_named_and_stays_as_it_is(path, open_):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE batch SET payload = zeroblob(40) WHERE id = 2")
    with pytest.raises(LedgerError, match=r"ledger\.db: it is damaged: a value in it .*--cold-ledger full"):
        open_(path)
    assert connection.execute("SELECT count(*) FROM batch_state").fetchone() == (2,)
    connection.close()


def test_a_ledger_of_rows_keeps_messages_outcomes_and_doubts(path):
    ledger = SqliteLedger.open(path)
    first, last = list(ledger.open_batches(*SCOPE[:3]))
    assert (first.batch, first.intended, first.settled, first.messages, first.open) == (
        1, 200.0, 201.0, tuple(MESSAGES[:3]), (2,),
    )  # fmt: skip
    assert (last.batch, last.settled, last.messages, last.open) == (2, None, tuple(MESSAGES[3:]), (0,))
    start = POSITIONS_PER_BATCH
    assert ledger.results([start, start + 1, start + 2, 2 * start]) == {
        start: Result(Fate.ACCEPTED, 11, 1, 120, 1),
        start + 1: Result(Fate.REJECTED, None, 6, None, 1, "refused"),
        start + 2: Result(Fate.UNKNOWN, None, None, None, 2, "no answer"),
    }
    assert ledger.since(SCOPE, 0).last_row == 4
    ledger.close()


def test_a_ledger_that_became_one_of_today_is_written_on(path):
    ledger = SqliteLedger.open(path)
    (number,) = ledger.intend("run-1", [MESSAGES[:1]], 300.0)
    assert number == 3
    ledger.record([(2, {0: Result(Fate.ACCEPTED, 12, 1, 120, 1)})], {}, 301.0)
    ledger.close()
    again = SqliteLedger.open(path)
    assert [list(taken.messageids) for taken in again.taken(SCOPE)] == [[11], [12]]
    again.close()


def test_an_older_ledger_is_read_without_changing_it(path):
    before = path.read_bytes()
    reader = SqliteLedger.open_to_read(path)
    assert [list(taken.messageids) for taken in reader.taken(SCOPE)] == [[11]]
    reader.close()
    assert path.read_bytes() == before
