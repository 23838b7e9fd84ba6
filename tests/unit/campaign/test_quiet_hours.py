from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kaverun.campaign.quiet_hours import QuietHours, quiet_hours
from kaverun.text.local_time import zone

TEHRAN = zone("Asia/Tehran")


def test_a_span_of_hours_is_read_and_printed_as_it_is_written() -> None:
    assert quiet_hours("22:00-08:00") == QuietHours(22 * 60, 8 * 60)
    assert str(quiet_hours("00:30-07:05")) == "00:30-07:05"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("22-8", "no span of hours"),
        ("22:00–08:00", "no span of hours"),
        ("22:00 - 08:00", "no span of hours"),
        ("۲۲:۰۰-۰۸:۰۰", "no span of hours"),
        ("8:00-22:00", "no span of hours"),
        ("22:00-08:00\n", "no span of hours"),
        ("25:00-08:00", "no span of hours"),
        ("22:00-24:00", "clocks show as 00:00"),
        ("22:00", "a single time"),
        ("08:00-08:00", "begins when it ends"),
        (1320, "no span of hours"),
        (True, "true is no span"),
        (["22:00", "08:00"], "a list is no span"),
    ],
)
def test_what_is_no_span_of_hours_gets_an_example(wrong: object, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        quiet_hours(wrong)
    assert "22:00-08:00" in str(caught.value)


@pytest.mark.parametrize(
    ("hours", "quiet", "loud"),
    [
        ("22:00-08:00", ["22:00", "23:59", "00:00", "07:59"], ["08:00", "12:00", "21:59"]),
        ("13:00-15:30", ["13:00", "15:29"], ["12:59", "15:30", "00:00"]),
        ("00:00-23:59", ["00:00", "23:58"], ["23:59"]),
    ],
)
def test_the_first_minute_belongs_to_them_and_the_last_does_not(hours: str, quiet: list[str], loud: list[str]) -> None:
    def covered(time: str) -> bool:
        return quiet_hours(hours).cover(datetime.fromisoformat(f"2026-03-20 {time}"))

    assert all(map(covered, quiet))
    assert not any(map(covered, loud))


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-20 22:00", "2026-03-21 08:00"),
        ("2026-03-20 23:59", "2026-03-21 08:00"),
        ("2026-03-21 00:00", "2026-03-21 08:00"),
        ("2026-03-21 07:59", "2026-03-21 08:00"),
        ("2026-03-21 08:00", None),
        ("2026-12-31 23:30", "2027-01-01 08:00"),
    ],
)
def test_they_end_in_the_morning_that_follows(now: str, end: str | None) -> None:
    found = quiet_hours("22:00-08:00").end_after(unix(now), TEHRAN)
    assert found == (unix(end) if end else None)


def test_they_follow_the_clocks_where_these_change() -> None:
    berlin = zone("Europe/Berlin")
    summer_begins = datetime(2026, 3, 28, 23, 0, tzinfo=berlin).timestamp()
    found = quiet_hours("22:00-08:00").end_after(summer_begins, berlin)
    assert found == datetime(2026, 3, 29, 8, 0, tzinfo=berlin).timestamp() == summer_begins + 8 * 3600


def test_whoever_waits_until_their_end_is_out_of_them_and_a_minute_earlier_is_not() -> None:
    start = datetime(2026, 3, 20, tzinfo=TEHRAN)
    for hours in map(quiet_hours, ("22:00-08:00", "13:10-13:20", "23:59-00:00", "00:01-00:00")):
        for minutes in range(0, 2 * 24 * 60, 7):
            now = (start + timedelta(minutes=minutes, seconds=31)).timestamp()
            end = hours.end_after(now, TEHRAN)
            if end is not None:
                assert now < end <= now + 24 * 3600
                assert hours.end_after(end, TEHRAN) is None
                assert hours.end_after(end - 60, TEHRAN) == end


def unix(local: str) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=TEHRAN).timestamp()
