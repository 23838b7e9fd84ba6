"""When a campaign goes out: at once, at a time handed to the provider, or not any more."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kaverun.campaign.models import Schedule
from kaverun.errors import Refused
from kaverun.text.local_time import unix_time, zone


class SendTime(NamedTuple):
    """`date` as the API takes it: unix seconds, UTC; None to send at once."""

    date: int | None


NOW = SendTime(None)
# What a campaign without a recurring schedule has: one intended sending.
OCCURRENCE = "once"


def due_time(schedule: Schedule | None) -> int | None:
    """Unix seconds of `schedule.at`; None where the campaign names no time."""
    if schedule is None or schedule.at is None:
        return None
    return unix_time(schedule.at, zone(schedule.timezone))


def send_time(schedule: Schedule | None, now: float) -> SendTime:
    """What a schedule means at `now` (unix seconds); raises Refused when it is too late to send."""
    at = due_time(schedule)
    if schedule is None or at is None:
        return NOW
    if at > now:
        return SendTime(at)
    if schedule.deadline is not None and now <= at + schedule.deadline:
        return NOW
    raise Refused(_too_late(schedule, now - at))


class Quiet(NamedTuple):
    """That it is quiet now, in words, and what to do."""

    words: str
    remedy: str


def quiet_at(schedule: Schedule | None, now: float) -> Quiet | None:
    """Whether `now` (unix seconds) lies in the quiet hours, in which nothing goes out at once."""
    if schedule is None or schedule.quiet_hours is None:
        return None
    where = zone(schedule.timezone)
    until = schedule.quiet_hours.end_after(now, where)
    if until is None:
        return None
    time, end = (datetime.fromtimestamp(seconds, where) for seconds in (now, until))
    words = (
        f"it is {time:%H:%M} in {schedule.timezone}, and in the quiet hours ({schedule.quiet_hours}) nothing is sent"
    )
    return Quiet(words, f"apply again from {_shown(end)} on{_missed(schedule, until)}")


def _missed(schedule: Schedule, until: float) -> str:
    at = due_time(schedule)
    if at is None or schedule.deadline is None or until <= at + schedule.deadline:
        return ""
    return ", with a later schedule.at because schedule.deadline has passed by then"


def _too_late(schedule: Schedule, late: float) -> str:
    assert schedule.at is not None
    shown = f"schedule.at ({_shown(schedule.at)} {schedule.timezone}) is {_span(late)} ago"
    if schedule.deadline is None:
        return f"{shown}: write a later time, or a schedule.deadline within which sending late is right"
    return f"{shown}, and schedule.deadline allows {_span(schedule.deadline)}: write a later time or a longer deadline"


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _span(seconds: float) -> str:
    """A span in its two largest units: 2d 3h, 1h 30m, 45s."""
    whole = int(seconds)
    units = (("d", whole // 86400), ("h", whole // 3600 % 24), ("m", whole // 60 % 60), ("s", whole % 60))
    told = [f"{number}{unit}" for unit, number in units if number]
    return " ".join(told[:2]) or "0s"
