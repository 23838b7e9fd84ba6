"""Error messages for a ledger that cannot be read or written, or is not as it was written."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaverun.errors import LedgerError


class Damaged(Exception):
    """A value of some ledger is not as it was written."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise `LedgerError` with the ledger's path if it is damaged, or cannot be read or written, in the block."""
    try:
        yield
    except (Damaged, sqlite3.Error, OSError) as error:
        raise LedgerError(f"ledger {path}: {_words(error)}") from error


def _words(error: Damaged | sqlite3.Error | OSError) -> str:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return "another program is writing to it; nothing more will be sent until that ends"
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return f"{error}; name another one with --ledger, or replace it with a copy of the ledger"
    if isinstance(error, Damaged) or code == sqlite3.SQLITE_CORRUPT:
        return (
            f"it is damaged: {error}; nothing is sent. Replace it with a copy that is newer than the last run, or move "
            "it away and let apply ask Kavenegar for everything with --cold-ledger full"
        )
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == errno.ENOSPC:
        return "its disk is full, so nothing was changed in it; nothing more will be sent until there is room"
    return f"{error}; nothing more will be sent until it can be written"
