"""`sending.concurrency` as an upper bound: fewer requests at a time while the provider is busy, more again afterwards.

Additive increase, multiplicative decrease, as TCP does it: a provider that says "later" (409, 451, 429) or answers
slowly halves the bound, each answer in good time widens it by a share of one request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event

from kaverun.clock import Clock

# An answer that takes this share of the read timeout is slow: at twice that it would have been lost.
_SLOW = 0.5
# All requests under way meet one busy moment, which counts once within this many seconds.
_SETTLING = 1.0
# How long a waiting request may not notice that the run is to stop, in seconds.
_TICK = 0.2


class Throttle:
    """Shared by all sending threads. `most` is the bound of the campaign file, `read_timeout` in seconds."""

    def __init__(self, most: int, clock: Clock, stopping: Event, *, read_timeout: float) -> None:
        self._most = most
        self._clock = clock
        self._stopping = stopping
        self._slow = read_timeout * _SLOW
        self._bound = float(most)
        self._under_way = 0
        self._narrowed = float("-inf")
        self._changed = Condition()

    @property
    def bound(self) -> int:
        """How many requests may be under way at a time now, from 1 to the campaign's figure."""
        return int(self._bound)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the places while the block runs; waits for it, at most until the run is to stop."""
        with self._changed:
            while self._under_way >= self.bound and not self._stopping.is_set():
                self._changed.wait(_TICK)
            self._under_way += 1
        began = self._clock.monotonic()
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()
        self._answered(self._clock.monotonic() - began)

    def busy(self) -> None:
        """The provider asked for patience."""
        with self._changed:
            self._narrow()

    def _answered(self, seconds: float) -> None:
        with self._changed:
            if seconds >= self._slow:
                self._narrow()
            elif self._bound < self._most:
                self._bound = min(self._most, self._bound + 1 / self._bound)
                self._changed.notify()

    def _narrow(self) -> None:
        now = self._clock.monotonic()
        if now - self._narrowed >= _SETTLING:
            self._narrowed = now
            self._bound = max(1.0, self._bound / 2)
