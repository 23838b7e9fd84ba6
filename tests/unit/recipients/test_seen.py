from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.recipients.seen import FirstSeen

NUMBERS = st.one_of(st.integers(0, 50), st.integers(0, 2**64 - 1), st.just(2**64 - 1))


@given(st.lists(NUMBERS, max_size=300))
def test_it_remembers_the_first_place_of_each_number(numbers: list[int]) -> None:
    seen, first = FirstSeen(wide=True), dict[int, int]()
    for row, number in enumerate(numbers, 1):
        entry = seen.meet(number, row, "m.csv", row + 1)
        if number in first:
            assert seen.place(entry) == (first[number], "m.csv", first[number] + 1)
        else:
            assert entry == 0
            first[number] = row
    assert len(seen) == len(first)
    assert list(seen.numbers()) == list(first)


@pytest.mark.parametrize("wide", [False, True])
def test_it_grows_and_still_finds_everything(wide: bool) -> None:
    seen = FirstSeen(wide=wide)
    for row in range(1, 70_001):
        assert seen.meet(row * 7, row, "a.csv" if row <= 2000 else "b.csv", row + 1) == 0
    places = {row: str(seen.place(seen.find(row * 7))) for row in (1, 2000, 2001, 65_536, 65_537, 70_000)}
    assert places == {
        1: "row 1 (a.csv:2)",
        2000: "row 2000 (a.csv:2001)",
        2001: "row 2001 (b.csv:2002)",
        65_536: "row 65536 (b.csv:65537)",
        65_537: "row 65537 (b.csv:65538)",
        70_000: "row 70000 (b.csv:70001)",
    }
    assert seen.meet(7, 70_001, "b.csv", 1) == 1
    assert seen.find(1) == 0


@pytest.mark.parametrize("wide", [False, True])
def test_numbers_that_look_alike_in_memory_are_told_apart_on_disk(wide: bool) -> None:
    step = 4093 << 16  # numbers so far apart have the same group and the same 16 bits
    numbers = [first + step * times for times in range(16) for first in range(0, 4093 * 50, 4093)]
    seen = FirstSeen(wide=wide)
    for row, number in enumerate(numbers, 1):
        assert seen.find(number) == 0
        assert seen.meet(number, row, "m.csv", row + 1) == 0
    assert [seen.meet(number, 900, "m.csv", 901) for number in numbers] == list(range(1, len(numbers) + 1))
    assert str(seen.place(seen.find(numbers[-1]))) == f"row {len(numbers)} (m.csv:{len(numbers) + 1})"
    assert list(seen.numbers()) == numbers
