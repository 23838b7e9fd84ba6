"""What is left of a plan that was cut off is what planning again would say, told without planning."""

from __future__ import annotations

from contextlib import closing
from random import Random

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.ledger import runs
from kaverun.ledger.batches import Outcomes, Result, batch_of, begin_batches, settle_batches
from kaverun.ledger.opening import open_ledger
from kaverun.ledger.writing import Work, go_on, write_plan
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate
from kaverun.planning.planner import make_plan, recalled_plan
from tests.unit.planning.conftest import NOW, SCOPE

CAMPAIGN = """\
version: 1
name: nowruz
recipients: {csv: members.csv, on_invalid: skip, exclude: out.csv}
senders: ["10004346", {line: "30002626", weight: 2}]
message: {file: text.j2}
tariff: tariff.yaml
limits: {recipients: 100000}
"""
TARIFF = "version: 1\ncurrency: IRR\nlines: {default: {persian: 120, latin: 90}}\n"
FATES = (Fate.ACCEPTED,) * 6 + (Fate.REJECTED, Fate.NOT_SENT, Fate.UNKNOWN, Fate.SENDING)


class Scene:
    """A campaign of 290 rows, some invalid, excluded or met before, and runs that are cut off."""

    def __init__(self, folder, seed=0):
        self.folder, self.draw, self.count = folder, Random(seed), 0
        rows = [f"0926{n:07d},{'نام ' * (1 + n % 30)}{n}" for n in range(280)]
        rows += ["0926,short", "09260000003,again"] * 5
        self.draw.shuffle(rows)
        self.write("members.csv", "phone,name\n" + "\n".join(rows) + "\n")
        self.write("out.csv", "phone\n09260000005\n")
        self.write("text.j2", "{{ name }} {% include 'end.j2' %}")
        self.write("end.j2", "لغو11")
        self.write("tariff.yaml", TARIFF)
        self.write("campaign.yaml", CAMPAIGN)
        self.store = open_ledger(folder / "ledger.db")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def loaded(self):
        return load_campaign(self.folder / "campaign.yaml")

    def planned(self):
        return make_plan(self.loaded(), now=NOW, store=self.store, provider="loopback")

    def recalled(self):
        last = runs.runs(self.store, SCOPE)[0]
        return recalled_plan(self.loaded(), now=NOW, store=self.store, provider="loopback", run=last)

    def run(self, plan, batches, *, going_on=False):
        """A run that began so many batches and drew a fate for each; SENDING is that of one that died."""
        self.count += 1
        run = runs.Run(f"run-{self.count}", SCOPE, plan.digest, NOW, plan=plan.header.written())
        with self.store.transaction():
            number = runs.begin(self.store, run, plan.inputs)
            work = Work(number, runs.occurrence_of(self.store, SCOPE), 1, "sms", Shared(), 20)
            go_on(self.store, work, names_lines=True) if going_on else write_plan(self.store, work)
            leases = begin_batches(self.store, number, batches, holder="test", now=NOW, until=NOW)
        sent = [(lease, batch_of(self.store, lease.batch)) for lease in leases]
        outcomes = [(lease, batch, self._drawn(len(batch))) for lease, batch in sent]
        with self.store.transaction():
            settle_batches(self.store, [one for one in outcomes if one[2]], {}, NOW)

    def _drawn(self, size):
        if self.draw.random() < 0.1:
            return None
        fates = self.draw.choices(FATES[:-1], k=size)
        return Outcomes.of([Result(fate, 7 if fate is Fate.ACCEPTED else None, 1, 120, 1) for fate in fates])


def figures(plan):
    totals = plan.totals
    counts = (totals.rows, totals.send, totals.done, totals.skip, totals.invalid, totals.in_doubt)
    return (*counts, totals.parts, totals.cost, totals.unpriced, totals.same_text, totals.worst, dict(totals.by_line))


@pytest.mark.parametrize("seed", range(6))
def test_it_says_what_planning_again_says(tmp_path, seed):
    scene = Scene(tmp_path, seed)
    with closing(scene.store):
        scene.run(scene.planned(), scene.draw.randint(0, 14))
        for _ in range(3):
            again = scene.planned()
            entries, to_send = list(again.entries()), list(again.rows.to_send())
            shown = (again.samples, again.longest, again.most_expensive, again.causes)
            going_on = scene.recalled()
            assert list(going_on.entries()) == entries
            assert list(going_on.rows.to_send()) == to_send
            assert list(going_on.rows.to_send(range(0, len(to_send), 7))) == to_send[::7]
            assert figures(going_on) == figures(again)
            assert (going_on.samples, going_on.longest, going_on.most_expensive, going_on.causes) == shown
            assert (going_on.digest, going_on.date, going_on.refusals) == (again.digest, again.date, again.refusals)
            assert (going_on.warnings, going_on.strict) == (again.warnings, again.strict)
            scene.run(going_on, scene.draw.randint(0, 6), going_on=True)
