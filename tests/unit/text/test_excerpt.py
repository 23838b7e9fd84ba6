from __future__ import annotations

import pytest

from kaverun.text.excerpt import excerpt, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("09121234567", "0912***4567"),
        ("call 09121234567 now", "call 0912***4567 now"),
        ("+98 912 123 4567", "9891***4567"),
        ("0098-912-123-4567", "0098***4567"),
        ("0912 123 4567", "0912***4567"),
        ("۰۹۱۲۱۲۳۴۵۶۷", "۰۹۱۲***۴۵۶۷"),
        ("9121234567", "9121***4567"),
        ("09121234567;09351234567", "0912***4567;0935***4567"),
        ("091212345678901", "0912***8901"),
    ],
)
def test_phone_numbers_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("text", ["10004346", "1404-12-29 10:00", "2026-03-20 10:00:00", "nowruz-1405", "50000000"])
def test_what_is_no_phone_number_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 100, '"' + "x" * 39 + '…"'),
        ("a\nb\x1b\u202e", '"a\\nb\\x1b\\u202e"'),
        ("می‌روم", '"می‌روم"'),
        (5, "5"),
        (0, "0"),
        (1, "1"),
        (True, "true"),
        (None, "nothing"),
        ([], "an empty list"),
        ([1], "a list"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping of keys"),
        (9121234567, "9121***4567"),
    ],
)
def test_a_value_is_shown_short_and_on_one_line(value: object, shown: str) -> None:
    assert excerpt(value) == shown
