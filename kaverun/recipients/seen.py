"""Which identities were met before, and where: nearly flat, since a national list is met here.

In memory is no more than 16 bits of each number, by which nearly every row is known to be new; the number itself and
its place lie on disk, where repetitions are made certain of (measured: 10 MB for a million numbers, 14 for three).
"""

from __future__ import annotations

import os
import sys
import weakref
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

# A prime, so that numbers of a common pattern are spread over all groups.
_GROUPS: Final = 4093
# Records of a group that go to disk together, and numbers of a column that do.
_TOGETHER: Final = 32
_RECENT: Final = 1 << 13


class Place(NamedTuple):
    """A row of a list."""

    row: int
    path: str
    line: int

    def __str__(self) -> str:
        return f"row {self.row} ({self.path}:{self.line})"


class FirstSeen:
    """The first place of each whole number that was met: below 2**32, or below 2**64 if `wide`.

    A number's group is a text of one character for each of its numbers, which is searched at C's speed. Where the
    character is found, the record of the same index in the group, a number and its entry, tells whether it is this
    number. Rows must come in ascending order.
    """

    def __init__(self, *, wide: bool = False) -> None:
        self._code = "Q" if wide else "I"
        self._groups = [""] * _GROUPS
        self._records = _Records(self._code)
        self._waiting = self._records.waiting
        self._places = Column()
        self._recent = self._places.recent
        self._starts: list[int] = []
        self._paths: list[str] = []
        self._path: str | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def numbers(self) -> Iterator[int]:
        """All that were met, in the order of their first places; they are brought into memory for it."""
        records = sorted((entry, number) for number, entry in self._records)
        return (number for _, number in records)

    def find(self, number: int) -> int:
        """The entry of `number`, from 1; 0 if it was not met."""
        group, sign = number % _GROUPS, chr(number // _GROUPS & 0xFFFF)
        signs = self._groups[group]
        index = signs.find(sign)
        while index >= 0:
            found, entry = self._records.read(group, index)
            if found == number:
                return entry
            index = signs.find(sign, index + 1)
        return 0

    def meet(self, number: int, row: int, path: str, line: int) -> int:
        """The earlier entry of `number`; 0 if this is its first place, which is kept."""
        group, sign = number % _GROUPS, chr(number // _GROUPS & 0xFFFF)
        signs = self._groups[group]
        if sign in signs and (entry := self.find(number)):
            return entry
        self._groups[group] = signs + sign
        self._count = entry = self._count + 1
        waiting = self._waiting[group]
        if waiting is None:
            waiting = self._waiting[group] = array(self._code)
        waiting.append(number)
        waiting.append(entry)
        if len(waiting) == 2 * _TOGETHER:
            self._records.set_aside(group)
        self._recent.append(row << 32 | line)
        if not entry % _RECENT:
            self._places.set_aside()
        if path is not self._path:
            self._enter(row, path)
        return 0

    def place(self, entry: int) -> Place:
        """Where an entry was first met."""
        row, line = divmod(self._places[entry - 1], 1 << 32)
        return Place(row, self._paths[bisect_right(self._starts, row) - 1], line)

    def _enter(self, row: int, path: str) -> None:
        self._path = path
        self._starts.append(row)
        self._paths.append(path)


class Column:
    """Numbers below 2**64, of which the last are in memory and the others on disk."""

    def __init__(self) -> None:
        self.recent = array("Q")
        self._file = _File()
        self._aside = 0

    def append(self, number: int) -> None:
        self.recent.append(number)
        if len(self.recent) == _RECENT:
            self.set_aside()

    def set_aside(self) -> None:
        """Move what is recent into the file."""
        self._file.append(self.recent)
        self._aside += len(self.recent)
        del self.recent[:]

    def __getitem__(self, index: int) -> int:
        if index >= self._aside:
            return self.recent[index - self._aside]
        return int.from_bytes(self._file.read(index * 8, 8), sys.byteorder)


class _Records:
    """Pairs of a number and its entry by group, in their order: the last of each group are `waiting` in memory."""

    def __init__(self, code: str) -> None:
        self.waiting: list[array[int] | None] = [None] * _GROUPS
        self._code = code
        self._size = 2 * array(code).itemsize
        self._file = _File()
        self._blocks: list[array[int] | None] = [None] * _GROUPS
        self._written = 0

    def set_aside(self, group: int) -> None:
        """Move what is waiting of a group into the file; it is as many records each time."""
        waiting, blocks = self.waiting[group], self._blocks[group]
        assert waiting is not None
        if blocks is None:
            blocks = self._blocks[group] = array("I")
        blocks.append(self._written)
        self._file.append(waiting)
        self._written += 1
        self.waiting[group] = None

    def read(self, group: int, index: int) -> tuple[int, int]:
        """The number and the entry of a record of a group."""
        block, index = divmod(index, _TOGETHER)
        blocks = self._blocks[group] or ()
        if block < len(blocks):
            record = array(self._code, self._file.read((blocks[block] * _TOGETHER + index) * self._size, self._size))
            return record[0], record[1]
        waiting = self.waiting[group] or ()
        return waiting[2 * index], waiting[2 * index + 1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for block in range(self._written):
            length = _TOGETHER * self._size
            records = array(self._code, self._file.read(block * length, length))
            yield from zip(records[::2], records[1::2], strict=True)
        for records in filter(None, self.waiting):
            yield from zip(records[::2], records[1::2], strict=True)


class _File:
    """A file without a name, made when it is first needed: a short list needs none."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def append(self, numbers: array[int]) -> None:
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile(prefix="kaverun-")  # noqa: SIM115  closed with this
            weakref.finalize(self, self._file.close)
        self._file.write(numbers)

    def read(self, start: int, size: int) -> bytes:
        assert self._file is not None
        self._file.flush()
        return os.pread(self._file.fileno(), size, start)
