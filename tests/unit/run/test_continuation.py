"""What is left of a plan that was cut off is what planning anew would say, told without planning."""

from __future__ import annotations

from random import Random

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.ledger.protocol import Result, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import batches_to_send, messages_to_send
from kaverun.plan.planner import make_plan
from kaverun.plan.saved import basis_of
from kaverun.plan.served import Fate
from kaverun.run.continuation import continued, keep_for_later, saved_plan_path

NOW = 1_800_000_000.0
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


class Scene:
    """A campaign of 290 rows, some invalid, excluded or met before, its ledger, and a first run that was cut off."""

    def __init__(self, folder, seed=0, campaign=CAMPAIGN):
        self.folder, self.draw = folder, Random(seed)
        rows = [f"0926{n:07d},{'نام ' * (1 + n % 30)}{n}" for n in range(280)]
        rows += ["0926,short", "09260000003,again"] * 5
        self.draw.shuffle(rows)
        self.write("members.csv", "phone,name\n" + "\n".join(rows) + "\n")
        self.write("out.csv", "phone\n09260000005\n")
        self.write("text.j2", "{{ name }} {% include 'end.j2' %}")
        self.write("end.j2", "لغو11")
        self.write("tariff.yaml", TARIFF)
        self.write("campaign.yaml", campaign)
        self.ledger = SqliteLedger.open(folder / "ledger.db")
        self.path = saved_plan_path(folder / "ledger.db", "nowruz")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def loaded(self):
        return load_campaign(self.folder / "campaign.yaml")

    def planned(self):
        return make_plan(self.loaded(), now=NOW, served=self.ledger.served("nowruz", "once", "loopback"))

    def continued(self, provider="loopback"):
        return continued(self.loaded(), self.ledger, self.path, provider, NOW)

    def run(self, number, plan, upto, fates=(Fate.ACCEPTED,)):
        """A run that intended `upto` batches of 20 and had these fates, SENDING standing for none."""
        run_id = f"run-{number}"
        self.ledger.begin(RunRecord(run_id, "nowruz", "once", "loopback", plan.digest, None, NOW))
        for messages in list(batches_to_send(plan, 20))[:upto]:
            (batch,) = self.ledger.intend(run_id, [messages], NOW)
            chosen = {index: self.draw.choice(fates) for index in range(len(messages))}
            results = {
                index: Result(fate, 1000 * batch + index if fate is Fate.ACCEPTED else None, 1, 120, 1)
                for index, fate in chosen.items()
                if fate is not Fate.SENDING
            }
            if results:
                self.ledger.record([(batch, results)], {}, NOW)

    def cut_off(self, upto, fates=(Fate.ACCEPTED,)):
        loaded = self.loaded()
        basis = basis_of(loaded, "loopback", self.ledger.last_run())
        plan = self.planned()
        keep_for_later(plan, basis, self.path)
        self.run(1, plan, upto, fates)
        return plan


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path)


def figures(plan):
    totals = plan.totals
    counts = (totals.rows, totals.send, totals.done, totals.skip, totals.invalid, totals.in_doubt)
    return (*counts, totals.parts, totals.cost, totals.unpriced, totals.same_text)


def left(plan):
    return sorted((message.row, message.localid, message.text, message.line) for message in messages_to_send(plan))


FATES = (Fate.ACCEPTED,) * 6 + (Fate.REJECTED, Fate.NOT_SENT, Fate.UNKNOWN, Fate.SENDING)


@pytest.mark.parametrize("seed", range(6))
def test_it_says_what_planning_anew_says(tmp_path, seed):
    scene = Scene(tmp_path, seed)
    draw = Random(seed)
    scene.cut_off(draw.randint(0, 14), FATES)
    for number in range(2, 4):
        going_on, anew = scene.continued(), scene.planned()
        entries = list(anew.entries())
        assert list(going_on.entries()) == entries
        some = {entry.localid for entry in draw.sample(entries, 5)}
        assert list(going_on.entries_of(some)) == [entry for entry in entries if entry.localid in some]
        assert figures(going_on) == figures(anew)
        assert going_on.totals.by_line == anew.totals.by_line
        assert (going_on.digest, going_on.date, going_on.refusals) == (anew.digest, anew.date, anew.refusals)
        assert_shown(going_on)
        assert [cause[:3] for cause in going_on.causes] == [cause[:3] for cause in anew.causes]
        open_rows = [row for row in left(anew) if row[1] not in in_doubt(anew)]
        assert left(going_on) == open_rows
        scene.run(number, going_on, draw.randint(0, 6), FATES)


def assert_shown(plan):
    """What a person agrees to are messages that are still to be sent."""
    to_send = {entry.row: entry for entry in plan.entries() if entry.action == "send"}
    assert len(plan.samples) == min(3, len(to_send))
    assert {sample.row for sample in plan.samples} <= set(to_send)
    assert [(sample.text, sample.units) for sample in plan.samples] == [
        (to_send[sample.row].text, to_send[sample.row].units) for sample in plan.samples
    ]
    if to_send:
        assert plan.longest.units == max(entry.units for entry in to_send.values()) == to_send[plan.longest.row].units
        assert plan.most_expensive.cost == max(entry.cost for entry in to_send.values())
        assert plan.most_expensive.row in to_send
        assert plan.totals.worst >= max(entry.parts for entry in to_send.values())
    else:
        assert (plan.longest, plan.most_expensive) == (None, None)


def in_doubt(plan):
    return {entry.localid for entry in plan.entries() if entry.cause == "in doubt"}


def test_messages_come_in_the_order_of_the_list(scene):
    scene.cut_off(5, FATES)
    rows = [message.row for message in messages_to_send(scene.continued())]
    assert rows == sorted(rows)
    assert len(rows) == len(set(rows)) > 150


@pytest.mark.parametrize("name", ["members.csv", "out.csv", "text.j2", "end.j2", "tariff.yaml", "campaign.yaml"])
def test_any_changed_file_is_planned_anew(scene, name):
    scene.cut_off(5)
    assert scene.continued() is not None
    with (scene.folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert scene.continued() is None


def test_another_provider_another_plan_and_a_cancelled_message_are_planned_anew(scene):
    plan = scene.cut_off(5)
    assert scene.continued("api.kavenegar.com") is None
    scene.ledger.mark_cancelled([256], {})
    assert scene.continued() is None

    scene.ledger.begin(RunRecord("other", "nowruz", "once", "loopback", f"not {plan.digest}", None, NOW))
    assert scene.continued() is None


def test_another_campaign_in_the_ledger_changes_nothing(scene):
    scene.cut_off(5)
    before = left(scene.continued())
    scene.ledger.begin(RunRecord("other", "yalda", "once", "loopback", "x", None, NOW))
    assert left(scene.continued()) == before


@pytest.mark.parametrize("content", [b"", b"\0" * 8, b"\xff" * 40, b"{}" + (2).to_bytes(8, "big")])
def test_a_file_that_is_no_plan_is_as_none(scene, content):
    scene.cut_off(5)
    scene.path.write_bytes(content)
    assert scene.continued() is None


def test_a_plan_is_for_its_owner_s_eyes_and_goes_with_nothing_left_to_tell(scene):
    scene.cut_off(5)
    assert scene.path.stat().st_mode & 0o777 == 0o600
    keep_for_later(scene.planned(), None, scene.path)
    assert not scene.path.exists()
