"""Rows set aside on disk in compressed blocks, read back in order as often as needed: memory stays flat."""

from __future__ import annotations

import weakref
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from kaverun.columns import Columns, packed, unpacked

_ROWS_PER_BLOCK = 500
# The fastest level: a block is read back once or twice and then thrown away.
_LEVEL = 1


class Spool:
    """An append-only list of tuples of JSON values in a file without a name; it goes with its last reference."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        # Blocks follow each other: one begins where the one before it ends.
        self._ends = array("q", (0,))
        self._waiting: list[tuple[Any, ...]] = []

    @classmethod
    def over(cls, path: Path, ends: Iterable[int]) -> Spool:
        """The rows that `copy_to` wrote into a file, and what it returned. Raises `OSError`."""
        spool = cls()
        spool._keep(path.open("rb"))
        spool._ends = array("q", ends)
        return spool

    def append(self, row: tuple[Any, ...]) -> None:
        self._waiting.append(row)
        if len(self._waiting) >= _ROWS_PER_BLOCK:
            self._flush()

    def append_block(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Append rows that are read back as one block."""
        self._flush()
        self._waiting += rows

    def columns(self, first: int = 0, where: Callable[[Columns], bool] = lambda columns: True) -> Iterator[Columns]:
        """The rows in their order, block by block: from block number `first` on those for which `where` holds."""
        self._flush()
        file = self._opened()
        for start, end in pairwise(self._ends[first:]):
            file.seek(start)
            block = unpacked(zlib.decompress(file.read(end - start)))
            if where(block):
                yield block

    def columns_to_send(self) -> Iterator[Columns]:
        """The blocks in which rows to send may be."""
        return self.columns()

    def copy_to(self, file: IO[bytes]) -> list[int]:
        """Write the blocks at the end of `file` as they are; returns where each ends, after where the first begins.

        Raises `OSError`.
        """
        self._flush()
        own, moved = self._opened(), file.tell() - self._ends[0]
        for start, end in pairwise(self._ends):
            own.seek(start)
            file.write(own.read(end - start))
        return [end + moved for end in self._ends]

    def _flush(self) -> None:
        if not self._waiting:
            return
        block = zlib.compress(packed([*zip(*self._waiting, strict=True)]), _LEVEL)
        file = self._opened()
        file.seek(self._ends[-1])
        file.write(block)
        self._ends.append(self._ends[-1] + len(block))
        self._waiting.clear()

    def _opened(self) -> IO[bytes]:
        """The file, made when it is first needed: checking a short list needs none."""
        if self._file is None:
            from tempfile import TemporaryFile

            self._keep(TemporaryFile(prefix="kaverun-"))  # noqa: SIM115  closed with the spool
        assert self._file is not None
        return self._file

    def _keep(self, file: IO[bytes]) -> None:
        self._file = file
        weakref.finalize(self, file.close)
