"""A whole apply in this process against a sandbox over HTTP, both on the sandbox's virtual clock."""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from kaverun import __version__
from kaverun.campaign.loader import load_campaign
from kaverun.kavenegar.client import Client, OutgoingMessage
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger import runs
from kaverun.ledger.batches import batch_of, begin_batches
from kaverun.ledger.opening import open_ledger, read_ledger
from kaverun.ledger.writing import Work, write_plan
from kaverun.message.batch import Shared
from kaverun.message.scope import Scope
from kaverun.planning.planner import make_plan
from kaverun.report.messages_csv import write_messages
from kaverun.report.rows import Extent
from kaverun.run import cancellation
from kaverun.run.apply import apply
from kaverun.run.surroundings import Surroundings
from kaverun.sandbox import Sandbox, SandboxSettings
from tests.observing import Heard

CAMPAIGN = """\
version: 1
name: nowruz
recipients: members.csv
senders: ["10004346"]
message: "{{ name }} سلام"
sending: {batch: 10, concurrency: 2}
retry: {attempts: 3, initial: 10ms, max: 20ms, jitter: 1ms, read_timeout: 1s}
"""


@dataclass
class Bench:
    """One campaign, its ledger, and a sandbox."""

    folder: Path
    sandbox: Sandbox
    campaign: str = CAMPAIGN

    @property
    def client(self):
        return Client.connect(self.sandbox.url, Secret("key-of-the-bench"), Timeouts(1, 1))

    def write_list(self, numbers, text="نام"):
        lines = ["phone,name", *(f"0926{n:07d},{text} {n}" for n in numbers)]
        (self.folder / "members.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self.folder / "campaign.yaml").write_text(self.campaign, encoding="utf-8")

    @property
    def scope(self):
        return Scope("nowruz", "once", "loopback")

    def plan(self, store=None):
        loaded = load_campaign(self.folder / "campaign.yaml")
        return make_plan(loaded, now=self.sandbox.clock.now(), store=store or read_ledger(), provider="loopback")

    def intend(self, sent=(), batches=1_000, size=10):
        """What a process leaves that died with so many batches begun and only the numbers `sent` taken."""
        with closing(open_ledger(self.folder / "ledger.db")) as store:
            plan, now = self.plan(store), self.sandbox.clock.now()
            run = runs.Run("dead", self.scope, plan.digest, now, kaverun=__version__, plan=plan.header.written())
            with store.transaction():
                number = runs.begin(store, run, plan.inputs)
                write_plan(store, Work(number, runs.occurrence_of(store, self.scope), 1, "sms", Shared(), size))
                leases = begin_batches(store, number, batches, holder="dead", now=now, until=now + 60)
            begun = [message for lease in leases for message in batch_of(store, lease.batch)]
        self.send([message for message in begun if int(message.phone[4:]) in sent])

    def send(self, messages):
        """Messages that reach the provider without the ledger's knowing."""
        for start in range(0, len(messages), 200):
            part = messages[start : start + 200]
            self.client.send_array([OutgoingMessage(m.phone, m.line, m.text, m.localid) for m in part])

    def apply(self, **settings):
        """The report, and its rows by the person's number."""
        provider = settings.get("provider", "loopback")
        report = self.run(**settings)
        return report, self.rows(self.scope._replace(provider=provider))

    def rows(self, scope=None):
        """The rows of the last run that had something to do, by the person's number."""
        scope = scope or self.scope
        with closing(read_ledger(self.folder / "ledger.db")) as store:
            last = next(run for run in runs.runs(store) if run.kind == "apply" and run.scope.provider == scope.provider)
            write_messages(self.folder / "rows.csv", store, Extent(runs.occurrence_of(store, last.scope), last.number))

        with (self.folder / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
            return {int(row["phone"][4:]): row for row in csv.DictReader(file)}

    def run(self, **settings):
        around = Surroundings(
            client=self.client,
            provider=settings.pop("provider", "loopback"),
            ledger=settings.pop("ledger", self.folder / "ledger.db"),
            report_directory=self.folder / "reports",
            clock=self.sandbox.clock,
            stopping=settings.pop("stopping", None) or Event(),
            observer=Heard(settings),
            **{"approve": lambda plan: None, **settings},
        )
        return apply(load_campaign(self.folder / "campaign.yaml"), around)

    def cancel(self, run_id=None, **settings):
        around = cancellation.Surroundings(
            client=self.client,
            provider="loopback",
            ledger=self.folder / "ledger.db",
            clock=self.sandbox.clock,
            stopping=settings.pop("stopping", None) or Event(),
            observer=Heard(settings),
            **{"approve": lambda pending: None} | settings,
        )
        return cancellation.cancel(load_campaign(self.folder / "campaign.yaml"), around, run_id)

    def forget(self):
        for file in self.folder.glob("ledger.db*"):
            file.unlink()

    def live(self):
        """How many messages each number got or is going to get, cancelled ones left out."""
        return dict(Counter(int(m.receptor[4:]) for m in self.sandbox.messages() if m.status != 13))

    def received(self):
        """How many messages each number got."""
        counts = {}
        for message in self.sandbox.messages():
            number = int(message.receptor[4:])
            counts[number] = counts.get(number, 0) + 1
        return counts

    def asked(self, method):
        return [request for request in self.sandbox.requests() if request.method == method]


@pytest.fixture
def bench(tmp_path):
    """Makes a bench with a sandbox of the given settings."""
    started = []

    def make(people=20, campaign=CAMPAIGN, **settings):
        sandbox = Sandbox(SandboxSettings(**settings))
        sandbox.start()
        started.append(sandbox)
        made = Bench(tmp_path, sandbox, campaign)
        made.write_list(range(people))
        return made

    yield make
    for sandbox in started:
        sandbox.stop()
