"""A copy of a ledger whose folder is read-only.

To read a ledger in WAL mode, SQLite creates a file next to it. If it may not, `immutable` would read a file that
another process may be writing; a copy, with its log, is consistent if nobody wrote meanwhile.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kaverun.errors import LedgerError

_ATTEMPTS = 5
_State = tuple[tuple[int, int, int] | None, ...]


def needs_a_copy(error: sqlite3.OperationalError) -> bool:
    """Whether a ledger could not be read because nothing can be written next to it."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


@contextmanager
def copied(file: Path) -> Iterator[Path]:
    """A copy of the ledger in `file`, for as long as the block runs. Raises OSError, LedgerError."""
    with TemporaryDirectory(prefix="kaverun-") as folder:
        copy = Path(folder, "ledger.db")
        if not any(_copied_whole(file, copy) for _ in range(_ATTEMPTS)):
            raise LedgerError(
                f"ledger {file}: its folder cannot be written, so it is read from a copy, but it changes while it is "
                "copied: wait until the run that writes to it has ended, or make the folder writable"
            )
        yield copy


def _copied_whole(file: Path, copy: Path) -> bool:
    """Copy the ledger and its log; False if somebody wrote meanwhile."""
    before = _state(file)
    for original, to in zip(_parts(file), _parts(copy), strict=True):
        to.unlink(missing_ok=True)
        if original.exists():
            shutil.copyfile(original, to)
    return _state(file) == before


def _parts(file: Path) -> tuple[Path, Path]:
    return file, file.with_name(f"{file.name}-wal")


def _state(file: Path) -> _State:
    found = [part.stat() if part.exists() else None for part in _parts(file)]
    return tuple((one.st_ino, one.st_size, one.st_mtime_ns) if one else None for one in found)
