"""What is said where a ledger cannot be read or written, or holds what was never written into it."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from kaverun.errors import LedgerError

T = TypeVar("T")


class Damaged(Exception):
    """A value of a ledger is not as it was written; it does not know of which ledger."""


@contextmanager
def sound() -> Iterator[None]:
    """Whatever goes wrong in the block is due to the bytes that it reads."""
    try:
        yield
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError) as error:
        raise Damaged(f"a value in it is not as it was written ({error})") from error


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise `LedgerError` with the ledger's path where its file cannot be read or written in the block, or is damaged."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"ledger {path}: {_words(error)}") from error


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Raise `LedgerError` with the ledger's path for values that the block finds damaged, and for nothing else."""
    try:
        yield
    except Damaged as error:
        raise LedgerError(f"ledger {path}: {_words(error)}") from error


def named_while(path: Path, items: Iterable[T]) -> Iterator[T]:
    """The same for what is read bit by bit."""
    with named(path):
        yield from items


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
    return f"{error}; nothing more will be sent until it can be written"
