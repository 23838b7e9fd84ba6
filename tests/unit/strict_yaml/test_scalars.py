from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.strict_yaml.scalars import meaning


@pytest.mark.parametrize(
    "text",
    [
        *("09123456789", "01234567", "012345", "000123", "00", "-0", "+5", "+989123456789", "-0912"),
        *("1.10", "1.0", "2.", ".5", "1e3", "1.5e3", "0.00001", "-1.50", "12345678901234567.5"),
        *("10:30", "22:15", "09:30", "1:2:3", "0x10", "0o17", "0b1", "1_000", ".inf", "-.inf", ".nan"),
        *("on", "off", "yes", "no", "Yes", "NO", "y", "n", "tRue", "nULL"),
        *("1405-09-29", "1405-02-31", "2026-03-20 10:00", "1234567890123456789", "۱۲۳", "<<", "=", "سلام"),
    ],
)
def test_whatever_is_not_beyond_doubt_stays_text_as_written(text: str) -> None:
    assert meaning(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-5", -5),
        ("10004346", 10004346),
        ("123456789012345678", 123456789012345678),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_numbers_booleans_and_nothing_are_recognised(text: str, value: object) -> None:
    assert meaning(text) == value
    assert type(meaning(text)) is type(value)


@given(st.text(alphabet="0123456789.+-eE_:xo", max_size=25))
def test_a_number_always_prints_as_it_was_written(text: str) -> None:
    value = meaning(text)
    assert value is None or str(value) == text
