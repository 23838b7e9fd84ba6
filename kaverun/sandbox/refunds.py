"""Automatic refunds: the cost of messages that end blocked or cancelled (facts, *Meaning*)."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from kaverun.kavenegar.codes import MESSAGE_STATUSES
from kaverun.sandbox.delivery import QUEUED, SCHEDULED, Progress, ends
from kaverun.sandbox.records import Message

_REFUNDED = frozenset(status.code for status in MESSAGE_STATUSES.values() if status.refunded)


class Refunds:
    """Which accepted messages will be refunded, and when."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._due: list[tuple[float, int]] = []

    def expect(self, place: int, message: Message) -> None:
        """Note `message`, accepted at `place`, if its last status refunds its cost."""
        if message.ending in _REFUNDED:
            heappush(self._due, (ends(message, self._progress), place))

    def due(self, now: float, at: Callable[[int], Message]) -> int:
        """The Rial refunded since the last call; `at` returns the message at a place.

        Messages cancelled meanwhile were refunded then, and what debugmode cancelled was never paid.
        """
        given = 0
        while self._due and self._due[0][0] <= now:
            message = at(heappop(self._due)[1])
            given += message.cost if message.status in (QUEUED, SCHEDULED) else 0
        return given
