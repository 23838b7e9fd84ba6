"""The sandbox's clock: that of the machine, moved or stopped on request."""

from __future__ import annotations

import threading

from kaverun.clock import Clock, SystemClock


class VirtualClock:
    """Unix time in seconds that can be moved forward, set and stopped; it starts like the underlying clock."""

    def __init__(self, underlying: Clock | None = None) -> None:
        self._underlying = underlying or SystemClock()
        self._offset = 0.0
        self._stopped_at: float | None = None
        self._lock = threading.Lock()

    def now(self) -> float:
        stopped_at = self._stopped_at
        return self._underlying.now() + self._offset if stopped_at is None else stopped_at

    def monotonic(self) -> float:
        return self._underlying.monotonic()

    def sleep(self, seconds: float) -> None:
        self._underlying.sleep(seconds)

    @property
    def stopped(self) -> bool:
        """Whether the clock is stopped."""
        return self._stopped_at is not None

    def advance(self, seconds: float) -> None:
        """Move forward (or, with a negative number, back)."""
        self.set(self.now() + seconds)

    def set(self, moment: float) -> None:
        """Set the clock to `moment`, unix seconds; a stopped clock stays stopped there."""
        with self._lock:
            self._offset = moment - self._underlying.now()
            if self._stopped_at is not None:
                self._stopped_at = moment

    def stop(self) -> None:
        """Stop the clock."""
        with self._lock:
            self._stopped_at = self._underlying.now() + self._offset if self._stopped_at is None else self._stopped_at

    def resume(self) -> None:
        """Let time continue from where it was stopped."""
        with self._lock:
            if self._stopped_at is not None:
                self._offset = self._stopped_at - self._underlying.now()
                self._stopped_at = None

    def reset(self) -> None:
        """Follow the underlying clock again."""
        with self._lock:
            self._offset, self._stopped_at = 0.0, None
