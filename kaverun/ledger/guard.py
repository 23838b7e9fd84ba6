"""One writer at a time, across processes.

SQLite before 3.51.3 can damage a WAL file that two connections reset at the same moment, and campaigns that share a
ledger are applied in parallel. So each transaction also holds a lock of the operating system.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaverun.clock import Clock, SystemClock
from kaverun.errors import Locked
from kaverun.ledger.flock import Holder, in_place, lock, lock_file

#: how long to wait for other writers, in seconds
LOCK_TIMEOUT = 30.0
# Pauses between two attempts, in seconds: twice as long each time, up to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.02


class WriteGuard:
    """A lock file next to the ledger, held during a transaction."""

    def __init__(self, ledger: Path, timeout: float = LOCK_TIMEOUT, clock: Clock | None = None) -> None:
        self._ledger = ledger
        self._path = ledger.with_name(f"{ledger.name}.lock")
        self._timeout = timeout
        self._clock = clock or SystemClock()
        self._file = lock_file(self._path)
        self._signed: Holder | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock while the block runs; raises `Locked` naming its holder if that takes too long."""
        self._wait()
        try:
            # The last writer is still named there, so most transactions need not write it.
            if self._signed is None or not self._signed.signed(self._file):
                self._signed = Holder.this(self._clock.now())
                self._signed.sign(self._file)
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)

    def _wait(self) -> None:
        until, pause = self._clock.monotonic() + self._timeout, _FIRST_PAUSE
        while not self._taken():
            if self._clock.monotonic() >= until:
                raise Locked(
                    f"ledger {self._ledger} is being written by {Holder.of(self._file)}, which did not finish within "
                    f"{self._timeout:g} seconds: try again later, or wait longer with --lock-timeout"
                )
            self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _taken(self) -> bool:
        if not lock(self._file, self._path):
            return False
        while not in_place(self._file, self._path):
            # Somebody removed it; the next process locks its replacement.
            newer = lock_file(self._path)
            os.close(self._file)
            self._file = newer
            if not lock(self._file, self._path):
                return False
        return True
