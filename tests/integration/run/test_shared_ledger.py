"""Several campaigns share a ledger and are written into it at the same time."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from pathlib import Path
from kaverun.ledger.batches import Outcomes, Result, batch_of, begin_batches, settle_batches
from kaverun.ledger.opening import open_ledger
from kaverun.message.batch import Message
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from tests.ledger_rows import given_messages, given_run

name = sys.argv[2]
store, scope = open_ledger(Path(sys.argv[1])), Scope(name, "once", "loopback")
run, accepted = given_run(store, scope, name), Result(Fate.ACCEPTED, 7, 1, 120, 1)
first = {"one": 0, "two": 10_000, "three": 20_000}[name]
for start in range(first, first + 2_000, 10):
    batch = [Message(n + 1, "09260000000", "3000", "text " * 20, n, str(n), 1) for n in range(start, start + 10)]
    given_messages(store, scope, batch, None, run_id=name, begun=None)
    with store.transaction():
        leases = begin_batches(store, run, 1, holder=name, now=1.0, until=2.0)
    sent = [(lease, batch_of(store, lease.batch)) for lease in leases]
    with store.transaction():
        settle_batches(store, [(lease, batch, Outcomes.of([accepted] * 10)) for lease, batch in sent], {}, 2.0)
store.close()
"""


def test_two_writing_processes_lose_nothing_and_damage_nothing(tmp_path):
    path = tmp_path / "ledger.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, name], cwd=ROOT) for name in ("one", "two", "three")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM outcome").fetchone() == (6_000,)
    connection.close()
