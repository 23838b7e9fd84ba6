"""The ledger as a power cut leaves it, at every commit of a run: opened again, everyone still gets one message.

The disk keeps what was synced and any first part of what was being written. In WAL mode with synchronous=FULL every
commit syncs the write-ahead log, so a cut during a commit leaves that log cut anywhere after the commit before; a cut
during a checkpoint leaves any first part of the database's new pages beside a whole log (sqlite.org, *Write-Ahead
Logging* and *PRAGMA synchronous*). With less than FULL, commits since the last sync may be gone: then every earlier
state has to do as well, which is how this test sees a ledger that does not sync.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from emulated.clock import EmulatedClock
from emulated.process import Moment, Process
from emulated.provider import Books, EmulatedProvider

SEED = int(os.environ.get("KAVERUN_POWER_CUT_SEED", "5"))
PEOPLE = 15
_DATABASE, _LOG = "ledger.db", "ledger.db-wal"
_FULL = 2
_CUTS = int(os.environ.get("KAVERUN_POWER_CUTS", "1"))
_RUNS = 3


@dataclass
class Recorder:
    """Copies the ledger's files round every commit of a process, with the provider's books of that moment."""

    process: Process
    draw: Random
    #: (what it is, the files on the disk, the provider's books, the clock)
    states: list[tuple[str, dict[str, bytes], Books, float]] = field(default_factory=list)
    commits: int = 0
    _before: dict[str, bytes] = field(default_factory=dict)
    _lost: list[dict[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process.on_transaction = self._step

    def _step(self, step: str, ledger: object) -> None:
        if step == "begin":
            self._before = self.process.files()
        if step == "committed":
            self.commits += 1
            after = self.process.files()
            for what, files in self._left_by_a_cut(ledger._connection, self._before, after):
                moment = f"commit {self.commits}, {what}"
                self.states.append((moment, files, self.process.provider.books.copy(), self.process.clock.now()))

    def _left_by_a_cut(self, connection: sqlite3.Connection, before: dict, after: dict):
        yield "before it", before
        yield "after it", after
        log_before, log_after = before.get(_LOG, b""), after.get(_LOG, b"")
        if log_before != log_after:
            for cut in self._cuts(log_before, log_after):
                # A log begun anew overwrites the old one from its start: behind the cut the old bytes remain.
                yield f"log cut at {cut}", {**before, _LOG: log_after[:cut] + log_before[cut:]}
                yield f"log ends at {cut}", {**before, _LOG: log_after[:cut]}
        if before[_DATABASE] != after[_DATABASE] and log_after:
            for cut in self._cuts(before[_DATABASE], after[_DATABASE]):
                torn = after[_DATABASE][:cut] + before[_DATABASE][cut:]
                yield f"checkpoint cut at {cut}", {**after, _DATABASE: torn}
        (synced,) = connection.execute("PRAGMA synchronous").fetchone()
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        if synced < _FULL or mode != "wal":
            for number, files in enumerate(self._lost):
                yield f"nothing synced since state {number}", files
            self._lost.append(after)

    def _cuts(self, before: bytes, after: bytes) -> list[int]:
        """Places from the first byte that changed to the last, some of them drawn."""
        shared = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
        first = min(len(before), len(after)) if shared is None else shared
        return [first, *sorted(self.draw.randint(first, len(after)) for _ in range(_CUTS)), len(after) - 1]


@pytest.fixture
def process(tmp_path):
    clock = EmulatedClock()
    provider = EmulatedProvider(clock)
    provider.dedupe = False
    write_campaign(tmp_path)
    return Process(tmp_path, clock, provider)


def write_campaign(folder: Path) -> None:
    rows = "".join(f"{phone(n)},نام {n}\n" for n in range(PEOPLE))
    (folder / "members.csv").write_text(f"phone,name\n{rows}", encoding="utf-8")
    (folder / "campaign.yaml").write_text(
        "version: 1\nname: cut\nrecipients: members.csv\nsenders: ['10004346']\nmessage: '{{ name }}، سلام'\n"
        "sending: {batch: 3, concurrency: 2}\nretry: {attempts: 3, initial: 1s, jitter: 0s, read_timeout: 10s}\n",
        encoding="utf-8",
    )


def phone(number: int) -> str:
    return f"0926{number:07d}"


def first_run(process):
    """Nothing was sent before."""


def after_a_crash(process):
    assert process.apply(Moment("answer", 2)) is None


def after_a_lost_ledger(process):
    assert process.apply(Moment("outcome-recorded", 2)) is None
    process.lose_ledger()


def with_lost_answers(process):
    process.provider.troubles.extend(["lost after", "", "row missing", "lost before"])


def prove(process, moment, files, books, now):
    """From one state of disk and provider: applied to the end, everyone was sent one message and is reported so."""
    process.put_back(files)
    # Hundreds of runs of the same second: their random ids would meet one day.
    shutil.rmtree(process.folder / "reports", ignore_errors=True)
    process.provider.books, process.clock.time = books.copy(), now
    process.provider.troubles.clear()
    for _ in range(_RUNS):
        report = process.apply()
        if report.status == "completed":
            break
    receptors = sorted(held.receptor for held in process.provider.books.held)
    assert receptors == [phone(n) for n in range(PEOPLE)], f"power cut at {moment}, KAVERUN_POWER_CUT_SEED={SEED}"
    told = {row["phone"]: row["messageid"] for row in process.rows(report)}
    assert told == {held.receptor: str(held.messageid) for held in process.provider.books.held}, moment
    connection = sqlite3.connect(process.ledger)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), moment
    finally:
        connection.close()


@pytest.mark.parametrize("checkpoints", [False, True], ids=["log only", "checkpoint at every commit"])
@pytest.mark.parametrize("earlier", [first_run, after_a_crash, after_a_lost_ledger, with_lost_answers])
def test_power_may_be_cut_at_any_commit(process, earlier, checkpoints):
    earlier(process)
    recorder = Recorder(process, Random(SEED))
    if checkpoints:
        checkpoint_at_every_commit(process, recorder)
    assert process.apply().status == "completed"
    process.on_transaction = lambda step, ledger: None
    assert recorder.commits >= 4
    states = recorder.states
    assert any("log cut" in moment for moment, *_ in states)
    assert any("checkpoint cut" in moment for moment, *_ in states) == checkpoints
    for moment, files, books, now in states:
        prove(process, moment, files, books, now)


def checkpoint_at_every_commit(process, recorder):
    """SQLite moves the log into the database inside each COMMIT then, instead of after a thousand pages."""
    step = process.on_transaction

    def checkpointing(name, ledger):
        if name == "begin" and not ledger._connection.in_transaction:
            ledger._connection.execute("PRAGMA wal_autocheckpoint = 1")
        step(name, ledger)

    process.on_transaction = checkpointing
