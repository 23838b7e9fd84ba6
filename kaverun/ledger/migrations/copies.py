"""The copy of a ledger that is kept before it is brought to another schema."""

from __future__ import annotations

import filecmp
import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path


def keep_a_copy(file: Path, schema: int) -> Path:
    """Copy a ledger to `<name>.schemaN`, or to `<name>.schemaN.2` and so on where there is another copy.

    Its log is part of the copy, which is durable at the end; no other is ever overwritten. Nobody may write the ledger
    meanwhile. Raises OSError and SQLite's errors, as where the disk is full.
    """
    unfinished = file.with_name(f"{file.name}.schema{schema}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        original = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
        with closing(original), closing(sqlite3.connect(unfinished)) as copy:
            original.backup(copy)
        _flush(unfinished)
        for number in count(1):
            name = file.with_name(f"{file.name}.schema{schema}{f'.{number}' if number > 1 else ''}")
            if not name.exists():
                unfinished.rename(name)
                _flush(name.parent)
                return name
            # Kept before by a process that was killed before it came to its end.
            if filecmp.cmp(unfinished, name, shallow=False):
                return name
        raise AssertionError
    finally:
        unfinished.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
