"""Another process waits for the batches it needs, and what it comes to is told here."""

from __future__ import annotations

import math
import os
import signal
from pathlib import Path

import pytest

from kaverun.errors import LedgerError, ReportError
from kaverun.report.beside import Beside

# Newer Pythons warn of forks beside threads, as pytest's workers have; the command has none when it forks.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.fixture
def diary(tmp_path):
    return tmp_path / "diary.txt"


def note(path, words):
    with path.open("a") as file:
        file.write(f"{words}\n")


def test_it_goes_on_with_a_batch_once_all_up_to_it_are_settled_and_gives_back_what_it_came_to(diary):
    def refresh(asked, wait):
        note(diary, f"asked at {asked}")
        for batch in (1, 2, 3, math.inf):
            note(diary, f"{batch} as {wait(batch)} is not")
        return [Path("a")]

    with Beside(refresh) as beside:
        beside.begin(300.0)
        beside.settled(2)
        beside.settled(4)
        assert beside.result() == [Path("a")]
    assert diary.read_text().split("\n") == [
        "asked at 300.0", "1 as 2 is not", "2 as 4 is not", "3 as 4 is not", "inf as inf is not", "",
    ]  # fmt: skip


def test_left_without_a_question_for_the_result_it_ends_where_it_waits(diary):
    def refresh(asked, wait):
        try:
            wait(1)
            note(diary, "first")
            wait(2)
        finally:
            note(diary, "cleaned up")
        note(diary, "written")
        return []

    with Beside(refresh) as beside:
        beside.begin(300.0)
        beside.settled(2)
    assert diary.read_text() == "first\ncleaned up\n"


def test_where_nothing_was_begun_nothing_is_done(diary):
    with Beside(lambda asked, wait: note(diary, "begun")):
        pass
    assert not diary.exists()


@pytest.mark.parametrize("error", [ReportError("the disk is full"), LedgerError("ledger x: locked"), KeyError("bug")])
def test_an_error_there_is_raised_here(error):
    def refresh(asked, wait):
        raise error

    with Beside(refresh) as beside:
        beside.begin(300.0)
        beside.settled(5)
        with pytest.raises(type(error)) as raised:
            beside.result()
    assert str(raised.value) == str(error)


def test_if_it_is_killed_that_is_said_and_control_c_does_not_reach_it():
    def refresh(asked, wait):
        os.kill(os.getpid(), signal.SIGINT)
        wait(7)
        os.kill(os.getpid(), signal.SIGKILL)

    with Beside(refresh) as beside:
        beside.begin(300.0)
        with pytest.raises(ReportError, match="was killed: ask again"):
            beside.result()
        beside.settled(9)
