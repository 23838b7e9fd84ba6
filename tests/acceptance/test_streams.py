"""What a closed or full stream means for the exit code: a shell's redirections around the real command."""

from __future__ import annotations

import subprocess

import pytest

from tests.acceptance.conftest import COMMAND


@pytest.fixture
def shell(kaverun, campaign):
    """Runs `kaverun WORDS` with redirections in a shell; returns exit code and stderr."""
    campaign(rows=2)

    def run(line):
        ended = subprocess.run(
            ["bash", "-c", line.replace("KAVERUN", COMMAND)],
            cwd=kaverun.folder, env=kaverun.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert "bug" not in ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.returncode, ended.stderr

    return run


APPLY = "KAVERUN apply campaign.yaml --sandbox --yes"


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "<&- >&- 2>&-"])
def test_messages_that_went_out_and_a_report_that_cannot_be_shown_are_3(shell, redirection):
    code, err = shell(f"{APPLY} {redirection}")
    assert code == 3
    assert "2>&-" in redirection or "the result cannot be written to stdout" in err
    assert "2>&-" in redirection or "the report of the run is in" in err


def test_a_pipe_that_was_closed_early_is_3_too_and_a_lost_stderr_is_nothing(shell):
    assert shell(f"{APPLY} 2>/dev/full | true; exit ${{PIPESTATUS[0]}}")[0] == 3
    assert shell(f"{APPLY} 2>&-") == (0, "")


def test_a_command_that_sends_nothing_ends_with_1_where_its_result_is_lost(shell):
    code, err = shell("KAVERUN plan campaign.yaml >/dev/full")
    assert code == 1
    assert "error: the result cannot be written to stdout: No space left on device" in err
    assert shell("KAVERUN --help >/dev/full")[0] == 1


def test_a_question_without_stdin_is_answered_no(shell):
    code, err = shell("KAVERUN apply campaign.yaml --sandbox <&-")
    assert code == 1
    assert "nobody is at the terminal" in err
