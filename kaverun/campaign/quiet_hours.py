"""The hours in which nobody is to be disturbed: a span of the day, by the clocks of the campaign's time zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kaverun.text.excerpt import excerpt

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
PATTERN = rf"^{_TIME}-{_TIME}$"
"""ECMA 262 and Python alike."""

_EXAMPLE = 'write it as "22:00-08:00"'
_LONE_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}", re.ASCII)


class QuietHours(NamedTuple):
    """From `start` to before `end`, in minutes after midnight; over midnight where `end` is the smaller one."""

    start: int
    end: int

    def cover(self, local: datetime) -> bool:
        """Whether a local time lies in them."""
        minute = local.hour * 60 + local.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def end_after(self, now: float, where: ZoneInfo) -> float | None:
        """When they end (unix seconds), asked at `now`; None where `now` does not lie in them."""
        local = datetime.fromtimestamp(now, where)
        if not self.cover(local):
            return None
        end = local.replace(hour=self.end // 60, minute=self.end % 60, second=0, microsecond=0)
        if end <= local:
            end += timedelta(days=1)
        return end.timestamp()

    def __str__(self) -> str:
        return f"{_shown(self.start)}-{_shown(self.end)}"


def quiet_hours(value: object) -> QuietHours:
    """`22:00-08:00`. Raises ValueError with words."""
    if not isinstance(value, str) or value.endswith("\n") or not re.match(PATTERN, value, re.ASCII):
        raise ValueError(_shape_words(value))
    start, end = (_minutes(time) for time in value.split("-"))
    if start == end:
        raise ValueError(f"{excerpt(value)} begins when it ends: {_EXAMPLE}, or delete the line to have none")
    return QuietHours(start, end)


def _shape_words(value: object) -> str:
    if isinstance(value, str) and _LONE_TIME.fullmatch(value):
        return f"{excerpt(value)} is a single time: give the first and the last one, {_EXAMPLE}"
    if isinstance(value, str) and "24:00" in value:
        return f"{excerpt(value)} holds 24:00, which clocks show as 00:00: {_EXAMPLE}"
    return f"{excerpt(value)} is no span of hours: {_EXAMPLE}"


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _shown(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
