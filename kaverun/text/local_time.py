"""Local date and time as people in Iran write them: Gregorian or Jalali, told apart by the year."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kaverun.text.excerpt import excerpt

_LATIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _of_any_keyboard(pattern: str) -> str:
    """A pattern in which `<0-5>` stands for these digits, Latin, Persian or Arabic-Indic."""
    return re.sub(
        "<(.*?)>", lambda found: f"[{found[1]}{found[1].translate(_PERSIAN)}{found[1].translate(_ARABIC)}]", pattern
    )


PATTERN = _of_any_keyboard(
    r"^(?:<1><34><0-9>{2}|<2><01><0-9>{2})([-/])(?:<0><1-9>|<1><0-2>)\1(?:<0><1-9>|<12><0-9>|<3><01>)"
    r"[ T](?:<01><0-9>|<2><0-3>):<0-5><0-9>(?::<0-5><0-9>)?$"
)
"""ECMA 262 and Python alike; which days a month has is not in it."""

_PARTS = re.compile(r"(\d{4})([-/])(\d{2})\2(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_ZONE = re.compile(r".*\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:Z|[+-]\d{2}:?\d{2})", re.ASCII)
_JALALI_YEARS = range(1300, 1500)
_GREGORIAN_YEARS = range(2000, 2200)
_IRAN = ("Asia/Tehran", "Iran")
_EXAMPLE = "write it as 2026-03-20 10:00, or in Jalali as 1404-12-29 10:00"


def local_time(value: object) -> datetime:
    """`YYYY-MM-DD HH:MM[:SS]` (or with / or T) as a Gregorian datetime without zone, in Latin or Persian digits.

    A year from 1300 to 1499 is Jalali, one from 2000 to 2199 Gregorian. Raises ValueError with words.
    """
    parts = _PARTS.fullmatch(value.translate(_LATIN)) if isinstance(value, str) else None
    if not parts:
        raise ValueError(_shape_words(value))
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.group(1, 3, 4, 5, 6, 7))
    try:
        return datetime(*_gregorian(year, month, day), hour, minute, second)
    except ValueError:
        raise ValueError(f"{excerpt(value)} does not exist {_calendar(year)}") from None


def _gregorian(year: int, month: int, day: int) -> tuple[int, int, int]:
    if year in _JALALI_YEARS:
        from persiantools.jdatetime import JalaliDate  # 20 ms that a Gregorian campaign need not pay

        date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
        return date.year, date.month, date.day
    if year in _GREGORIAN_YEARS:
        return year, month, day
    raise ValueError(year)


def _calendar(year: int) -> str:
    if year in _JALALI_YEARS:
        return f"in the Jalali calendar, in which a year such as {year} is read: mend day, month or hour"
    if year in _GREGORIAN_YEARS:
        return "in the calendar: mend day, month or hour"
    return "here: years from 2000 to 2199 are Gregorian, from 1300 to 1499 Jalali"


def _shape_words(value: object) -> str:
    if isinstance(value, str) and _ZONE.fullmatch(value.translate(_LATIN)):
        return f"{excerpt(value)} carries a time zone: write the local time only, and its zone in schedule.timezone"
    if isinstance(value, str) and not value.translate(_LATIN).isascii():
        return f"{excerpt(value)} holds more than digits, dashes or slashes and a colon: {_EXAMPLE}"
    return f"{excerpt(value)} is no date and time: {_EXAMPLE}"


def zone(name: str) -> ZoneInfo:
    """The time zone `name`; raises ValueError with words where there is none.

    A system whose data still has Iran's summer time (abolished in September 2022) is not believed:
    there the data of the `tzdata` package is taken.
    """
    try:
        found = ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{excerpt(name)} is no time zone{_nearest_zone(name)}: write it as Asia/Tehran") from None
    return found if name not in _IRAN or is_current(found) else _packaged_tehran()


def time_zone(value: object) -> str:
    """The name of a time zone that exists."""
    if not isinstance(value, str):
        raise ValueError(f"must be the name of a time zone such as Asia/Tehran, and is {excerpt(value)}")
    zone(value)
    return value


def is_current(tehran: ZoneInfo) -> bool:
    """Whether a zone knows that Iran has stayed at +03:30 since 2023."""
    return datetime(2023, 7, 1, tzinfo=tehran).utcoffset() == timedelta(hours=3, minutes=30)


def unix_time(local: datetime, where: ZoneInfo) -> int:
    """Unix seconds of a local time; of a time that a clock shows twice, the first.

    Raises ValueError with words for a time that is skipped when clocks go forward.
    """
    at = local.replace(tzinfo=where)
    if at.astimezone(UTC).astimezone(where).replace(tzinfo=None) != local:
        raise ValueError(f"{local:%Y-%m-%d %H:%M} does not exist in {where.key}: clocks skip it; choose another time")
    return int(at.timestamp())


def happens_twice(local: datetime, where: ZoneInfo) -> bool:
    """Whether clocks that go back show this time a second time."""
    first, second = (local.replace(tzinfo=where, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def _packaged_tehran() -> ZoneInfo:
    from importlib.resources import files

    source = files("tzdata.zoneinfo.Asia") / "Tehran"
    with source.open("rb") as data:
        return ZoneInfo.from_file(data, key="Asia/Tehran")


def _nearest_zone(name: str) -> str:
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    found = get_close_matches(name, available_timezones(), n=1, cutoff=0.6)
    return f" (did you mean {found[0]}?)" if found else ""
