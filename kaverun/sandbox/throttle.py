"""How many calls per minute the service accepts: not documented, so it is a setting (facts, *Meaning*)."""

from __future__ import annotations

import threading
from collections import deque

#: seconds
MINUTE = 60.0


class Throttle:
    """Counts the calls of the last minute; thread-safe. `most` None: no limit."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._moments: deque[float] = deque()

    def reset(self) -> None:
        """Forget every call."""
        with self._lock:
            self._moments.clear()

    def admits(self, now: float) -> bool:
        """Whether a call at `now`, unix seconds, is accepted; a refused call does not count."""
        if self._most is None:
            return True
        with self._lock:
            # A clock that was set back leaves future moments: they belong to no minute.
            while self._moments and not now - MINUTE < self._moments[0] <= now:
                self._moments.popleft()
            admitted = len(self._moments) < self._most
            if admitted:
                self._moments.append(now)
            return admitted
