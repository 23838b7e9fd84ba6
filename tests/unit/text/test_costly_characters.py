"""What nobody sees in a text, and pays for, is found."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaverun.text.costly_characters import advice, any_suspect, costly

LATIN, PERSIAN = "a" * 100, "س" * 70


@pytest.mark.parametrize(
    "sign", list("\u200b\u200c\u200d\ufeff\u200f\u2069\u00a0\u202f\u2019\u201c\u2014\u2026\u00ad\t`")
)
def test_one_odd_character_makes_a_latin_text_dearer(sign: str) -> None:
    found = costly(f"{LATIN}{sign}{LATIN[:20]}")
    assert found is not None
    assert (found.signs, found.without.encoding, found.without.parts) == (sign, "gsm7", 1)


@pytest.mark.parametrize("sign", list("\u200b\ufeff\u200e\u202b\u2063\u00ad"))
def test_one_invisible_character_makes_70_persian_ones_two_parts(sign: str) -> None:
    found = costly(f"{PERSIAN[:30]}{sign}{PERSIAN[30:]}")
    assert found is not None
    assert (found.signs, found.end, found.without.parts) == (sign, "", 1)


@pytest.mark.parametrize("end", [" ", "\n", " \n", "\u00a0"])
@pytest.mark.parametrize("text", [PERSIAN, "a" * 160])
def test_white_space_at_the_end_can_be_spared(text: str, end: str) -> None:
    found = costly(text + end)
    assert found is not None
    assert (found.end, found.without.parts) == (end, 1)


@pytest.mark.parametrize(
    "text",
    [
        "", LATIN, PERSIAN, PERSIAN + "س",
        "می‌روم " * 20,
        "«" + PERSIAN[:66] + "»",
        PERSIAN[:60] + "\u200b",
        "a" * 60 + "👨‍👩‍👧" + "\u2019" * 9,
        "Ünïcödé ñ " * 9,
    ],
)  # fmt: skip
def test_what_is_meant_or_costs_nothing_is_left_alone(text: str) -> None:
    assert costly(text) is None


def test_an_odd_character_beside_one_that_keeps_the_text_from_latin_changes_nothing() -> None:
    assert costly("a" * 100 + "ж" + "\u2019") is None


def test_advice_names_what_to_write() -> None:
    assert [advice(sign) for sign in "\u200b\u00a0\u2019"] == [
        "delete it", "write a space in its place", "write ' in its place",
    ]  # fmt: skip


PIECES = st.sampled_from([LATIN, PERSIAN, "a", "س", "\u200b", "\u200c", "\u00ad", "\u2019", "«", "\t", " ", "\n", "😀"])


@given(st.lists(st.lists(PIECES, max_size=4).map("".join), max_size=4))
@example([PERSIAN, LATIN + "\u200c"])
def test_a_look_at_many_texts_at_once_misses_none(texts: list[str]) -> None:
    if any(map(costly, texts)):
        assert any_suspect(texts)


@pytest.mark.parametrize("texts", [[], [PERSIAN, LATIN], ["«می‌روم»", PERSIAN], ["\nس", "\ta\nس"]])
def test_nothing_is_suspect_in_texts_as_people_write_them(texts: list[str]) -> None:
    assert not any_suspect(texts)
