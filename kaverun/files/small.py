"""Small files that a person names (a key, a campaign, a template, a list of keys), read within a size and a time."""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from pathlib import Path

#: Seconds in which a pipe has to say all it has: long enough for a program that decrypts a key.
PATIENCE = 10.0
_PIECE = 2**20


def read_small(path: Path, most: int, patience: float = PATIENCE) -> bytes:
    """The bytes of a file, at most one more than `most`, so that its reader sees that it is too long.

    A pipe, as of `<(pass show key)`, is read to its end for `patience` seconds. Raises `OSError` with words, also for a
    pipe that nobody writes into: opening one the usual way would wait for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        content = _read(descriptor, most, time.monotonic() + patience)
        if not content and stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            raise OSError(errno.EPIPE, "it is a pipe, and nothing comes from it")
    finally:
        os.close(descriptor)
    return content


def _read(descriptor: int, most: int, deadline: float) -> bytes:
    content = bytearray()
    while len(content) <= most:
        try:
            piece = os.read(descriptor, min(_PIECE, most + 1 - len(content)))
        except BlockingIOError:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise OSError(errno.ETIMEDOUT, "it is a pipe, and its end does not come in time") from None
            continue
        if not piece:
            break
        content += piece
    return bytes(content)
