"""One writer at a time, across processes.

SQLite before 3.51.3 can damage a WAL file that two connections reset at the same moment, and campaigns that share a
ledger are applied side by side: so each transaction holds a lock of the operating system's as well.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WriteGuard:
    """A lock file beside the ledger; freed by the operating system when its process dies."""

    def __init__(self, ledger: Path) -> None:
        self._file = os.open(ledger.with_name(f"{ledger.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock and hold it while the block runs."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)
