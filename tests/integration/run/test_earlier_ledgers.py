"""A run of an earlier version that was cut off is finished by today's, with its ledger: nobody gets it twice.

The ledgers were written by those versions, see `tests/data/ledgers/make.py`. The sandbox has what theirs had taken.
"""

from __future__ import annotations

import csv
import json
import shutil
import urllib.request
from collections import Counter
from pathlib import Path
from threading import Event

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.transport import Timeouts
from kaverun.run.apply import apply
from kaverun.run.surroundings import Surroundings
from kaverun.sandbox import Sandbox, SandboxSettings

LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"
NAMES = [*(f"schema{number}" for number in range(1, 7)), "schema6-migrated", "schema6-migrated-from-4"]


@pytest.fixture(params=NAMES)
def cut_off(request, tmp_path):
    """A ledger with what its version said of it, and the provider as it was a minute later."""
    name = request.param
    shutil.copyfile(LEDGERS / f"{name}.db", tmp_path / "ledger.db")
    shutil.copytree(LEDGERS / "campaigns", tmp_path / "campaigns")
    said = json.loads((LEDGERS / f"{name}.json").read_text(encoding="utf-8"))
    with Sandbox(SandboxSettings(deduplicate=False)) as sandbox:
        sandbox.clock.set(said["made_at"] + 60)
        _seed(sandbox, said["sandboxes"]["loopback"])
        yield said, sandbox, tmp_path


def _seed(sandbox, messages):
    """The messages of another sandbox, in their order, so that they get the ids that they had there."""
    seeds = [
        {
            "receptor": each["receptor"],
            "message": each["text"],
            "sender": each["sender"],
            "localid": each["localid"],
            "date": each["date"],
            "status": each["status"],
        }
        for each in messages
    ]
    body = json.dumps({"messages": seeds}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{sandbox.control_url}/seed", body), timeout=10):
        pass
    assert [message.messageid for message in sandbox.messages()] == [each["messageid"] for each in messages]


def _apply(folder, sandbox, name):
    file = folder / "campaigns" / name / "campaign.yaml"
    # A request of a dead process is waited for so long.
    file.write_text(file.read_text(encoding="utf-8").replace("read_timeout: 2s", "read_timeout: 100ms"), "utf-8")
    around = Surroundings(
        client=Client.connect(sandbox.url, Secret("key"), Timeouts(1, 1)),
        provider="loopback",
        ledger=folder / "ledger.db",
        report_directory=folder / "reports",
        clock=sandbox.clock,
        stopping=Event(),
        approve=lambda plan: None,
    )
    apply(load_campaign(file), around)


def _expected(said, name, phones, got):
    """How many messages each number has in the end that were not cancelled."""
    fates = {message["fate"] for message in said["messages"] if message["campaign"] == name}
    if name == "cancel-answered" and "cancelling" not in fates:
        # Before the fourth schema a cancellation was not on record until it was confirmed: `status` finds it.
        return dict.fromkeys(phones, 0)
    if name == "killed-codes":
        # A look-up has no localid: what was not found by its number is not sent again, but is unknown.
        return {phone: min(got[phone], 1) for phone in phones}
    return {phone: 0 if phone[:4] + phone[8:] == "0909000" else 1 for phone in phones}


def test_a_run_that_was_cut_off_is_finished_and_nobody_gets_its_message_twice(cut_off):
    said, sandbox, folder = cut_off
    names = [campaign["campaign"] for campaign in said["campaigns"] if campaign["cut_off"]]
    assert len(names) >= 8
    for name in names:
        _apply(folder, sandbox, name)
    got = Counter(message.receptor for message in sandbox.messages() if message.status != 13)
    for name in names:
        with (folder / "campaigns" / name / "members.csv").open(encoding="utf-8", newline="") as file:
            phones = [row["phone"] for row in csv.DictReader(file) if row["phone"] != "12345"]
        assert {phone: got[phone] for phone in phones} == _expected(said, name, phones, got), name
