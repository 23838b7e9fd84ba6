"""A ledger that was pruned, or lost and made again from reports: nobody is sent anything twice."""

from __future__ import annotations

import json
import shutil

import pytest


@pytest.fixture
def applied(kaverun, campaign, sandbox):
    """A campaign of five that was applied; gives its path."""
    path = campaign(rows=5)
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    return path


def test_what_was_pruned_is_forgotten_and_sent_to_nobody_again(kaverun, applied, sandbox):
    pruned = kaverun("ledger", "prune", "--older-than", "0s", "--yes")
    assert pruned.out == "erased texts and numbers of 5 messages and 0 rows left out, of 1 campaign\n"
    assert "Without the numbers, `kaverun history` no longer finds these messages" in pruned.err
    assert kaverun("history", "09260000001").code == 1
    assert kaverun("apply", applied, "--yes", "--base-url", sandbox.url).code == 0
    assert len(sandbox.messages()) == 5


def test_a_lost_ledger_is_made_again_from_reports(kaverun, applied, campaign, sandbox, tmp_path):
    campaign(rows=8, text="{{ name }}، درود")
    assert kaverun("apply", applied, "--yes", "--base-url", sandbox.url).code == 0
    shutil.rmtree(tmp_path / ".kaverun")
    imported = kaverun("ledger", "import", "reports")
    assert imported.code == 0
    assert f"ledger: {tmp_path / '.kaverun' / 'ledger.db'}" in imported.err
    first, second = imported.out.splitlines()
    assert first.endswith(" (nowruz at loopback): 5 messages")
    assert second.endswith(" (nowruz at loopback): 3 messages")

    campaign(rows=9, text="{{ name }}، درود")
    assert kaverun("apply", applied, "--yes", "--base-url", sandbox.url).code == 0
    assert sorted(map(len, sandbox.by_receptor().values())) == [1] * 9
    sandbox._ask("clock", {"advance": 60})
    assert kaverun("status", applied, "--base-url", sandbox.url).code == 0
    report = json.loads(kaverun("report", "nowruz", "--format", "json").out)
    assert report["occurrences"][0]["counts"]["accepted"] == 9
    assert {(row["status"], row["text"][-4:]) for row in report["messages"]} == {(10, "سلام"), (10, "درود")}
    assert len(json.loads(kaverun("runs", "--format", "json").out)["runs"]) == 3
    # `status` brought the reports up to date, also those that were imported, and the ledger knows as much.
    again = json.loads(kaverun("ledger", "import", "reports/nowruz", "--format", "json").out)
    assert [(run["new"], run["messages"], run["outcomes"], run["statuses"]) for run in again["runs"]] == [
        (False, 0, 0, 0)
    ] * 3
