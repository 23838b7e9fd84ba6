from __future__ import annotations

import pytest

from kaverun.campaign.models import Schedule
from kaverun.campaign.schedule import due_time, quiet_at, send_time
from kaverun.errors import Refused

AT = 1773988200  # 2026-03-20 10:00 in Tehran


def schedule(**more: str) -> Schedule:
    return Schedule.model_validate({"at": "1404-12-29 10:00", **more})


def test_without_a_schedule_it_goes_out_at_once() -> None:
    assert send_time(None, now=5.0).date is None


def test_a_future_time_is_handed_to_the_provider() -> None:
    assert due_time(schedule()) == AT
    assert send_time(schedule(), now=AT - 1).date == AT


def test_a_time_is_read_in_its_zone() -> None:
    assert due_time(schedule(timezone="UTC")) == AT + 12600


def test_a_past_time_without_deadline_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match=r"2026-03-20 10:00 Asia/Tehran\) is 1h 30m ago: write a later time"):
        send_time(schedule(), now=AT + 5400)


def test_within_its_deadline_it_goes_out_at_once() -> None:
    assert send_time(schedule(deadline="2h"), now=AT + 7200).date is None


def test_past_its_deadline_it_is_refused() -> None:
    with pytest.raises(Refused, match=r"is 1d 1s ago, and schedule\.deadline allows 2h"):
        send_time(schedule(deadline="2h"), now=AT + 86401)


def test_the_moment_itself_is_past() -> None:
    with pytest.raises(Refused, match="is 0s ago"):
        send_time(schedule(), now=AT + 0.5)


QUIET = Schedule.model_validate({"quiet_hours": "22:00-08:00"})
TEN_AT_NIGHT = AT + 12 * 3600


def test_a_schedule_of_quiet_hours_alone_names_no_time() -> None:
    assert due_time(QUIET) is None
    assert due_time(None) is None
    assert send_time(QUIET, now=AT).date is None


def test_by_day_nothing_is_quiet() -> None:
    assert quiet_at(QUIET, now=TEN_AT_NIGHT - 1) is None
    assert quiet_at(schedule(), now=TEN_AT_NIGHT) is None
    assert quiet_at(None, now=TEN_AT_NIGHT) is None


def test_at_night_it_is_said_what_time_it_is_and_when_to_come_again() -> None:
    quiet = quiet_at(QUIET, now=TEN_AT_NIGHT + 3600)
    assert quiet is not None
    assert quiet.words == "it is 23:00 in Asia/Tehran, and in the quiet hours (22:00-08:00) nothing is sent"
    assert quiet.remedy == "apply again from 2026-03-21 08:00 on"


def test_a_deadline_that_ends_before_the_morning_is_told_as_well() -> None:
    late = schedule(at="2026-03-20 21:00", deadline="2h", quiet_hours="22:00-08:00")
    long = schedule(at="2026-03-20 21:00", deadline="12h", quiet_hours="22:00-08:00")
    told = [quiet_at(one, now=TEN_AT_NIGHT) for one in (late, long)]
    assert [quiet and quiet.remedy.endswith("because schedule.deadline has passed by then") for quiet in told] == [
        True,
        False,
    ]
