"""A run that reaches the quiet hours stops before its next batch, and the run of the next morning goes on."""

from __future__ import annotations

from datetime import datetime

import pytest

from kaverun.text.local_time import zone

CAMPAIGN = """\
version: 1
name: nowruz
recipients: members.csv
senders: ["10004346"]
message: "{{ name }} سلام"
sending: {batch: 5, concurrency: 1}
schedule: {quiet_hours: "22:00-08:00"}
retry: {attempts: 3, initial: 10ms, max: 20ms, jitter: 1ms, read_timeout: 1s}
"""


@pytest.fixture
def evening(bench):
    """A bench at half past nine in the evening, and a function that sets its clock to another time."""
    made = bench(people=30, campaign=CAMPAIGN)

    def set_clock(time):
        made.sandbox.clock.set(datetime.fromisoformat(time).replace(tzinfo=zone("Asia/Tehran")).timestamp())

    set_clock("2027-01-15 21:30")
    return made, set_clock


def test_what_is_in_flight_is_finished_and_the_rest_goes_out_in_the_morning(evening):
    bench, set_clock = evening

    def until_ten(progress):
        set_clock("2027-01-15 22:00")

    report, rows = bench.apply(sent=until_ten)
    sent = sum(row["outcome"] == "accepted" for row in rows.values())
    assert 0 < sent < 30
    assert {row["outcome"] for row in rows.values()} == {"accepted", "not_sent"}
    assert (report.status, report.exit_code) == ("stopped", 3)
    assert "in the quiet hours (22:00-08:00) nothing is sent" in report.stop.words
    assert "apply again from 2027-01-16 08:00 on" in report.stop.words

    set_clock("2027-01-16 08:00")
    report, rows = bench.apply()
    assert (report.status, report.exit_code, report.counts.accepted) == ("completed", 0, 30 - sent)
    assert bench.received() == dict.fromkeys(range(30), 1)


def test_a_run_that_was_allowed_to_goes_on_into_the_night(evening):
    bench, set_clock = evening
    report, _ = bench.apply(sent=lambda progress: set_clock("2027-01-15 23:00"), lifted=frozenset({"quiet_hours"}))
    assert (report.status, report.counts.accepted) == ("completed", 30)


def test_a_yes_that_came_too_late_sends_nothing(evening):
    bench, set_clock = evening
    report, _ = bench.apply(approve=lambda plan: set_clock("2027-01-15 22:05"))
    assert (report.status, report.exit_code) == ("stopped", 1)
    assert not bench.received()
