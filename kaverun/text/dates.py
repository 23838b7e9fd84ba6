"""Dates in messages, Jalali and Gregorian: filters over date values and over the text of cells.

Conversion is persiantools', which agrees with a second source on every day of 1300 to 1500 (see the tests; others that
were looked at are wrong for whole years: traps.md *Dates*).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jinja2.runtime import Undefined

from kaverun.text.persian import latin_digits, persian_digits

#: Years that are read as Jalali and as Gregorian; all others are refused.
_JALALI_YEARS, _GREGORIAN_YEARS = range(1200, 1600), range(1800, 2200)

_invisible = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_written = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2}))"
    r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
).fullmatch
_year_last = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{4}", re.ASCII).fullmatch
_directive = re.compile(r"%(-?[A-Za-z%])|%")

_MONTHS = (
    *("", "January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def jalali(value: Any, format: str = "%Y/%m/%d") -> str:  # noqa: A002
    """A date in the Jalali calendar with Latin digits: 1404/12/29.

    `format` knows %Y %y %m %d, %-m and %-d without a leading zero, %B the month's and %A the weekday's Persian name.
    Raises ValueError with words for what is no date.
    """
    return _in_jalali(_date_of(value, "jalali"), format)


def jalali_words(value: Any, weekday: bool = False, year: bool = True) -> str:
    """A date as it is read aloud: ۲۹ اسفند ۱۴۰۴, with `weekday` جمعه ۲۹ اسفند ۱۴۰۴, without `year` ۲۹ اسفند.

    Raises ValueError with words for what is no date.
    """
    day = _date_of(value, "jalali_words")
    return persian_digits(_in_jalali(day, ("%A " if weekday else "") + "%-d %B" + (" %Y" if year else "")))


def gregorian(value: Any, format: str = "%Y-%m-%d") -> str:  # noqa: A002
    """A date in the Gregorian calendar: 2026-03-20. `format` as in `jalali`, its names in English.

    Raises ValueError with words for what is no date.
    """
    day = _date_of(value, "gregorian")
    names = {"B": _MONTHS[day.month], "A": _WEEKDAYS[day.weekday()]}
    return _formatted("gregorian", format, names | _numbers(day.year, day.month, day.day))


@lru_cache(maxsize=4096)
def _in_jalali(day: date, pattern: str) -> str:
    from persiantools.jdatetime import MONTH_NAMES_FA, WEEKDAY_NAMES_FA, JalaliDate

    shown: Any = JalaliDate(day)  # type: ignore[no-untyped-call]
    names = {"B": str(MONTH_NAMES_FA[shown.month]), "A": WEEKDAY_NAMES_FA[shown.weekday()]}
    return _formatted("jalali", pattern, names | _numbers(shown.year, shown.month, shown.day))


def _numbers(year: int, month: int, day: int) -> dict[str, str]:
    return {
        "Y": f"{year:04}", "y": f"{year % 100:02}", "m": f"{month:02}", "d": f"{day:02}",
        "-m": str(month), "-d": str(day), "%": "%",
    }  # fmt: skip


def _formatted(wanted_by: str, pattern: str, parts: Mapping[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        try:
            return parts[found[1]]
        except KeyError:
            known = " ".join(f"%{name}" for name in parts)
            raise ValueError(f"{wanted_by} does not know '{found[0]}' in a format; it knows {known}") from None

    return _directive.sub(part, pattern)


def _date_of(value: Any, wanted_by: str) -> date:
    """The date that a cell holds: a date value, or text with the year first, Jalali or Gregorian told by the year."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, Undefined):
        str(value)  # raises: a name without a value says so as soon as it is used
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return _date_in(_invisible.sub("", latin_digits(value)).strip(), wanted_by)
    raise ValueError(f"{wanted_by} needs a date, and its input is {'empty' if value is None else 'none'}")


@lru_cache(maxsize=4096)
def _date_in(text: str, wanted_by: str) -> date:
    found = _written(text)
    if not found:
        raise ValueError(f"{wanted_by} needs a date, and its input is {_fault(text)}")
    year, month, day = (int(part) for part in (found[1] or found[5], found[3] or found[6], found[4] or found[7]))
    if year in _JALALI_YEARS:
        return _from_jalali(year, month, day)
    if year not in _GREGORIAN_YEARS:
        raise ValueError(f"{wanted_by} needs a date, and its input has the year {year}: is it one?")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{year}-{month:02}-{day:02} does not exist in the Gregorian calendar") from None


def _fault(text: str) -> str:
    if not text:
        return "empty"
    return "none: write the year first, as in 1404/12/29" if _year_last(text) else "none"


def _from_jalali(year: int, month: int, day: int) -> date:
    from persiantools.jdatetime import JalaliDate  # 20 ms that a campaign without dates need not pay

    try:
        return JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    except ValueError:
        why = f": {year} is no leap year, its Esfand has 29 days" if (month, day) == (12, 30) else ""
        raise ValueError(f"{year}/{month:02}/{day:02} does not exist in the Jalali calendar{why}") from None
