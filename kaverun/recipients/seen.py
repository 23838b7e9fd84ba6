"""Which identities were met before, and where: compact, since a national list is met here.

What must be in memory is the identities themselves, to tell a repetition when its row passes by: 8 to 16 bytes a row
for numbers (measured: 12 MB for a million), 4 more for keys. Where each was first met is asked for by repetitions only
and lies on disk.
"""

from __future__ import annotations

import os
import sys
import tempfile
import weakref
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import IO, NamedTuple


class Place(NamedTuple):
    """A row of a list."""

    row: int
    path: str
    line: int

    def __str__(self) -> str:
        return f"row {self.row} ({self.path}:{self.line})"


class FirstSeen:
    """The first place of each whole number that was met: below 2**32, or below 2**64 if `wide`.

    An open-addressed table of flat arrays, where a dict takes 130 bytes a number. Rows must come in ascending order.
    """

    def __init__(self, *, wide: bool = False) -> None:
        self._slots = array("I", bytes(4 * 1024))
        self._mask = 1023
        self._numbers = array("Q" if wide else "I")
        self._places = _Places()
        self._recent = self._places.recent
        self._starts: list[int] = []
        self._paths: list[str] = []
        self._path: str | None = None

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self) -> Iterator[int]:
        """All that were met, in the order of their first places."""
        return iter(self._numbers)

    def find(self, number: int) -> int:
        """The entry of `number`, from 1; 0 if it was not met."""
        slots, mask, numbers = self._slots, self._mask, self._numbers
        slot = (number ^ number >> 17) & mask
        entry = slots[slot]
        while entry and numbers[entry - 1] != number:
            slot = (slot + 1) & mask
            entry = slots[slot]
        return entry

    def meet(self, number: int, row: int, path: str, line: int) -> int:
        """The earlier entry of `number`; 0 if this is its first place, which is kept."""
        slots, mask, numbers = self._slots, self._mask, self._numbers
        slot = (number ^ number >> 17) & mask
        while entry := slots[slot]:
            if numbers[entry - 1] == number:
                return entry
            slot = (slot + 1) & mask
        numbers.append(number)
        self._recent.append(row << 32 | line)
        if path is not self._path:
            self._enter(row, path)
        slots[slot] = entry = len(numbers)
        if not entry & _RECENT - 1:
            self._places.set_aside()
        if entry * 3 > mask * 2:
            self._grow()
        return 0

    def place(self, entry: int) -> Place:
        """Where an entry was first met."""
        row, line = divmod(self._places[entry - 1], 1 << 32)
        return Place(row, self._paths[bisect_right(self._starts, row) - 1], line)

    def _enter(self, row: int, path: str) -> None:
        self._path = path
        self._starts.append(row)
        self._paths.append(path)

    def _grow(self) -> None:
        mask = self._mask = self._mask * 2 + 1
        self._slots = array("I")  # the old one goes before the new one comes
        slots = self._slots = array("I", (0,)) * (mask + 1)
        for entry, number in enumerate(self._numbers, 1):
            slot = (number ^ number >> 17) & mask
            while slots[slot]:
                slot = (slot + 1) & mask
            slots[slot] = entry


class _Places:
    """Numbers below 2**64 in a file without a name; the last of them are `recent`."""

    def __init__(self) -> None:
        self.recent = array("Q")
        self._file: IO[bytes] | None = None
        self._aside = 0

    def set_aside(self) -> None:
        """Move what is recent into the file."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="kaverun-")  # noqa: SIM115  closed with the places
            weakref.finalize(self, self._file.close)
        self.recent.tofile(self._file)
        self._aside += len(self.recent)
        del self.recent[:]

    def __getitem__(self, index: int) -> int:
        if index >= self._aside:
            return self.recent[index - self._aside]
        assert self._file is not None
        self._file.flush()
        found = os.pread(self._file.fileno(), 8, index * 8)
        return int.from_bytes(found, sys.byteorder)


_RECENT = 1 << 16
