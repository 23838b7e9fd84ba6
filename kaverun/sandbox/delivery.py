"""What becomes of a message as time passes."""

from __future__ import annotations

from kaverun.sandbox.records import Message

QUEUED, SCHEDULED, FAILED, CANCELLED, INVALID_ID = 1, 2, 6, 13, 100


def status_at(message: Message, now: float, progress: tuple[tuple[float, int], ...]) -> int:
    """The status of `message` at `now`; `progress` are (seconds after it went out, status), ascending."""
    if message.status not in (QUEUED, SCHEDULED):
        return message.status
    since = now - max(message.date, message.accepted_at)
    if message.status == SCHEDULED and since < 0:
        return SCHEDULED
    return next((status for after, status in reversed(progress) if since >= after), QUEUED)
