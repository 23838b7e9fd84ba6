"""One executor per campaign and ledger: a lock the operating system frees when its process dies."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kaverun.errors import Locked


@contextmanager
def campaign_lock(ledger: Path, campaign: str, now: float) -> Iterator[None]:
    """Hold the lock while the block runs; raises `Locked` naming who holds it (pid, host, since)."""
    path = ledger.with_name(f"{ledger.name}.{campaign}.lock")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Locked(f"campaign {campaign} is held by {_holder(file.read())}: wait until that ends") from None
        since = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
        file.truncate()
        json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": since}, file)
        file.flush()
        yield


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
