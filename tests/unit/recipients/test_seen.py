from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.errors import Refused
from kaverun.recipients import seen as module
from kaverun.recipients.seen import FirstSeen, Met

NUMBERS = st.one_of(st.integers(-20, 20), st.integers(-(2**63), 2**63 - 1))


@given(st.lists(st.lists(NUMBERS, max_size=40), max_size=8))
def test_each_row_that_repeats_a_number_comes_with_the_first_that_had_it(blocks: list[list[int]]) -> None:
    seen, first, rows = FirstSeen(), dict[int, Met](), count(1)
    for numbers in blocks:
        block = [
            Met(number, row, f"{row % 2}.csv", row + 1, row % 3, row % 5) for number in numbers for row in [next(rows)]
        ]
        expected = [(first[row.identity], row) for row in block if first.setdefault(row.identity, row) is not row]
        assert seen.meet(block) == expected
    assert len(seen) == len(first)
    assert seen.find([*first, 2**40]) == first


def test_nothing_is_found_where_nothing_was_met() -> None:
    assert FirstSeen().find([1]) == {}
    assert FirstSeen().meet([]) == []


def test_what_does_not_fit_into_memory_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE", 40)
    seen = FirstSeen()
    for start in range(0, 20_000, 500):
        assert seen.meet([Met(row * 7919 % 20_011, row, "m.csv", row) for row in range(start + 1, start + 501)]) == []
    again = [Met(row * 7919 % 20_011, row + 20_000, "m.csv", row) for row in (1, 10_000, 20_000)]
    assert [first.place for first, _ in seen.meet(again)] == [
        "row 1 (m.csv:1)",
        "row 10000 (m.csv:10000)",
        "row 20000 (m.csv:20000)",
    ]


def test_a_disk_without_room_is_a_refusal_that_says_what_to_do(
    small_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CACHE", 40)
    seen = FirstSeen()
    rows = [Met(row, row, "m.csv", row) for row in range(20_000)]
    with pytest.raises(Refused, match=r"temporary files, .*, cannot be used \(.+\): make room there, or set TMPDIR"):
        seen.meet(rows)
