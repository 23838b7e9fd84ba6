"""When a campaign goes out: at once, at a time handed to the provider, or not any more."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kaverun.campaign.local_time import unix_time, zone
from kaverun.campaign.models import Schedule
from kaverun.errors import Refused


class SendTime(NamedTuple):
    """`date` as the API takes it: unix seconds, UTC; None to send at once."""

    date: int | None


NOW = SendTime(None)


def due_time(schedule: Schedule) -> int:
    """Unix seconds of `schedule.at`."""
    return unix_time(schedule.at, zone(schedule.timezone))


def send_time(schedule: Schedule | None, now: float) -> SendTime:
    """What a schedule means at `now` (unix seconds); raises Refused when it is too late to send."""
    if schedule is None:
        return NOW
    at = due_time(schedule)
    if at > now:
        return SendTime(at)
    if schedule.deadline is not None and now <= at + schedule.deadline:
        return NOW
    raise Refused(_too_late(schedule, now - at))


def _too_late(schedule: Schedule, late: float) -> str:
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
