"""Rows set aside on disk in compressed blocks, read back in order as often as needed: memory stays flat."""

from __future__ import annotations

import tempfile
import weakref
import zlib
from collections.abc import Iterator
from typing import IO, Any

import orjson

_ROWS_PER_BLOCK = 500
# The fastest level: a block is read back once or twice and then thrown away.
_LEVEL = 1


class Spool:
    """An append-only list of tuples of JSON values in a file without a name; it goes with its last reference."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="kaverun-")  # noqa: SIM115  closed with the spool
        weakref.finalize(self, self._file.close)
        self._extents: list[tuple[int, int]] = []
        self._waiting: list[tuple[Any, ...]] = []

    def append(self, row: tuple[Any, ...]) -> None:
        self._waiting.append(tuple(row))
        if len(self._waiting) >= _ROWS_PER_BLOCK:
            self._flush()

    def blocks(self) -> Iterator[list[list[Any]]]:
        """The rows in their order, in blocks of up to 500."""
        self._flush()
        for start, size in self._extents:
            self._file.seek(start)
            yield orjson.loads(zlib.decompress(self._file.read(size)))

    def _flush(self) -> None:
        if not self._waiting:
            return
        block = zlib.compress(orjson.dumps(self._waiting), _LEVEL)
        start = self._file.seek(0, 2)
        self._file.write(block)
        self._extents.append((start, len(block)))
        self._waiting.clear()
