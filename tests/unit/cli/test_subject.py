"""What a command is about: a campaign file, or a run that the ledger knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.cli.subject import subject_of
from kaverun.errors import Invalid, Refused
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from tests.ledger_rows import given_run

RUN_ID = "20261123T062155Z-8f2dc5"
SCOPE = Scope("nowruz", "once", "loopback")
CAMPAIGN = """\
version: 1
name: nowruz
recipients: [{phone: "09260000001"}]
message: سلام
sending: {concurrency: 7}
"""


@pytest.fixture
def of(tmp_path, monkeypatch):
    """The subject of an argument, in a folder with a campaign and a ledger of seven runs."""
    monkeypatch.chdir(tmp_path)
    Path("campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
    monkeypatch.setenv("KAVENEGAR_API_KEY", "a-key")
    store = SqliteStore.open(tmp_path / "ledger.db")
    for number in range(1, 8):
        given_run(store, SCOPE, f"2026112{number}T062155Z-8f2dc5")
    store.close()
    return lambda argument, base_url="http://127.0.0.1:9/v1", ledger="ledger.db": subject_of(
        Path(argument), base_url=base_url, ledger=ledger
    )


def test_a_campaign_file_says_how_it_is_asked(of):
    about = of("campaign.yaml")
    assert (about.scope, about.run, about.sending.concurrency, about.name) == (SCOPE, None, 7, "nowruz")


def test_the_id_of_a_run_leads_to_its_campaign(of):
    about = of(RUN_ID)
    assert (about.scope, about.run.run_id, about.name) == (SCOPE, RUN_ID, f"nowruz, run {RUN_ID}")


def test_a_file_that_looks_like_a_run_is_a_file(of):
    Path(RUN_ID).write_text(CAMPAIGN, encoding="utf-8")
    assert of(RUN_ID).run is None


def test_a_run_nobody_knows_is_refused_with_the_five_latest(of):
    with pytest.raises(Refused) as refusal:
        of("20300101T000000Z-000000")
    assert "knows no run 20300101T000000Z-000000; its latest are 20261127T062155Z-8f2dc5 (nowruz)" in str(refusal.value)
    assert str(refusal.value).count("nowruz") == 5
    with pytest.raises(Refused, match="knows none at all"):
        of(RUN_ID, ledger="none.db")


def test_a_run_is_asked_for_where_it_was_sent(of):
    with pytest.raises(Refused, match=r"sent to loopback, but --base-url leads to api\.kavenegar\.com"):
        of(RUN_ID, base_url="https://api.kavenegar.com/v1")


def test_what_is_neither_is_told_as_a_missing_file(of):
    with pytest.raises(Invalid):
        of("no-such-campaign.yaml")
