"""Rows that do not fit in memory, in an unnamed database that is gone with its last reference."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from kaverun.errors import Refused


def temporary_database(owner: object, *, cache: int) -> sqlite3.Connection:
    """An empty database in one transaction that is never ended, closed when `owner` goes.

    SQLite keeps it in a cache of `cache` KiB and puts what overflows into a file, so statements on it have to be within
    `room`.
    """
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    weakref.finalize(owner, database.close)
    database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-{cache}; BEGIN")
    return database


@contextmanager
def room() -> Iterator[None]:
    """Raise `Refused` if the folder for temporary files cannot hold the rows."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        # SQLite prefers this folder by default, unless another is set.
        usual = "/var/tmp" if isinstance(error, sqlite3.Error) and os.path.isdir("/var/tmp") else "/tmp"
        where = os.environ.get("SQLITE_TMPDIR") or os.environ.get("TMPDIR") or usual
        why = getattr(error, "strerror", None) or error
        raise Refused(
            f"the folder for temporary files, {where}, cannot be used ({why}): make room there, or set TMPDIR to "
            "another; nothing was sent"
        ) from None
