from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from persiantools.jdatetime import JalaliDate

from kaverun.text import local_time as module
from kaverun.text.local_time import happens_twice, is_current, local_time, unix_time, zone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-20 10:00", datetime(2026, 3, 20, 10)),
        ("2026-03-20T10:00:05", datetime(2026, 3, 20, 10, 0, 5)),
        ("1404-12-29 10:00", datetime(2026, 3, 20, 10)),
        ("1405-01-01 00:00", datetime(2026, 3, 21)),
        ("1405-02-31 08:00", datetime(2026, 5, 21, 8)),
        ("1403-12-30 23:59", datetime(2025, 3, 20, 23, 59)),
        ("1300-01-01 00:00", datetime(1921, 3, 21)),
    ],
)
def test_a_local_time_is_gregorian_or_jalali_by_its_year(text: str, expected: datetime) -> None:
    assert local_time(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1404-12-30 10:00", "Jalali"),
        ("1405-07-31 10:00", "Jalali"),
        ("2026-02-30 10:00", "does not exist in the calendar"),
        ("2026-03-20 24:00", "does not exist"),
        ("1999-01-01 10:00", "years from 2000 to 2199"),
        ("1500-01-01 10:00", "years from 2000 to 2199"),
    ],
)
def test_a_time_that_is_in_no_calendar_says_which_one_was_read(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        local_time(text)


@pytest.mark.parametrize(
    "wrong",
    [
        "1405-09-29",
        "10:30",
        "2026-3-2 10:00",
        "2026/03-20 10:00",
        "2026.03.20 10:00",
        "2026-03-20 9:30",
        "tomorrow",
        "",
        1766242800,
        None,
        [],
        True,
    ],
)
def test_what_is_no_date_and_time_gets_an_example(wrong: object) -> None:
    with pytest.raises(ValueError, match="2026-03-20 10:00"):
        local_time(wrong)


@pytest.mark.parametrize("text", ["2026-03-20T10:00Z", "2026-03-20T10:00:00+03:30", "2026-03-20 10:00 +0330"])
def test_a_zone_in_the_time_is_told_where_it_belongs(text: str) -> None:
    with pytest.raises(ValueError, match=r"schedule\.timezone"):
        local_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "۱۴۰۴/۱۲/۲۹ ۱۰:۰۰",
        "1404/12/29 10:00",
        "١٤٠٤-١٢-٢٩ ١٠:٠٠",
        "۱۴۰۴-12-29T10:00",
        "2026/03/20 10:00",
        "۲۰۲۶/۰۳/۲۰ ۱۰:۰۰:۰۰",
    ],
)
def test_digits_and_slashes_are_those_of_any_keyboard(text: str) -> None:
    assert local_time(text) == datetime(2026, 3, 20, 10)
    assert re.match(module.PATTERN, text)


def test_what_is_more_than_digits_is_told() -> None:
    with pytest.raises(ValueError, match="more than digits"):
        local_time("۲۹ اسفند ۱۴۰۴ ۱۰:۰۰")


def test_jalali_years_begin_where_a_second_source_says() -> None:
    # Nowruz by the calendar centre of the University of Tehran; leap years of the 33-year cycle.
    nowruz = {1399: (2020, 3, 20), 1400: (2021, 3, 21), 1403: (2024, 3, 20), 1404: (2025, 3, 21), 1408: (2029, 3, 20)}
    for year, (gregorian, month, day) in nowruz.items():
        assert local_time(f"{year}-01-01 00:00") == datetime(gregorian, month, day)


def test_every_jalali_day_is_followed_by_the_next_gregorian_one() -> None:
    day = date(1921, 3, 21)
    for year in range(1300, 1500):
        first = JalaliDate(year, 1, 1).to_gregorian()  # type: ignore[no-untyped-call]
        assert first == day
        day += timedelta(days=366 if JalaliDate.is_leap(year) else 365)


def test_tehran_has_had_no_summer_time_since_2023() -> None:
    tehran = zone("Asia/Tehran")
    assert is_current(tehran)
    assert unix_time(datetime(2026, 7, 1, 12), tehran) == 1782894600


def test_stale_data_of_the_system_is_replaced_by_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ZoneInfo

    class Stale:
        from_file = real.from_file

        def __new__(cls, name: str) -> ZoneInfo:  # type: ignore[misc]
            return real("Asia/Kabul")

    monkeypatch.setattr(module, "ZoneInfo", Stale)
    assert is_current(zone("Asia/Tehran"))
    assert zone("Asia/Tehran").key == "Asia/Tehran"
    assert not is_current(zone("Asia/Dubai"))


@pytest.mark.parametrize("name", ["Asia/Teheran", "Tehran", "", "../etc/passwd", "/etc/passwd", "Asia", "a\x00b"])
def test_a_time_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zone(name)


def test_a_misspelt_zone_names_its_nearest_neighbour() -> None:
    with pytest.raises(ValueError, match=r"did you mean Asia/Tehran\?"):
        zone("Asia/Teheran")


def test_a_time_that_clocks_skip_is_refused() -> None:
    with pytest.raises(ValueError, match="clocks skip it"):
        unix_time(datetime(2026, 3, 29, 2, 30), zone("Europe/Berlin"))


def test_of_a_time_that_happens_twice_the_first_is_meant() -> None:
    berlin, at = zone("Europe/Berlin"), datetime(2026, 10, 25, 2, 30)
    assert happens_twice(at, berlin)
    assert not happens_twice(datetime(2026, 10, 25, 4, 30), berlin)
    assert not happens_twice(datetime(2026, 3, 29, 2, 30), berlin)
    assert unix_time(at, berlin) == 1792888200
