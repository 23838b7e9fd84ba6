from __future__ import annotations

import pytest

from kaverun.campaign.models import Schedule
from kaverun.campaign.schedule import due_time, send_time
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
