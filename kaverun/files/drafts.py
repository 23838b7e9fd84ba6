"""Files that appear whole or not at all: written under another name first."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A file for its owner's eyes only, which takes the place of `target` once the block has ended well.

    A link stays one: the file it leads to is replaced. No two drafts are one file, so that nobody gives away what
    another process has half written. Raises `OSError`.
    """
    try:
        place = target.resolve()
    except RuntimeError:  # Python's word for links that lead round in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    descriptor, draft = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".draft", dir=place.parent)
    os.close(descriptor)
    try:
        yield Path(draft)
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        os.replace(draft, place)
    finally:
        with suppress(OSError):
            os.unlink(draft)
