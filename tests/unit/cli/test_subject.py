"""What a command is about: a campaign file, or a run that the ledger knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.cli.subject import subject
from kaverun.errors import Invalid, Refused
from kaverun.ledger.protocol import RunRecord, Scope
from kaverun.ledger.sqlite import SqliteLedger

RUN_ID = "20261123T062155Z-8f2dc5"
CAMPAIGN = """\
version: 1
name: nowruz
recipients: [{phone: "09260000001"}]
message: سلام
report: {directory: elsewhere}
sending: {concurrency: 7}
"""


@pytest.fixture
def of(tmp_path, monkeypatch):
    """The subject of an argument, in a folder with a campaign and a ledger of seven runs."""
    monkeypatch.chdir(tmp_path)
    Path("campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
    ledger = SqliteLedger.open(tmp_path / "ledger.db")
    for number in range(1, 8):
        run_id = f"2026112{number}T062155Z-8f2dc5"
        ledger.begin(RunRecord(run_id, "nowruz", "once", "loopback", "d", None, float(number)))
    ledger.close()
    return lambda argument, provider="loopback", ledger="ledger.db": subject(
        Path(argument), provider=provider, ledger=ledger
    )


def test_a_campaign_file_says_how_it_is_asked_and_where_its_reports_are(of):
    about = of("campaign.yaml")
    assert about.scope == Scope("nowruz", "once", "loopback")
    assert (about.concurrency, about.reports) == (7, Path("elsewhere"))


def test_the_id_of_a_run_leads_to_its_campaign(of):
    about = of(RUN_ID)
    assert about.scope == Scope("nowruz", "once", "loopback", RUN_ID)
    assert about.reports == Path("reports")


def test_a_file_that_looks_like_a_run_is_a_file(of):
    Path(RUN_ID).write_text(CAMPAIGN, encoding="utf-8")
    assert of(RUN_ID).scope.run_id is None


def test_a_run_nobody_knows_is_refused_with_the_five_latest(of):
    with pytest.raises(Refused) as refusal:
        of("20300101T000000Z-000000")
    assert "knows no run 20300101T000000Z-000000; its latest are 20261127T062155Z-8f2dc5 (nowruz)" in str(refusal.value)
    assert str(refusal.value).count("nowruz") == 5
    with pytest.raises(Refused, match="knows none at all"):
        of(RUN_ID, ledger="none.db")


def test_a_run_is_asked_for_where_it_was_sent(of):
    with pytest.raises(Refused, match=r"sent to loopback, and --base-url leads to api\.kavenegar\.com"):
        of(RUN_ID, provider="api.kavenegar.com")


def test_what_is_neither_is_told_as_a_missing_file(of):
    with pytest.raises(Invalid):
        of("no-such-campaign.yaml")
