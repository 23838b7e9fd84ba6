"""One sheet of a workbook as a list of recipients, read row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kaverun.errors import Invalid, Problem
from kaverun.recipients.header import is_title, named, same_names, title_problem
from kaverun.recipients.rows import BadRow, Column, Row, composed, listed, text_of
from kaverun.recipients.uncomputed import ShownCell, UnusableCell
from kaverun.recipients.workbook.marks import Marks, letters
from kaverun.recipients.workbook.odd_cells import OddCells, odd_cells
from kaverun.recipients.workbook.opening import choose_sheet, is_old, open_workbook, read_sheet, unread_sheets

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

#: What a spreadsheet keeps of a number and shows of it: 0.1 + 0.2 is 0.3 there.
_DIGITS: Final = 15
_escaped_end: Final = re.compile("_x000[dD]_")
#: Rows below a first row of one cell among which its header is looked for.
_ROWS_OF_TITLES: Final = 5


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A sheet that can be read; all of it is in memory.

    `header_row` and `first_column` count from 0; a row's line is its number in the sheet. A column without a header
    and without data has the name "" and is left out of the rows. A `headless` sheet begins with its first row. Of one
    that `is_old`, an .xls, only values are known.
    """

    shown: str
    sheet: CalamineSheet
    header_row: int
    first_column: int
    header: tuple[Column, ...]
    odd: OddCells = field(default_factory=dict)
    formatted: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    headless: bool = False
    is_old: bool = False

    @property
    def header_line(self) -> int:
        return self.header_row + 1

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that have a name."""
        return tuple(column for column in self.header if column.name)

    def rows(self, number: int = 0) -> Generator[Row | BadRow, None, int]:
        """The rows below the header, numbered after `number`; blank ones are passed over. Returns the last number.

        Numbers that are whole come as such, dates and times as Python's, texts in NFC.
        """
        names = [column.name for column in self.header]
        for index, cells in self.cells():
            number += 1
            odd = self.odd.get(index, {})
            refused = next((reason for reason in odd.values() if isinstance(reason, str)), "")
            if refused:
                yield BadRow(number, self.shown, index + 1, refused)
                continue
            values = dict(zip(names, map(_value, cells), strict=True))
            values.update((names[place], self._shown(cells[place], text)) for place, text in self._formatted(index))
            values.update((names[place], cell) for place, cell in odd.items())
            values.pop("", None)
            yield Row(number, self.shown, index + 1, values)
        return number

    def _formatted(self, index: int) -> Iterable[tuple[int, str]]:
        return self.formatted[index].items() if index in self.formatted else ()

    def _shown(self, cell: Any, text: str) -> object:
        """What the sheet shows for a number, which stays with it for columns that have a type."""
        return ShownCell(text, cell) if isinstance(cell, float) else _value(cell)

    def cells(self) -> Iterator[tuple[int, list[Any]]]:
        """Row (from 0) and cells of every row below the header that is not blank; an error is no blank."""
        for index, cells in enumerate(self._all_cells()):
            below = index > self.header_row or self.headless
            if below and (_any(cells) or any(isinstance(cell, UnusableCell) for cell in self._odd_at(index))):
                yield index, cells

    def _all_cells(self) -> Iterator[list[Any]]:
        """Every row of the sheet; those below its last value too, as far as formulas without a value reach."""
        yield from self.sheet.iter_rows()
        height = self.sheet.total_height + 1
        yield from ([""] * len(self.header) for _ in range(height, max(self.odd, default=0) + 1))

    def _odd_at(self, index: int) -> Iterable[UnusableCell | str]:
        return self.odd[index].values() if index in self.odd else ()


def open_sheet(path: Path, shown: str, sheet: str | None) -> SheetFile:
    """Read a sheet of a workbook, the first visible one unless another is named.

    Raises Invalid: no workbook, no such sheet, no header, two headers of one name, data under an empty header, no rows.
    """
    file = _with_header(path, shown, sheet)
    problems = _title_above(file) or _header_problems(file)
    if not problems and next(file.cells(), None) is None:
        problems = [Problem("the list is empty: there is no row below the header", shown, file.header_line)]
    if problems:
        raise Invalid(problems)
    return file


def open_sheet_of_numbers(path: Path, shown: str, sheet: str | None, is_number: Callable[[str], bool]) -> SheetFile:
    """As `open_sheet`, for a list that may be one column without a header, or have no rows."""
    file = _with_header(path, shown, sheet)
    if unknown := [*_without_value_above(file), *_blank_or_errors(file)]:
        raise Invalid(unknown)
    if len(file.header) == 1 and is_number(file.header[0].header):
        return replace(file, header=(Column("number", "number"),), headless=True)
    problems = _title_above(file) or _header_problems(file)
    if not problems and any(is_number(column.header) for column in file.header):
        what = "the first row holds a number: a list of several columns needs a header"
        problems = [Problem(what, shown, file.header_line)]
    if problems:
        raise Invalid(problems)
    return file


def _without_value_above(file: SheetFile) -> Iterator[Problem]:
    """A problem for each cell above the header that a spreadsheet could not compute: it may stand for a number."""
    for index, cells in sorted(file.odd.items()):
        for cell in cells.values() if index < file.header_row else ():
            if isinstance(cell, UnusableCell):
                yield Problem(f"a cell holds {cell.what}; correct it or take the row out", file.shown, index + 1)


def _blank_or_errors(file: SheetFile) -> Iterator[Problem]:
    """A problem for each blank row of an .xls between its first value and its last: an error would look the same."""
    first = file.sheet.start[0] if file.is_old and file.sheet.start else file.sheet.total_height
    for index, cells in enumerate(file.sheet.iter_rows()):
        if index >= first and not _any(cells):
            what = "this row is blank, or holds an error such as #N/A, which an .xls workbook hides: "
            yield Problem(
                f"{what}delete the row if it is blank, save the workbook as .xlsx if not", file.shown, index + 1
            )


def _with_header(path: Path, shown: str, wanted: str | None) -> SheetFile:
    workbook = open_workbook(path, shown)
    name = choose_sheet(workbook, shown, wanted)
    sheet, marks = read_sheet(workbook, path, shown, name)
    index, cells = next(((index, cells) for index, cells in enumerate(sheet.iter_rows()) if _any(cells)), (0, []))
    if sheet.start is None or not cells:
        raise Invalid([Problem(f"the sheet '{name}' is empty: it needs a header and a row for each recipient", shown)])
    header = named([text_of(_value(cell)) for cell in cells])
    odd = odd_cells(sheet.iter_rows(), header, sheet.start[1], marks or Marks())
    formatted = _by_row(marks.shown if marks else {}, sheet.start[1], len(header))
    file = SheetFile(shown, sheet, index, sheet.start[1], header, odd, formatted, is_old=is_old(path))
    others = [] if wanted else unread_sheets(workbook, path, name)
    return replace(file, notes=tuple(_notes(file, marks, name, others)))


def _by_row(shown: Mapping[tuple[int, int], str], first_column: int, width: int) -> dict[int, dict[int, str]]:
    """By row and place in it."""
    found: dict[int, dict[int, str]] = {}
    for (row, column), text in shown.items():
        if 0 <= column - first_column < width:
            found.setdefault(row, {})[column - first_column] = text
    return found


def _any(cells: list[Any]) -> bool:
    """Whether a row is not blank."""
    return cells.count("") < len(cells)


def _value(cell: Any) -> object:
    if cell.__class__ is str:
        return _text(cell)
    if cell.__class__ is float:
        return int(cell) if cell.is_integer() else float(f"{cell:.{_DIGITS}g}")
    return cell


def _text(cell: str) -> str:
    """A cell's text; a line end that was escaped twice, as programs do that copy workbooks, is one still."""
    return composed(_escaped_end.sub("\r", cell) if "_x000" in cell else cell)


def _notes(file: SheetFile, marks: Marks | None, name: str, others: list[str]) -> Iterator[Problem]:
    """Warnings: what a person who looks at the sheet might take for left out, or for read."""
    if others:
        example = f"{Path(file.shown).name}#{others[0]}"
        what = f"only the sheet '{name}' is read, not {listed(others)}; name a sheet after #, as in {example}"
        yield Problem(what, file.shown, severity="warning")
    if marks is None:
        what = "it could not be looked through for errors, formulas and hidden rows; look at the texts in the plan"
        yield Problem(what, file.shown, severity="warning")
        return
    if file.is_old:
        what = (
            "of an .xls workbook only the values are read: hidden and filtered rows like all others, errors such as "
            "#N/A as empty cells, and numbers as they are stored, whatever the sheet shows of them (00005, 20%); save "
            "it as .xlsx, where kaverun sees all of this"
        )
        yield Problem(what, file.shown, severity="warning")
    hidden = {row for rows in marks.hidden for row in rows if row <= (file.sheet.end or (0, 0))[0]}
    lines = [index + 1 for index, _ in file.cells() if index in hidden] if hidden else []
    if lines:
        more = f", and {len(lines) - 1:,} more are" if len(lines) > 1 else ""
        what = f"this row is hidden or filtered out{more}, and read all the same: use `where:`, or delete it"
        yield Problem(what, file.shown, lines[0], severity="warning")


def _header_problems(file: SheetFile) -> list[Problem]:
    return [*same_names(file.header, file.shown, file.header_line), *_data_without_header(file)]


def _title_above(file: SheetFile) -> list[Problem]:
    first = [column.header for column in file.header]
    for index, cells in islice(file.cells(), _ROWS_OF_TITLES):
        texts = [text_of(_value(cell)) for cell in cells]
        if sum(bool(text.strip()) for text in texts) > 1:
            return [title_problem(file.header_line, index + 1, file.shown)] if is_title(first, texts) else []
    return []


def _data_without_header(file: SheetFile) -> Iterator[Problem]:
    """A problem for each column without a header that has data, at its first cell."""
    unnamed = {place for place, column in enumerate(file.header) if not column.name}
    for index, cells in file.cells() if unnamed else ():
        for place in sorted(unnamed):
            if cells[place] != "":
                what = (
                    f"column {letters(file.first_column + place)} has data here and no header; give it one, or clear it"
                )
                yield Problem(what, file.shown, index + 1)
                unnamed.discard(place)
        if not unnamed:
            return
