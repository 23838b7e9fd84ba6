"""Nothing is sent before somebody or something has said yes to exactly this plan."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pexpect
import pytest

DIGEST = re.compile(r"digest ([0-9a-f]{32})")


@pytest.fixture
def at_terminal(kaverun):
    """Starts kaverun in a pseudo-terminal; ended with the test."""
    children = []

    def start(*arguments):
        command = str(Path(sys.executable).with_name("kaverun"))
        child = pexpect.spawn(
            command,
            [str(a) for a in arguments],
            cwd=kaverun.folder,
            env=kaverun.environment,
            encoding="utf-8",
            timeout=30,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.close(force=True)


def finished(child):
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_without_a_terminal_apply_wants_a_yes(kaverun, campaign, sandbox):
    ended = kaverun("apply", campaign(), "--base-url", sandbox.url)
    assert ended.code == 1
    assert "--yes" in ended.err
    assert "--expect" in ended.err
    assert not sandbox.messages()


@pytest.mark.parametrize(("answer", "code", "sent"), [("y", 0, 5), ("n", 1, 0), ("", 1, 0)])
def test_on_a_terminal_the_plan_is_shown_and_a_person_asked(at_terminal, campaign, sandbox, answer, code, sent):
    child = at_terminal("apply", campaign(), "--base-url", sandbox.url)
    child.expect("to send +5")
    child.expect(r"Send 5 messages now\? \[y/N\]:")
    child.sendline(answer)
    assert finished(child) == code
    assert len(sandbox.messages()) == sent


def test_an_interrupt_at_the_question_sends_nothing(at_terminal, campaign, sandbox):
    child = at_terminal("apply", campaign(), "--base-url", sandbox.url)
    child.expect(r"\[y/N\]:")
    # Python may not see a signal that comes in the moment between printing a prompt and reading the answer.
    while child.sendintr() or child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=3):
        pass
    assert finished(child) == 130
    assert not sandbox.messages()


@pytest.mark.parametrize(("answer", "code", "cancelled"), [("y", 0, 5), ("n", 1, 0)])
def test_a_cancellation_is_shown_and_asked_for_too(at_terminal, kaverun, campaign, sandbox, answer, code, cancelled):
    path = campaign(extra="schedule: {at: 2040-01-01 10:00}\n")
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    child = at_terminal("cancel", path, "--base-url", sandbox.url)
    child.expect(r"5 +to go out 2040-01-01 10:00")
    child.expect(r"Cancel 5 messages now\? \[y/N\]:")
    child.sendline(answer)
    assert finished(child) == code
    assert sandbox.counters()["cancelled"] == cancelled


def test_an_apply_asks_whether_to_send_anew_what_was_cancelled(at_terminal, kaverun, campaign, sandbox):
    path = campaign(extra="schedule: {at: 2040-01-01 10:00}\n")
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    kaverun("cancel", path, "--yes", "--base-url", sandbox.url)
    child = at_terminal("apply", path, "--base-url", sandbox.url)
    child.expect(r"Send 5 messages now, 5 of them again after they were cancelled\? \[y/N\]:")
    child.sendline("n")
    assert finished(child) == 1
    assert len(sandbox.messages()) == 5


def test_expect_sends_exactly_the_plan_that_was_reviewed_or_nothing(kaverun, campaign, sandbox):
    path = campaign()
    digest = DIGEST.search(kaverun("plan", path).out).group(1)
    changed = campaign(text="{{ name }}، درود")
    refused = kaverun("apply", changed, "--expect", digest, "--base-url", sandbox.url)
    assert refused.code == 1
    assert "not the expected" in refused.err
    assert not sandbox.messages()
    ended = kaverun("apply", campaign(), "--expect", digest, "--base-url", sandbox.url)
    assert ended.code == 0, ended.err
    assert len(sandbox.messages()) == 5


def test_a_run_that_was_cut_off_continues_under_the_digest_it_was_approved_with(kaverun, campaign, start_sandbox):
    sandbox = start_sandbox("--fault", "error:code=418,every=2,times=1")
    path = campaign(rows=30, extra="sending: {batch: 10, concurrency: 1}\n")
    digest = DIGEST.search(kaverun("plan", path).out).group(1)
    codes = [kaverun("apply", path, "--expect", digest, "--base-url", sandbox.url).code for _ in range(2)]
    assert codes == [3, 0]
    assert len(sandbox.messages()) == 30


def test_nothing_to_send_needs_no_yes(kaverun, campaign, sandbox):
    path = campaign()
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    ended = kaverun("apply", path, "--base-url", sandbox.url)
    assert ended.code == 0
    assert "nothing to send" in ended.out


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("{recipients: 4}", "limits.recipients: 5 messages to send, more than the limit of 4"),
        ("{cost: 500}", "limits.cost: the cost is unknown"),
    ],
)
def test_a_limit_refuses_after_the_plan_was_shown(kaverun, campaign, sandbox, limit, words):
    path = campaign(extra=f"limits: {limit}\n")
    for command in (["plan", path], ["apply", path, "--yes", "--base-url", sandbox.url]):
        ended = kaverun(*command)
        assert ended.code == 1
        assert words in ended.err
        assert re.search(r"to send +5", ended.said)
    assert not sandbox.messages()


def test_a_time_to_come_is_handed_to_the_provider(kaverun, campaign, sandbox):
    path = campaign(extra="schedule: {at: 2040-01-01 10:00}\n")
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    assert {(message["date"], message["status"]) for message in sandbox.messages()} == {(2209012200, 2)}
    assert kaverun.reports("nowruz")[0][0]["scheduled_for"] == "2040-01-01T06:30:00.000+00:00"


def test_a_time_that_has_passed_is_refused_and_nothing_sent(kaverun, campaign, sandbox):
    path = campaign(extra="schedule: {at: 1403-12-29 10:00}\n")
    ended = kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    assert ended.code == 1
    assert "schedule.at" in ended.err
    assert "ago" in ended.err
    assert not sandbox.messages()
    assert kaverun("validate", path).code == 0


def test_a_sent_campaign_whose_time_has_passed_has_nothing_left_to_do(kaverun, campaign, sandbox):
    path = campaign()
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    path = campaign(extra="schedule: {at: 2025-01-01 10:00}\n")
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
