"""Lock files: locks that the operating system frees when their process dies, and who holds them."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

from kaverun.errors import LedgerError

_LONGEST = 1000


class Holder(NamedTuple):
    """A process that holds a lock; `since` is in unix seconds."""

    pid: int
    host: str
    since: float

    @classmethod
    def this(cls, now: float) -> Self:
        return cls(os.getpid(), _host(), now)

    @classmethod
    def of(cls, file: int) -> str:
        """Who signed a lock file, in words."""
        try:
            signed = json.loads(os.pread(file, _LONGEST, 0).decode("utf-8", "replace"))
            return f"process {signed['pid']} on {signed['host']} since {signed['since']}"
        except (OSError, ValueError, LookupError, TypeError):
            return "another process"

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self._time()}"

    def sign(self, file: int) -> None:
        """Write into a lock file who holds it. A full disk does not prevent holding it."""
        signed = self._signature()
        with suppress(OSError):
            os.pwrite(file, signed, 0)
            os.ftruncate(file, len(signed))

    def signed(self, file: int) -> bool:
        """Whether this one was the last to sign a lock file."""
        return os.pread(file, _LONGEST, 0) == self._signature()

    def _signature(self) -> bytes:
        return json.dumps({"pid": self.pid, "host": self.host, "since": self._time()}).encode()

    def _time(self) -> str:
        return datetime.fromtimestamp(self.since, UTC).isoformat(timespec="seconds")


@cache
def _host() -> str:
    return socket.gethostname()


def lock_file(path: Path) -> int:
    """A descriptor of a lock file, created if missing; raises `LedgerError`."""
    try:
        if path.exists() and not path.is_file():
            raise LedgerError(f"{path} is not a file, and a lock file there keeps two processes apart: move it away")
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror}; it keeps two processes apart, so it has to be writable") from None


def lock(file: int, path: Path) -> bool:
    """Take the lock of a file if it is free; raises `LedgerError` if there are no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise LedgerError(
            f"{path.parent} is on a file system without locks ({error.strerror}), so two runs could send the "
            "same messages: keep the ledger on another one, with --ledger"
        ) from None
    return True


def in_place(file: int, path: Path) -> bool:
    """Whether a path still leads to this file: it may have been removed since it was opened."""
    try:
        there = path.stat()
    except OSError:
        return False
    return os.path.samestat(there, os.fstat(file))
