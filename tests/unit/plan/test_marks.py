"""Marks are kept small, and given back as they came."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kaverun.plan.marks import Marks
from kaverun.plan.plan import LineTotals, Mark

TOTALS = st.builds(LineTotals, st.integers(0, 9), st.integers(0, 9), st.none() | st.integers(0, 2**60))


@st.composite
def growing(draw: st.DrawFn) -> list[Mark]:
    """Marks as a tally makes them: a line once seen stays in its place."""
    counts = sorted(draw(st.lists(st.integers(0, 3), max_size=6)))
    lines = [["3000", "", "4000"][:count] for count in counts]
    return [Mark(200 * n, tuple((line, draw(TOTALS)) for line in names)) for n, names in enumerate(lines, 1)]


@given(growing())
def test_marks_come_back_as_they_went_in_and_through_a_file(given_marks: list[Mark]) -> None:
    marks = Marks()
    for mark in given_marks:
        marks.append(mark)
    assert list(marks) == given_marks == list(Marks(**orjson.loads(orjson.dumps(marks.plain()))))
    assert (marks[-1:], marks[1:3]) == (given_marks[-1:], given_marks[1:3])
