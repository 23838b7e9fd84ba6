"""With debugmode on the account a run is a rehearsal that leaves the real one as it was; unseen, it stops the run."""

from __future__ import annotations

import pytest
import requests

from .conftest import CAMPAIGN


def switch(bench, debugmode):
    url = f"{bench.sandbox.url}/key-of-the-bench/account/config.json"
    assert requests.get(url, params={"debugmode": debugmode}, timeout=5).ok


@pytest.mark.parametrize("deduplicate", [True, False])
def test_the_real_run_after_a_rehearsal_reaches_everyone(bench, deduplicate):
    bench = bench(people=30, deduplicate=deduplicate)
    switch(bench, "enabled")
    report, rows = bench.apply(allow_debugmode=True)
    assert (report.exit_code, report.counts.accepted) == (0, 30)
    assert {row["status"] for row in rows.values()} == {"13"}
    assert any("rehearsal" in note for note in report.notes)
    switch(bench, "disabled")
    real, _ = bench.apply()
    assert real.digest == report.digest
    assert (real.exit_code, real.counts.accepted) == (0, 30)
    assert bench.live() == dict.fromkeys(range(30), 1)


@pytest.mark.parametrize("deduplicate", [True, False])
def test_debugmode_that_nobody_saw_stops_the_run_and_the_next_sends_to_everyone(bench, deduplicate):
    bench = bench(people=30, deduplicate=deduplicate)
    switch(bench, "enabled")
    bench.sandbox.set_faults("error:code=404,method=account/config")
    report, rows = bench.apply()
    assert (report.status, report.exit_code, report.counts.not_sent) == ("stopped", 1, 30)
    assert {row["outcome"] for row in rows.values()} == {"not_sent"}
    assert "debugmode" in report.stop.words
    bench.sandbox.set_faults()
    switch(bench, "disabled")
    real, _ = bench.apply()
    assert (real.exit_code, real.counts.accepted) == (0, 30)
    assert bench.live() == dict.fromkeys(range(30), 1)


VOICE = CAMPAIGN.replace('senders: ["10004346"]\n', "channel: voice\n")
ONE_TEXT = CAMPAIGN.replace("{{ name }} سلام", "سلام به همه")


@pytest.mark.parametrize("campaign", [CAMPAIGN, ONE_TEXT, VOICE], ids=["a text each", "one text to all", "calls"])
def test_debugmode_that_only_a_look_up_shows_stops_the_run_too(bench, campaign):
    bench = bench(people=30, campaign=campaign, deduplicate=True)
    switch(bench, "enabled")
    lost = [f"drop-after:times=1,method={method}" for method in ("sms/sendarray", "sms/send", "call/maketts")]
    bench.sandbox.set_faults("error:code=404,method=account/config", *lost)
    report, _ = bench.apply()
    assert (report.status, report.counts.accepted, report.counts.not_sent) == ("stopped", 0, 30)
    assert "debugmode" in report.stop.words
    bench.sandbox.set_faults()
    switch(bench, "disabled")
    real, _ = bench.apply()
    assert (real.exit_code, real.counts.accepted) == (0, 30)
    assert bench.live() == dict.fromkeys(range(30), 1)
