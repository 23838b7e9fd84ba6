"""Dates are read and written as people in Iran do, and every day agrees with a second source."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kaverun.text.dates import gregorian, jalali, jalali_words

CALENDAR = Path(__file__).parents[2] / "data/calendar"
RECORDED = CALENDAR / "nowruz-by-icu.txt"


def days_by_icu() -> Iterator[tuple[date, tuple[int, int, int]]]:
    """Every day from 1300 to 1500 as ICU counts them: Gregorian, Jalali."""
    lines = [line.split() for line in RECORDED.read_text().splitlines()]
    for (year, nowruz, _), (_, _, lengths) in pairwise(lines):
        day = date.fromisoformat(nowruz)
        for month, length in enumerate(lengths.split(","), 1):
            for of_month in range(1, int(length) + 1):
                yield day, (int(year), month, of_month)
                day += timedelta(1)


def test_every_day_from_1300_to_1500_is_the_one_icu_has_in_both_directions() -> None:
    count = 0
    for day, (year, month, of_month) in days_by_icu():
        written = f"{year}/{month:02}/{of_month:02}"
        assert jalali(day) == written
        assert gregorian(written) == day.isoformat()
        count += 1
    assert count == 73_414


def test_what_was_recorded_is_what_icu_says_today() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node, which brings ICU along, is not installed")
    said = subprocess.run([node, CALENDAR / "icu.mjs"], capture_output=True, text=True, check=True).stdout
    assert said == RECORDED.read_text()


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 3, 20), datetime(2026, 3, 20, 23, 59), "2026-03-20", "2026/3/20", "20260320", 20260320,
        "1404/12/29", "1404-12-29", "1404.12.29", "14041229", 14041229, "۱۴۰۴/۱۲/۲۹", "١٤٠٤/١٢/٢٩",
        " 1404/12/29 ", "\u200f1404/12/29\u200e", "1404-12-29 10:00", "2026-03-20T10:00:00.5+03:30",
    ],
)  # fmt: skip
def test_a_date_is_taken_in_every_form_lists_have_it_in(value: object) -> None:
    assert jalali(value) == "1404/12/29"
    assert gregorian(value) == "2026-03-20"
    assert jalali_words(value) == "۲۹ اسفند ۱۴۰۴"


def test_a_date_in_words_has_its_weekday_or_leaves_out_its_year() -> None:
    assert jalali_words("1404/12/29", weekday=True) == "جمعه ۲۹ اسفند ۱۴۰۴"
    assert jalali_words("1405/01/01", weekday=True, year=False) == "شنبه ۱ فروردین"


def test_a_format_has_its_own_directives() -> None:
    assert jalali("1405/07/05", "%-d %B %y، %A، %m/%-m 100%%") == "5 مهر 05، یکشنبه، 07/7 100%"
    assert gregorian("1405/07/05", "%A %-d %B %Y") == "Sunday 27 September 2026"


@pytest.mark.parametrize("format_", ["%q", "%", "%-Y", "100%"])
@pytest.mark.parametrize("filter_", [jalali, gregorian])
def test_an_unknown_directive_is_told_with_the_known_ones(filter_: Callable[..., str], format_: str) -> None:
    with pytest.raises(ValueError, match="in a format; it knows %B %A %Y"):
        filter_("1404/12/29", format_)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (
            "1404/12/30",
            "1404/12/30 does not exist in the Jalali calendar: 1404 is no leap year, its Esfand has 29 days",
        ),
        ("1404/07/31", "1404/07/31 does not exist in the Jalali calendar"),
        ("1404/13/01", "1404/13/01 does not exist in the Jalali calendar"),
        ("2026-02-29", "2026-02-29 does not exist in the Gregorian calendar"),
        ("29/12/1404", "its input is none: write the year first, as in 1404/12/29"),
        ("03/20/2026", "write the year first"),
        ("04/12/29", "its input is none"),
        ("1404/12-29", "its input is none"),
        ("1700/01/01", "has the year 1700"),
        ("tomorrow", "its input is none"),
        ("", "its input is empty"),
        ("  ", "its input is empty"),
        (None, "its input is empty"),
        (True, "its input is none"),
        (1404.5, "its input is none"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("(", r"\(")) as raised:
        gregorian(value)
    assert reason in str(raised.value)


def test_30_esfand_is_a_day_in_a_leap_year() -> None:
    assert gregorian("1403/12/30") == "2025-03-20"
