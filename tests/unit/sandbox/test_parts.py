from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.sandbox.parts import size

WIDE_LATIN = "^{}\\[]~|€\f"


def packed(text: str, width: dict[str, int], single: int, several: int) -> int:
    """The slow and obvious way: put one character after another into parts."""
    widths = [width.get(letter, 1) for letter in text]
    if sum(widths) <= single:
        return 1 if text else 0
    parts, used = 1, 0
    for wide in widths:
        if used + wide > several:
            parts, used = parts + 1, 0
        used += wide
    return parts


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "gsm7", 0, 0),
        ("a", "gsm7", 1, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("a" * 159 + "€", "gsm7", 161, 2),
        ("س" * 70, "ucs2", 70, 1),
        ("س" * 71, "ucs2", 71, 2),
        ("س" * 134, "ucs2", 134, 2),
        ("س" * 135, "ucs2", 135, 3),
        ("😀" * 35, "ucs2", 70, 1),
        ("می\u200cروم", "ucs2", 6, 1),
        ("`", "ucs2", 1, 1),
        ("é\r\n", "gsm7", 3, 1),
    ],
)
def test_parts_at_the_boundaries(text: str, encoding: str, units: int, parts: int) -> None:
    assert size(text) == (encoding, units, parts)


def test_an_escape_pair_never_straddles_two_parts() -> None:
    # 152 letters, then a pair: it does not fit into the last septet of the first part.
    assert size("a" * 152 + "€" + "a" * 152).parts == 3
    assert size("a" * 151 + "€" + "a" * 153).parts == 2


def test_a_surrogate_pair_never_straddles_two_parts() -> None:
    assert size("س" * 66 + "😀" + "س" * 66).parts == 3
    assert size("س" * 65 + "😀" + "س" * 67).parts == 2


@given(st.text(alphabet="ab€{", max_size=700))
def test_latin_texts_are_packed_as_by_hand(text: str) -> None:
    assert size(text).parts == packed(text, dict.fromkeys(WIDE_LATIN, 2), 160, 153)


@given(st.text(alphabet="سب😀", max_size=300))
def test_persian_texts_are_packed_as_by_hand(text: str) -> None:
    assert size(text).parts == packed(text, {"😀": 2}, 70, 67)
