"""The status of a message as time passes."""

from __future__ import annotations

from kaverun.sandbox.records import Message

QUEUED, SCHEDULED, FAILED, CANCELLED, BLOCKED, INVALID_ID = 1, 2, 6, 13, 14, 100

#: (seconds after a message went out, status), ascending
Progress = tuple[tuple[float, int], ...]


def status_at(message: Message, now: float, progress: Progress) -> int:
    """The status of `message` at `now`."""
    if message.status not in (QUEUED, SCHEDULED):
        return message.status
    since = now - goes_out(message)
    if message.status == SCHEDULED and since < 0:
        return SCHEDULED
    steps = _steps(message.ending, progress)
    return next((status for after, status in reversed(steps) if since >= after), QUEUED)


def goes_out(message: Message) -> float:
    """When `message` leaves for the operator, unix seconds."""
    return max(message.date, message.accepted_at)


def ends(message: Message, progress: Progress) -> float:
    """When `message` reaches its last status if nobody cancels it, unix seconds."""
    return goes_out(message) + (progress[-1][0] if progress else 0.0)


def _steps(ending: int | None, progress: Progress) -> Progress:
    if ending is None:
        return progress
    if ending == QUEUED:
        return ()
    return (*progress[:-1], (progress[-1][0] if progress else 0.0, ending))
