from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kaverun.text.parts import GSM_ALPHABET, GSM_EXTENSION, Measure, measure, measure_all


def packed(text: str) -> Measure:
    """A packer by the letter of the standard: character after character, a new part where one does not fit."""
    gsm = all(char in GSM_ALPHABET or char in GSM_EXTENSION for char in text)
    costs = [(2 if char in GSM_EXTENSION else 1) if gsm else (2 if ord(char) > 0xFFFF else 1) for char in text]
    single, several = (160, 153) if gsm else (70, 67)
    if sum(costs) <= single:
        return Measure("gsm7" if gsm else "ucs2", sum(costs), 1 if text else 0)
    parts, room = 1, several
    for cost in costs:
        if cost > room:
            parts, room = parts + 1, several
        room -= cost
    return Measure("gsm7" if gsm else "ucs2", sum(costs), parts)


BORDERS = [1, 66, 67, 68, 69, 70, 71, 133, 134, 135, 152, 153, 154, 159, 160, 161, 201, 202, 305, 306, 307, 459, 460]


@pytest.mark.parametrize("length", BORDERS)
@pytest.mark.parametrize(("plain", "double"), [("a", "€"), ("س", "😀"), ("é", "["), ("ç", "𐎠")])
def test_parts_at_their_borders_are_those_of_a_packer(length: int, plain: str, double: str) -> None:
    for place in range(0, length, max(1, length // 12)):
        for text in (plain * length, plain * place + double + plain * (length - place), double * length):
            assert measure(text) == packed(text)
    for shift in range(4):
        assert measure(plain * (length - 1) + double + plain * shift) == packed(
            plain * (length - 1) + double + plain * shift
        )


GSM = st.text(alphabet=GSM_ALPHABET + GSM_EXTENSION * 4, min_size=140, max_size=480)
PERSIAN = st.text(alphabet="سلامی ۱۲3a\u200c\n😀👍🏼𐎠", min_size=60, max_size=280)


@settings(max_examples=300)
@given(st.one_of(GSM, PERSIAN, st.text(max_size=300)))
@example("a" * 152 + "€" + "a" * 153)
@example("س" * 66 + "😀" + "س" * 66)
@example("😀" * 35)
@example("😀" * 36)
@example("\ud83d" * 71)
@example("😀" + "س" * 65 + "\udc00" + "س" * 66)
@example("\ud83d" * 66 + "\ud83d" + "س" * 10)
def test_parts_of_any_text_are_those_of_a_packer(text: str) -> None:
    assert measure(text) == packed(text)


def test_an_escape_pair_does_not_straddle_two_parts() -> None:
    assert measure("a" * 152 + "€" + "a" * 152) == ("gsm7", 306, 3)


def test_a_surrogate_pair_does_not_straddle_two_parts() -> None:
    assert measure("س" * 66 + "😀" + "س" * 66) == ("ucs2", 134, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("gsm7", 0, 0)),
        ("a" * 160, ("gsm7", 160, 1)),
        ("a" * 161, ("gsm7", 161, 2)),
        ("س" * 70, ("ucs2", 70, 1)),
        ("س" * 71, ("ucs2", 71, 2)),
        ("€" * 80, ("gsm7", 160, 1)),
        ("a\u200cb", ("ucs2", 3, 1)),
        ("line\nline\r\n", ("gsm7", 11, 1)),
        ("\x1b", ("ucs2", 1, 1)),
        ("`", ("ucs2", 1, 1)),
        ("ç", ("ucs2", 1, 1)),
        ("Ç", ("gsm7", 1, 1)),
        ("\t", ("ucs2", 1, 1)),
        ("\f", ("gsm7", 2, 1)),
        ("😀", ("ucs2", 2, 1)),
    ],
)
def test_known_texts_have_their_known_measure(text: str, expected: tuple[str, int, int]) -> None:
    assert measure(text) == expected


def test_the_alphabet_is_the_standards() -> None:
    assert len(GSM_ALPHABET) == len(set(GSM_ALPHABET)) == 127
    assert len(set(GSM_EXTENSION)) == 10


@given(st.lists(st.text(alphabet="aé€س😀\ud800\udc00", max_size=90), max_size=5))
def test_many_texts_are_measured_as_each_of_them(texts: list[str]) -> None:
    assert measure_all(texts) == [measure(text) for text in texts]
