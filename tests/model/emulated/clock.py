"""Time that passes only when somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, RLock


class EmulatedClock:
    """`on_passing` is told the new time whenever some has passed."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.on_passing: Callable[[float], None] = lambda now: None
        self._lock = RLock()

    def now(self) -> float:
        return self.time

    monotonic = now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.time += max(0.0, seconds)
            self.on_passing(self.time)


class EmulatedEvent(Event):
    """An event on which waiting costs no real time."""

    def __init__(self, clock: EmulatedClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            assert timeout is not None, "this would wait for ever"
            self._clock.sleep(timeout)
        return self.is_set()
