"""What is said where a ledger cannot be read or written, or holds what was never written into it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaverun.errors import LedgerError


class Damaged(Exception):
    """A value of a ledger is not as it was written; it does not know of which ledger."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise `LedgerError` with the ledger's path where it is damaged, or cannot be read or written, in the block."""
    try:
        yield
    except (Damaged, sqlite3.Error, OSError) as error:
        raise LedgerError(f"ledger {path}: {_words(error)}") from error


def _words(error: Damaged | sqlite3.Error | OSError) -> str:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return "another program is writing into it; nothing more will be sent until that ends"
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return f"{error}; name another one with --ledger, or put a copy of the ledger in its place"
    if isinstance(error, Damaged) or code == sqlite3.SQLITE_CORRUPT:
        return (
            f"it is damaged: {error}; nothing is sent. Put a copy of it in its place that is newer than the last run, "
            "or move it away and let apply ask Kavenegar for everything with --cold-ledger full"
        )
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == errno.ENOSPC:
        return "its disk is full, so nothing was changed in it; nothing more will be sent until there is room"
    return f"{error}; nothing more will be sent until it can be written"
