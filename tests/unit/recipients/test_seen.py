from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kaverun.recipients.seen import FirstSeen

NUMBERS = st.one_of(st.integers(0, 50), st.integers(0, 2**64 - 1), st.just(2**64 - 1))


@given(st.lists(NUMBERS, max_size=300))
def test_it_remembers_the_first_place_of_each_number(numbers: list[int]) -> None:
    seen, first = FirstSeen(), dict[int, int]()
    for row, number in enumerate(numbers, 1):
        entry = seen.meet(number, row, "m.csv", row + 1)
        if number in first:
            assert seen.place(entry) == (first[number], "m.csv", first[number] + 1)
        else:
            assert entry == 0
            first[number] = row
    assert len(seen) == len(first)
    assert list(seen.numbers()) == list(first)


def test_it_grows_and_still_finds_everything() -> None:
    seen = FirstSeen()
    for row in range(1, 5001):
        seen.meet(9_000_000_000 + row * 1024, row, "a.csv" if row <= 2000 else "b.csv", row)
    assert str(seen.place(seen.find(9_000_000_000 + 2000 * 1024))) == "row 2000 (a.csv:2000)"
    assert str(seen.place(seen.find(9_000_000_000 + 2001 * 1024))) == "row 2001 (b.csv:2001)"
    assert seen.find(1) == 0
