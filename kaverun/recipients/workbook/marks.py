"""What a sheet says beside the values of its cells, and calamine does not tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

#: calamine keeps every cell between the first and the last, 32 bytes each, and ends the process where it cannot.
MAX_CELLS: Final = 30_000_000


class Area(NamedTuple):
    """Cells from one corner to the other, rows and columns from 0, both included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Marks:
    """Marks of one sheet, by (row, column) from 0.

    `errors`: the word shown, such as #N/A. `uncalculated`: formulas that were never computed, so without a value.
    `hidden`: rows. `merged`: areas of several cells that are one. `shown`: what a number's format makes of it, where
    that is something else: 00005, 20%.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    hidden: list[range] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    shown: dict[tuple[int, int], str] = field(default_factory=dict)


class TooLarge(ValueError):
    """A sheet that would not fit into memory; `cell` is the last one it reaches to."""

    def __init__(self, cell: str) -> None:
        self.cell = cell
        super().__init__(f"the sheet reaches to cell {cell}")


def letters(column: int) -> str:
    """The name of a column, counted from 0: A, B, …, Z, AA, …"""
    name, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        name = chr(ord("A") + last) + name
    return name


def column_number(name: str) -> int:
    """The column, counted from 0, of a name such as AB."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def cell_name(row: int, column: int) -> str:
    """A cell as a spreadsheet calls it, such as B7; both counted from 0."""
    return f"{letters(column)}{row + 1}"


def area_name(area: Area) -> str:
    """An area as a spreadsheet calls it, such as B6:B8."""
    return f"{cell_name(area.first_row, area.first_column)}:{cell_name(area.last_row, area.last_column)}"
