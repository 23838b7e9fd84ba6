"""Which file a ledger is, whatever names lead to it: two names of one file are one ledger."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from kaverun.errors import LedgerError


class Identity(NamedTuple):
    """A file itself, by its device and inode."""

    device: int
    inode: int


def identity(path: Path) -> Identity:
    """Raises `OSError` if nothing is there."""
    found = path.stat()
    return Identity(found.st_dev, found.st_ino)


def made(path: Path) -> Path:
    """The file, absolute and with links resolved; if missing, an empty one is created that only its owner may read.

    An existing one is not even opened: a process that closes any descriptor of a file gives up all its locks on it,
    including SQLite's. Raises `OSError`.
    """
    file = located(path)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return file


def located(path: Path) -> Path:
    """The name by which SQLite opens a ledger.

    The latest commits are in a file next to that name, so everybody has to use the same. Of several names in one folder
    (hard links) it is the one with such a file; raises `LedgerError` if there are names elsewhere.
    """
    try:
        file = path.resolve()
    except RuntimeError:
        raise LedgerError(f"ledger {path}: the link leads back to itself; name the file itself") from None
    try:
        there = file.stat()
    except OSError:
        return file
    if not stat.S_ISREG(there.st_mode):
        raise LedgerError(f"ledger {path} is not a file: name one with --ledger, or move away what is there")
    links = there.st_nlink
    if links < 2:
        return file
    try:
        names = sorted(name for name in file.parent.iterdir() if _is_name_of(name, file))
    except OSError as error:
        raise LedgerError(f"ledger {path}: its folder cannot be read: {error.strerror}") from None
    logged = [name for name in names if name.with_name(f"{name.name}-wal").exists()]
    if len(names) < links or len(logged) > 1:
        raise LedgerError(
            f"ledger {path} is one file with {links} names (hard links), and what was written last is kept next to "
            "only one of them: remove the other names, or make them copies"
        )
    return (logged or names)[0]


def _is_name_of(name: Path, file: Path) -> bool:
    """Whether it is a name of the file itself, not a link that leads to one."""
    return name.is_file() and not name.is_symlink() and name.samefile(file)
