"""When to look into an outbox."""

from __future__ import annotations

import pytest

from kaverun.reconcile.listing import RunTimes
from kaverun.reconcile.spans import Span, reach, spans_of

NOW = 1_700_000_000
HOUR, DAY = 3600, 86_400


def spans(*runs):
    return spans_of(runs, NOW)


def run(first, last=None, settled=None, date=None, found=False):
    return RunTimes(NOW + first, NOW + (first if last is None else last), settled and NOW + settled, date, found)


@pytest.mark.parametrize(
    ("times", "span"),
    [
        (run(-1000, -900, -890), Span(NOW - 1300, NOW - 590)),
        (run(-1000, -900), Span(NOW - 1300, NOW + 300)),
        (run(-9 * HOUR, -9 * HOUR), Span(NOW - 9 * HOUR - 300, NOW - 8 * HOUR + 300)),
        (run(-9 * HOUR, -9 * HOUR, -1), Span(NOW - 9 * HOUR - 300, NOW - 8 * HOUR + 300)),
        (run(-1000, -1000, -1000, found=True), Span(NOW - 1000 - 12 * HOUR, NOW - 700)),
    ],
    ids=["a run that ended", "an outcome is open", "long ago", "its outcome came late", "found at the provider"],
)
def test_a_run_is_looked_for_from_its_first_intent_until_its_messages_were_taken(times, span):
    assert spans(times) == ((span,), ())


def test_what_was_scheduled_is_looked_for_when_it_was_taken_and_when_it_goes_out():
    assert spans(run(-1000, -900, -890, date=NOW + DAY)).asked == (
        Span(NOW - 1300, NOW - 590),
        Span(NOW + DAY - 300, NOW + DAY + 300),
    )


def test_runs_that_follow_each_other_are_asked_for_together():
    assert spans(run(-400, -400, -390), run(-1000, -900, -890)).asked == (Span(NOW - 1300, NOW - 90),)


def test_no_span_is_longer_than_a_day_and_none_asks_for_a_second_twice():
    asked = spans(run(-2 * DAY, -10, -5)).asked
    assert [span.end - span.start for span in asked] == [DAY, DAY, 593]
    assert [span.start for span in asked[1:]] == [span.end + 1 for span in asked[:-1]]
    assert (asked[0].start, asked[-1].end) == (NOW - 2 * DAY - 300, NOW + 295)


def test_what_is_longer_ago_than_three_days_is_refused():
    found = spans(run(-4 * DAY, -2 * DAY, -2 * DAY + 5), run(-9 * DAY, -9 * DAY, -9 * DAY))
    assert found.asked[0].start == reach(NOW) == NOW - 3 * DAY + 300
    assert found.refused == (
        Span(NOW - 9 * DAY - 300, NOW - 9 * DAY + 300),
        Span(NOW - 4 * DAY - 300, reach(NOW) - 1),
    )


def test_no_run_means_no_question():
    assert spans() == ((), ())
