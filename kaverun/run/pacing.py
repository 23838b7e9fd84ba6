"""`sending.rate`: a token bucket over messages, with at most one batch of burst."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from kaverun.clock import Clock


class Pacer:
    """Spreads messages evenly: a request of n messages leaves n / rate seconds after the one before it, or later.

    `rate` is in messages per second, None for no limit. Shared by all sending threads.
    """

    def __init__(self, rate: float | None, clock: Clock, sleep: Callable[[float], object] | None = None) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep or clock.sleep
        self._lock = Lock()
        self._next = 0.0

    def wait_for(self, messages: int) -> None:
        """Return when a request of so many messages may leave."""
        if self._rate is None:
            return
        with self._lock:
            now = self._clock.monotonic()
            start = max(now, self._next)
            self._next = start + messages / self._rate
        if start > now:
            self._sleep(start - now)
