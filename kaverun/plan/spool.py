"""Rows set aside on disk in compressed blocks, read back in order as often as needed: memory stays flat."""

from __future__ import annotations

import os
import weakref
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice, pairwise
from typing import IO, Any, NamedTuple, Protocol

import orjson

from kaverun.columns import Columns, Sealed, packed, unpacked
from kaverun.errors import Refused

_ROWS_PER_BLOCK = 500
# Blocks are compressed and read together: each look at the disk makes a thread give up its turn among others.
_BLOCKS_PER_FRAME = 8
_BETWEEN = b"\n"  # stands in no JSON that is written in one line
# The fastest level: a block is read back once or twice and then thrown away.
_LEVEL = 1


class Frames(NamedTuple):
    """Where frames end in a file, after where the first begins, and how many blocks there are up to each of these."""

    ends: Sequence[int]
    blocks: Sequence[int]


class Writable(Protocol):
    """As much of a file as rows are copied into."""

    def write(self, data: bytes, /) -> object: ...

    def tell(self) -> int: ...


class Spool:
    """An append-only list of tuples of JSON values in a file without a name; it goes with its last reference.

    `apart` are groups of fields, by their numbers, that are not always looked at: their columns are sealed together.
    """

    first_untouched = 0

    def __init__(self, apart: Sequence[Sequence[int]] = ()) -> None:
        self._apart = tuple(map(tuple, apart))
        self._grouped = frozenset(chain.from_iterable(apart))
        self._file: IO[bytes] | None = None
        self._ends = array("q", (0,))
        self._blocks = array("q", (0,))
        self._rows: list[tuple[Any, ...]] = []
        self._frame: list[bytes] = []
        self._sealed: list[bytes] = []

    @classmethod
    def over(cls, file: IO[bytes], frames: Frames, apart: Sequence[Sequence[int]] = ()) -> Spool:
        """The rows that `copy_to` wrote into a file, and what it returned; the file is closed with the spool."""
        spool = cls(apart)
        spool._keep(file)
        spool._ends, spool._blocks = array("q", frames.ends), array("q", frames.blocks)
        return spool

    def append(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        if len(self._rows) >= _ROWS_PER_BLOCK:
            self._end_block()

    def append_block(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Append rows that are read back as one block."""
        self._end_block()
        self._rows += rows
        self._end_block()

    def columns(self, first: int = 0, where: Callable[[Columns], bool] = lambda columns: True) -> Iterator[Columns]:
        """The rows in their order, block by block: from block number `first` on those for which `where` holds."""
        for block in filter(where, self._blocks_from(first)):
            for group in self._apart:
                for field in group:
                    block[field] = block[field].values  # type: ignore[attr-defined]
            yield block

    def columns_to_send(self) -> Iterator[Columns]:
        """The blocks in which rows to send may be, the columns `apart` sealed."""
        return self._blocks_from(0)

    def columns_again(self) -> Iterator[Columns]:
        """None: the rows are as planned."""
        return iter(())

    def _blocks_from(self, first: int) -> Iterator[Columns]:
        self._flush()
        file = self._opened()
        frame = bisect_right(self._blocks, first) - 1
        skipped = first - self._blocks[frame]
        for start, end in pairwise(self._ends[frame:]):
            file.seek(start)
            yield from islice(self._blocks_in(file.read(end - start)), skipped, None)
            skipped = 0

    def _blocks_in(self, frame: bytes) -> Iterator[Columns]:
        unpacking = zlib.decompressobj()
        sizes, *blocks = unpacking.decompress(frame).split(_BETWEEN)
        sealed = _pieces(unpacking.unused_data, orjson.loads(sizes))
        for block in blocks:
            yield self._whole(unpacked(block), [*islice(sealed, len(self._apart))])

    def _whole(self, columns: Columns, sealed: Sequence[bytes]) -> Columns:
        """The columns of all fields, those `apart` among the others."""
        if not sealed:
            return columns
        for group, blob in zip(self._apart, sealed, strict=True):
            columns += Sealed(blob).columns(len(group))  # type: ignore[arg-type]
        return [columns[place] for place in _places(self._apart, len(columns))]

    def copy_to(self, file: Writable) -> Frames:
        """Write all at the end of `file` as it is; returns where it is there. Raises `OSError`."""
        self._flush()
        own, moved = self._opened(), file.tell() - self._ends[0]
        for start, end in pairwise(self._ends):
            own.seek(start)
            file.write(own.read(end - start))
        return Frames([end + moved for end in self._ends], self._blocks.tolist())

    def _end_block(self) -> None:
        if self._rows:
            columns = [*zip(*self._rows, strict=True)]
            self._sealed += (Sealed.of([columns[field] for field in group]).blob for group in self._apart)
            self._frame.append(packed([column for field, column in enumerate(columns) if field not in self._grouped]))
            self._rows.clear()
        if len(self._frame) >= _BLOCKS_PER_FRAME:
            self._end_frame()

    def _end_frame(self) -> None:
        sizes = orjson.dumps([*map(len, self._sealed)])
        frame = zlib.compress(_BETWEEN.join([sizes, *self._frame]), _LEVEL) + b"".join(self._sealed)
        with _room():
            file = self._opened()
            file.seek(self._ends[-1])
            file.write(frame)
        self._ends.append(self._ends[-1] + len(frame))
        self._blocks.append(self._blocks[-1] + len(self._frame))
        self._frame.clear()
        self._sealed.clear()

    def _flush(self) -> None:
        self._end_block()
        if self._frame:
            self._end_frame()

    def _opened(self) -> IO[bytes]:
        """The file, made when it is first needed: checking a short list needs none."""
        if self._file is None:
            from tempfile import TemporaryFile

            with _room():
                self._keep(TemporaryFile(prefix="kaverun-"))  # noqa: SIM115  closed with the spool
        assert self._file is not None
        return self._file

    def _keep(self, file: IO[bytes]) -> None:
        self._file = file
        weakref.finalize(self, file.close)


@contextmanager
def _room() -> Iterator[None]:
    """Raise `Refused` where the folder for temporary files has no room for the rows of a plan."""
    try:
        yield
    except OSError as error:
        where = os.environ.get("TMPDIR") or "/tmp"
        raise Refused(
            f"the folder for temporary files, {where}, cannot be used ({error.strerror or error}): make room there, or "
            "set TMPDIR to another; nothing was sent"
        ) from None


def _pieces(whole: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    """Bytes cut into pieces of these sizes."""
    start = 0
    for size in sizes:
        yield whole[start : start + size]
        start += size


@cache
def _places(apart: tuple[tuple[int, ...], ...], fields: int) -> list[int]:
    """Where the column of each field is, when those of no group come first, then group by group."""
    grouped = [*chain.from_iterable(apart)]
    order = [*(field for field in range(fields) if field not in grouped), *grouped]
    return [order.index(field) for field in range(fields)]
