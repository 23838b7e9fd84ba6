"""Which identities were met before, and where: compact, since a national list is met here."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple


class Place(NamedTuple):
    """A row of a list."""

    row: int
    path: str
    line: int

    def __str__(self) -> str:
        return f"row {self.row} ({self.path}:{self.line})"


class FirstSeen:
    """The first place of each whole number (below 2**64) that was met.

    An open-addressed table of flat arrays: some 30 bytes for each number, where a dict takes 130. Rows must come in
    ascending order.
    """

    def __init__(self) -> None:
        self._slots = array("I", bytes(4 * 1024))
        self._mask = 1023
        self._numbers = array("Q")
        self._places = array("Q")
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
        self._places.append(row << 32 | line)
        if path is not self._path:
            self._enter(row, path)
        slots[slot] = entry = len(numbers)
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
        slots = self._slots = array("I", bytes(4 * (mask + 1)))
        for entry, number in enumerate(self._numbers, 1):
            slot = (number ^ number >> 17) & mask
            while slots[slot]:
                slot = (slot + 1) & mask
            slots[slot] = entry
