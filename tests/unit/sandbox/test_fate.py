from __future__ import annotations

from collections import Counter

from kaverun.sandbox.fate import Fates
from kaverun.sandbox.settings import SandboxSettings

NUMBERS = [f"0912{number:07d}" for number in range(4000)]


def fates(seed: int = 0, **settings: object) -> Fates:
    return Fates(SandboxSettings(**settings), seed)  # type: ignore[arg-type]


def test_everything_is_delivered_by_default() -> None:
    assert {fates().ending(number) for number in NUMBERS} == {None}


def test_shares_of_the_numbers_end_otherwise() -> None:
    found = fates(outcomes=((11, 0.1), (14, 0.05)))
    counts = Counter(found.ending(number) for number in NUMBERS)
    assert set(counts) == {None, 11, 14}
    assert 320 < counts[11] < 480
    assert 140 < counts[14] < 260


def test_the_same_number_and_seed_always_end_the_same() -> None:
    outcomes = ((11, 0.5),)
    first = [fates(7, outcomes=outcomes).ending(number) for number in NUMBERS]
    assert first == [fates(7, outcomes=outcomes).ending(number) for number in NUMBERS]
    assert first != [fates(8, outcomes=outcomes).ending(number) for number in NUMBERS]


def test_magic_goes_before_shares_and_can_be_off() -> None:
    everyone = ((11, 1.0),)
    assert fates(outcomes=everyone).ending("09090000014") == 14
    assert fates(outcomes=everyone, magic=False).ending("09090000014") == 11
    assert fates(magic=False).ending("09090000014") is None
