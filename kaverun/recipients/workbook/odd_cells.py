"""Cells of a sheet that must not be taken as they come: errors, formulas without a result, merged cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kaverun.recipients.rows import EXACT, Column
from kaverun.recipients.uncomputed import UnusableCell, error_cell
from kaverun.recipients.workbook.marks import Area, Marks, area_name

#: By row and place in it: what stands for a cell that has no value of its own, or why its row is refused.
OddCells = Mapping[int, Mapping[int, UnusableCell | str]]

_NEVER_COMPUTED = "a formula that was never computed: open the workbook in a spreadsheet program and save it"
_DIGITS_LOST = "a number of more than 15 digits, of which a spreadsheet keeps 15: enter it as text"
_MERGED = "are merged into one, and each row needs its own: unmerge them"


def odd_cells(rows: Iterable[Sequence[Any]], header: Sequence[Column], first_column: int, marks: Marks) -> OddCells:
    """The odd cells below a header; `rows` are all of the sheet, each from `first_column` on."""
    found = _Found(header, first_column)
    found.add_lost_digits(rows)
    for (row, column), word in marks.errors.items():
        found.add(row, column, error_cell(found.header(column), word))
    for row, column in marks.uncalculated:
        found.add_unusable(row, column, _NEVER_COMPUTED)
    for area in marks.merged:
        found.add_merged(area)
    return found.cells


class _Found:
    def __init__(self, header: Sequence[Column], first_column: int) -> None:
        self.cells: dict[int, dict[int, UnusableCell | str]] = {}
        self._headers = {first_column + place: column.header for place, column in enumerate(header) if column.name}
        self._first_column = first_column
        self._last_row = 0

    def header(self, column: int) -> str:
        """The header of a column of the sheet, "" where it has none."""
        return self._headers.get(column, "")

    def add(self, row: int, column: int, cell: UnusableCell | str) -> None:
        if column in self._headers:
            self.cells.setdefault(row, {})[column - self._first_column] = cell

    def add_unusable(self, row: int, column: int, what: str, shown: str = "") -> None:
        self.add(row, column, UnusableCell(self.header(column), what, shown))

    def add_lost_digits(self, rows: Iterable[Sequence[Any]]) -> None:
        for row, cells in enumerate(rows):
            self._last_row = row
            for place, cell in enumerate(cells):
                if cell.__class__ is float and not -EXACT < cell < EXACT:
                    self.add_unusable(row, self._first_column + place, _DIGITS_LOST, f"{cell:.0f}")

    def add_merged(self, area: Area) -> None:
        """Every cell of the area but its first, which alone has a value."""
        for row in range(area.first_row, min(area.last_row, self._last_row) + 1):
            for column, header in self._headers.items():
                if area.first_column <= column <= area.last_column and (row, column) != area[:2]:
                    self.add(row, column, f"column '{header}': the cells {area_name(area)} {_MERGED}")
