"""Finding and opening a ledger: the one place that knows what kinds of ledgers there are."""

from __future__ import annotations

import re
from pathlib import Path

from kaverun.errors import LedgerError
from kaverun.ledger.guard import LOCK_TIMEOUT
from kaverun.ledger.sqlite import SqliteStore
from kaverun.ledger.store import Store


def open_ledger(ledger: str | Path, lock_timeout: float = LOCK_TIMEOUT) -> Store:
    """Open a ledger for writing, created if missing. A URL or a path; `lock_timeout` in seconds.

    Raises `LedgerError` if it cannot be used, `Locked` if others write for longer than that.
    """
    return SqliteStore.open(ledger_path(ledger), lock_timeout)


def read_ledger(ledger: str | Path | None = None) -> Store:
    """Open a ledger read-only; an empty one in memory if it is missing, or if None is given."""
    return SqliteStore.empty() if ledger is None else SqliteStore.open_to_read(ledger_path(ledger))


def ledger_path(ledger: str | Path) -> Path:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`; a bare path is accepted too."""
    if isinstance(ledger, Path):
        return ledger
    scheme, separator, rest = ledger.partition("://")
    if not separator:
        return Path(ledger)
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) < 2:
        raise LedgerError(
            f"ledger {without_password(ledger)!r} is not understood: write it as sqlite:///.kaverun/ledger.db"
        )
    return Path(rest[1:])


def without_password(url: str) -> str:
    """A ledger's URL, safe to show to people."""
    return re.sub(r"(?<=://)[^/]*(?=@)", "***", url)
