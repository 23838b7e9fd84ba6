"""`kaverun cancel` through the installed command: taken back, sent anew, killed in between."""

from __future__ import annotations

import json
import signal
import time

import pytest

from kaverun.run.failpoints import NAMES_AFTER_CANCELLING, NAMES_OF_CANCELLING

LATER = "schedule: {at: 2040-01-01 10:00}\n"


def held(sandbox):
    """Every number's messages as (cancelled or live, localid, text), oldest first."""
    found = {}
    for message in sandbox.messages():
        word = "cancelled" if message["status"] == 13 else "live"
        found.setdefault(message["receptor"], []).append((word, message["localid"], message["text"]))
    return found


def words(sandbox):
    return {tuple(word for word, _, _ in messages) for messages in held(sandbox).values()}


def test_a_scheduled_campaign_is_cancelled_edited_and_sent_anew_once(kaverun, campaign, start_sandbox):
    sandbox = start_sandbox("--dialect", "live")
    at = ("--base-url", sandbox.url)
    path = campaign(rows=30, extra=LATER)
    assert kaverun("apply", path, "--yes", *at).code == 0
    ended = kaverun("cancel", path, "--yes", *at)
    assert ended.code == 0, ended.said
    assert "30  to go out 2040-01-01 10:00 Asia/Tehran" in ended.err
    assert "nowruz: 30 of 30 messages cancelled" in ended.out
    assert "refunded      3,600 Rial" in ended.out
    assert "sends cancelled messages again" in ended.out
    table = [line.split() for line in kaverun("status", path, *at).out.splitlines()[1:3]]
    assert table == [["accepted", "Cancelled"], ["all", "30", "30", "100.0%"]]

    path = campaign(rows=30, extra=LATER, text="{{ name }}، درود")
    assert "30 of them were cancelled earlier and are sent again" in kaverun("plan", path, *at).out
    assert kaverun("apply", path, "--yes", *at).code == 0
    again = kaverun("apply", path, "--yes", *at)
    assert (again.code, "nothing to send" in again.out) == (0, True)
    for messages in held(sandbox).values():
        (old, old_id, _), (new, new_id, text) = messages
        assert (old, new) == ("cancelled", "live")
        assert old_id != new_id
        assert "درود" in text
    assert len(held(sandbox)) == 30


def test_what_went_out_is_told_with_masked_numbers_and_the_exit_code_says_so(kaverun, campaign, start_sandbox):
    sandbox = start_sandbox("--dialect", "live")
    at = ("--base-url", sandbox.url)
    path = campaign(rows=3)
    kaverun("apply", path, "--yes", *at)
    path = campaign(rows=5, extra=LATER)
    kaverun("apply", path, "--yes", *at)
    ended = kaverun("cancel", path, "--yes", "--format", "json", *at)
    assert ended.code == 3, ended.said
    document = json.loads(ended.out)
    assert (document["messages"], document["cancelled"], document["refunded"]) == (5, 2, 240)
    assert sum(document["not_cancelled"].values()) == 3
    assert {one["phone"] for one in document["examples"]} == {f"0926***000{n}" for n in range(3)}
    assert "09260000" not in ended.said.replace("0926***", "")
    assert words(sandbox) == {("live",), ("cancelled",)}


def test_without_a_terminal_nothing_is_cancelled_before_a_yes(kaverun, campaign, sandbox):
    path = campaign(extra=LATER)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    ended = kaverun("cancel", path, "--base-url", sandbox.url)
    assert ended.code == 1
    assert "--yes" in ended.err
    assert words(sandbox) == {("live",)}


@pytest.mark.parametrize("name", NAMES_OF_CANCELLING)
def test_a_killed_cancellation_is_continued_and_nobody_gets_a_second_message(kaverun, campaign, sandbox, name):
    at = ("--base-url", sandbox.url)
    path = campaign(rows=600, extra=LATER)
    kaverun("apply", path, "--yes", *at)
    process = kaverun.start("cancel", path, "--yes", *at, KAVERUN_FAILPOINT=name)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert sandbox.counters()["cancelled"] == (0 if name in ("before-cancel-intent", "cancel-intended") else 500)

    known = 500 if name == "cancel-recorded" else 0
    assert f'"anew": {known}' in kaverun("plan", path, "--format", "json", *at).out
    ended = kaverun("cancel", path, "--yes", *at)
    assert ended.code == 0, ended.said
    assert f"{600 - known} of {600 - known} messages cancelled" in ended.out
    assert kaverun("apply", path, "--yes", *at).code == 0
    assert words(sandbox) == {("cancelled", "live")}
    assert len(held(sandbox)) == 600


@pytest.mark.parametrize("name", NAMES_AFTER_CANCELLING)
def test_apply_looks_up_what_nobody_heard_to_be_cancelled_and_sends_it_again_once(kaverun, campaign, sandbox, name):
    at = ("--base-url", sandbox.url)
    path = campaign(extra=LATER)
    kaverun("apply", path, "--yes", *at)
    kaverun.start("cancel", path, "--yes", *at, KAVERUN_FAILPOINT="cancel-answered").communicate(timeout=30)
    assert "perhaps cancelled" in kaverun("plan", path, *at).out
    kaverun.start("apply", path, "--yes", *at, KAVERUN_FAILPOINT=name).communicate(timeout=30)
    assert words(sandbox) == {("cancelled",)}
    for _ in range(2):
        assert kaverun("apply", path, "--yes", *at).code == 0
        assert words(sandbox) == {("cancelled", "live")}


def test_status_looks_up_what_nobody_heard_to_be_cancelled(kaverun, campaign, sandbox):
    at = ("--base-url", sandbox.url)
    path = campaign(extra=LATER)
    kaverun("apply", path, "--yes", *at)
    kaverun.start("cancel", path, "--yes", *at, KAVERUN_FAILPOINT="cancel-answered").communicate(timeout=30)
    ended = kaverun("status", path, *at)
    assert (ended.code, "5 were cancelled, 0 were not" in ended.err) == (0, True)
    assert '"anew": 5' in kaverun("plan", path, "--format", "json", *at).out


def test_an_interrupt_finishes_its_page_and_the_next_time_continues(kaverun, campaign, start_sandbox):
    sandbox = start_sandbox("--fault", "slow-after:seconds=0.7,method=sms/cancel")
    path = campaign(rows=1_100, extra=LATER)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    process = kaverun.start("cancel", path, "--yes", "--base-url", sandbox.url)
    deadline = time.monotonic() + 20
    while not sandbox.counters()["cancelled"]:
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "500 of 1,100 messages cancelled" in out
    assert "Run the same command again" in out
    assert sandbox.counters()["cancelled"] == 500
    ended = kaverun("cancel", path, "--yes", "--base-url", sandbox.url)
    assert (ended.code, sandbox.counters()["cancelled"]) == (0, 1_100)
