"""Words for how far a command is."""

from __future__ import annotations

import pytest

from kaverun.cli.progress_text import Pace, counted, sending, span, told
from kaverun.run.executor import Progress

UNKNOWN = Pace(None, None, 0)


def test_a_count_without_a_pace_is_a_count():
    assert counted(1_200, "rows planned", UNKNOWN) == "1,200 rows planned"


def test_a_count_of_a_known_total_tells_rate_time_left_and_retries():
    pace = Pace(400.0, 5_200, 2)
    assert counted(1_200, "messages listed", pace) == "1,200 of 5,200 messages listed, 400/s, 10 s left, 2 retries"


def test_what_else_is_known_stands_behind_the_count():
    assert counted(500, "messages asked for", UNKNOWN, "498 cancelled") == "500 messages asked for, 498 cancelled"


def test_a_run_tells_accepted_rate_time_left_cost_and_retries():
    words = sending(Progress(450_000, 449_800, 150, 50, 44_980_000), Pace(98_234.2, 1_000_000, 1))
    fates = "449,800 accepted, 150 rejected, 50 unknown"
    assert words == f"45 % of 1,000,000: {fates}, 98,234/s, 6 s left, 44,980,000 Rial so far, 1 retry"


def test_a_run_where_all_goes_well_says_nothing_of_failures():
    words = sending(Progress(200, 200, 0, 0, 20_000), Pace(1_000.0, 1_000, 0))
    assert words == "20 % of 1,000: 200 accepted, 1,000/s, 1 s left, 20,000 Rial so far"


def test_nothing_is_left_of_what_is_done():
    assert "left" not in sending(Progress(200, 200, 0, 0, 0), Pace(10.0, 200, 0))
    assert sending(Progress(0, 0, 0, 0, 0), Pace(None, 0, 0)).startswith("0 % of 1: 0 accepted")


def test_a_slow_rate_has_a_decimal():
    assert ", 2.5/s, " in sending(Progress(10, 10, 0, 0, 0), Pace(2.5, 100, 0))


def test_a_step_that_counts_nothing_tells_of_retries_alone():
    assert told("checking the account", UNKNOWN) == "checking the account"
    assert told("checking the account", Pace(None, None, 3)) == "checking the account, 3 retries"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (300, "5 min"),
        (89 * 60, "89 min"),
        (90 * 60, "1 h 30 min"),
        (125 * 60, "2 h 5 min"),
    ],
)
def test_spans_are_told_in_the_unit_people_use(seconds, words):
    assert span(seconds) == words


@pytest.mark.parametrize(("done", "total", "words"), [(1, None, "1 row planned"), (0, 1, "0 of 1 row planned")])
def test_one_of_what_is_counted_is_no_plural(done, total, words):
    assert counted(done, "rows planned", Pace(None, total, 0)) == words
