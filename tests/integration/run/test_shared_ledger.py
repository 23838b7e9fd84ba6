"""Several campaigns share a ledger and are written into it at the same time."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

WRITER = """
import sys
from pathlib import Path
from kaverun.ledger.protocol import Result, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate

name = sys.argv[2]
ledger = SqliteLedger.open(Path(sys.argv[1]))
ledger.begin(RunRecord(name, name, "once", "loopback", "d", None, 1.0))
for start in range(0, 2_000, 10):
    batch = [Message(n + 1, "09260000000", "3000", "text " * 20, n, str(n), 1) for n in range(start, start + 10)]
    (number,) = ledger.intend(name, [batch], 1.0)
    ledger.record([(number, {index: Result(Fate.ACCEPTED, 7, 1, 120, 1) for index in range(10)})], {}, 2.0)
ledger.close()
"""


def test_two_writing_processes_lose_nothing_and_damage_nothing(tmp_path):
    path = tmp_path / "ledger.db"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, name]) for name in ("one", "two", "three")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM outcome").fetchone() == (600,)
    connection.close()
