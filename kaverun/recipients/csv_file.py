"""One CSV file as a spreadsheet writes it, read row by row (traps.md *Lists*)."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from kaverun.errors import Invalid, Problem
from kaverun.recipients.encoding import NoList, Probed, Undecodable, probe
from kaverun.recipients.header import is_title, named, same_names, title_problem
from kaverun.recipients.rows import BadRow, Column, Row
from kaverun.recipients.uncomputed import error_cell, is_error_word
from kaverun.text.plurals import plural

if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS: Final = ",;\t|"
_NAMED: Final = {"tab": "\t", "\\t": "\t"}
_SAMPLE_ROWS: Final = 30
#: Lines below a first row of one cell among which its header is looked for.
_ROWS_OF_TITLES: Final = 5
_separator_line = re.compile(r'"?sep=(.)"?[,;|\s]*', re.IGNORECASE).fullmatch
_quoted = re.compile(r'"(?:[^"]|"")*"')


class ShortRows:
    """How many rows had fewer cells than the header when they were read last, and the line of the first."""

    def __init__(self) -> None:
        self.count = self.line = 0

    def forget(self) -> None:
        self.count = 0

    def add(self, line: int) -> None:
        self.line = self.line if self.count else line
        self.count += 1


class CsvFile(NamedTuple):
    """A list that can be read: `shown` is its path as the campaign writes it, `header_line` where its header stands.

    A column without a header and without data has the name "" and is left out of the rows. A `headless` file begins
    with its first row.
    """

    path: Path
    shown: str
    probed: Probed
    delimiter: str
    skipped_lines: int
    header_line: int
    header: tuple[Column, ...]
    notes: tuple[Problem, ...] = ()
    headless: bool = False
    short: ShortRows = ShortRows()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that have a name."""
        return tuple(column for column in self.header if column.name)

    def rows(self, number: int = 0) -> Generator[Row | BadRow, None, int]:
        """The rows below the header, numbered after `number`; blank ones are passed over. Returns the last number.

        Raises Invalid where the file is broken so that rows would be lost: a quote that is never closed.
        """
        self.short.forget()
        with _opened(self.path, self.probed.codec) as file:
            reader = _reader(file, self.probed, self.delimiter, self.skipped_lines)
            try:
                if not self.headless:
                    next(cells for cells in reader if any(cells))
                return (yield from self._below_header(reader, number))
            except UnicodeDecodeError:
                raise Invalid([Problem("the file changed while it was read", self.shown)]) from None

    def afterthoughts(self) -> Iterator[Problem]:
        """Warnings about the rows that were read last."""
        if self.short.count:
            rows = plural(self.short.count, "row has", "rows have")
            what = (
                f"{rows} fewer cells than the header: what is missing at the end is read as empty (first in this line)"
            )
            yield Problem(what, self.shown, self.short.line, severity="warning")

    def _below_header(self, reader: Reader, number: int) -> Generator[Row | BadRow, None, int]:
        path, skipped = self.shown, self.skipped_lines
        composed, error_words = self.probed.composed, self.probed.error_words
        names = [column.name for column in self.header]
        width, whole, make = len(names), all(names), tuple.__new__
        line = reader.line_num + skipped + 1
        while True:
            try:
                for cells in reader:
                    if any(cells):
                        number += 1
                        if not composed:
                            cells = [unicodedata.normalize("NFC", cell) for cell in cells]
                        if len(cells) == width and whole and not error_words:
                            yield make(Row, (number, path, line, dict(zip(names, cells))))  # noqa: B905  30 % slower
                        else:
                            yield self._row(number, line, reader.line_num + skipped, cells)
                    line = reader.line_num + skipped + 1
                return number
            except csv.Error as error:
                number += 1
                yield self._broken(number, line, reader.line_num + skipped, error)
                line = reader.line_num + skipped + 1

    def _row(self, number: int, line: int, last: int, cells: list[str]) -> Row | BadRow:
        width = len(self.header)
        # A short row of several lines may have swallowed others by a quote that was closed too late.
        if len(cells) < width and line == last:
            self.short.add(line)
            cells = [*cells, *[""] * (width - len(cells))]
        if len(cells) < width or any(cells[width:]):
            lines = f" (lines {line} to {last})" if last > line else ""
            count = f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
            return BadRow(number, self.shown, line, f"it has {count}{lines}, and the header has {width}")
        values = {column.name: _value(column, cell) for column, cell in zip(self.header, cells, strict=False)}
        values.pop("", None)
        return Row(number, self.shown, line, values)

    def _broken(self, number: int, line: int, last: int, error: csv.Error) -> BadRow:
        if "limit" in str(error):
            what = f"a cell of this row is longer than {csv.field_size_limit():,} characters; is a quote not closed?"
            raise Invalid([Problem(what, self.shown, line, row=number)])
        if last > line or "end of data" in str(error):
            what = f"a quote is opened in this row and not closed before line {last}: close it, or double it"
            raise Invalid([Problem(what, self.shown, line, row=number)])
        return BadRow(number, self.shown, line, "something follows a closing quote; a quote inside a cell is doubled")


def open_csv(path: Path, shown: str, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
    """Look at a CSV file and its header; an explicit encoding or delimiter wins over what is found.

    Raises Invalid: unreadable, undecodable, no header, two headers of one name, data under an empty header, no rows.
    """
    with _located(shown):
        file = _with_header(path, shown, probe(path, encoding), delimiter)
        problems = _title_above(file) or [*_header_problems(file), *_no_rows(file)]
    if problems:
        raise Invalid(problems)
    return file


def open_numbers(path: Path, shown: str, is_number: Callable[[str], bool]) -> CsvFile:
    """As `open_csv`, for a list that may be one column without a header, or have no rows."""
    with _located(shown):
        file = _with_header(path, shown, probe(path, None), None)
        problems = _title_above(file) or _header_problems(file)
    if not problems and len(file.header) == 1 and is_number(file.header[0].header):
        return file._replace(header=(Column("number", "number"),), headless=True)
    if any(is_number(column.header) for column in file.header):
        problems = [Problem("the first line holds a number: a list of several columns needs a header", shown, 1)]
    if problems:
        raise Invalid(problems)
    return file


def _value(column: Column, cell: str) -> object:
    return error_cell(column.header, cell.strip()) if is_error_word(cell.strip()) else cell


@contextmanager
def _located(shown: str) -> Iterator[None]:
    try:
        yield
    except NoList as error:
        raise Invalid([Problem(error.what, shown, error.line)]) from None
    except Undecodable as error:
        raise Invalid([Problem(f"cannot be read as text: {error.reason}", shown, error.line)]) from None
    except OSError as error:
        raise Invalid([Problem(f"cannot be read: {error.strerror or error}", shown)]) from None


def _opened(path: Path, codec: str) -> IO[str]:
    # Line ends inside of cells become LF as those of rows do: a text is the same wherever its list was saved.
    return path.open(encoding=codec, newline=None)


def _reader(file: IO[str], probed: Probed, delimiter: str, skipped_lines: int) -> Reader:
    for _ in range(skipped_lines):
        file.readline()
    # In `a, "b, c"` the quote opens a cell: otherwise it would be two, and all after them one too far to the right.
    return csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=probed.spaced_quotes)


def _with_header(path: Path, shown: str, probed: Probed, delimiter: str | None) -> CsvFile:
    with _opened(path, probed.codec) as file:
        stated = _separator_line(file.readline())
    skipped = 1 if stated else 0
    chosen = _stated(delimiter, shown) or (stated[1] if stated else _found(path, shown, probed))
    line, cells = _header(path, shown, probed, chosen, skipped)
    notes = (_guessed(shown),) if probed.guessed else ()
    return CsvFile(path, shown, probed, chosen, skipped, line, named(cells), notes, short=ShortRows())


def _stated(delimiter: str | None, shown: str) -> str | None:
    if delimiter is None:
        return None
    char = _NAMED.get(delimiter, delimiter)
    if len(char) != 1 or char in '"\r\n ':
        raise Invalid([Problem(f"'{delimiter}' cannot part cells; write one of , ; | or tab", shown)])
    return char


def _guessed(shown: str) -> Problem:
    what = "not UTF-8, so read as cp1256 (Windows Arabic); look at the names in the plan, or state `encoding:`"
    return Problem(what, shown, severity="warning")


def _found(path: Path, shown: str, probed: Probed) -> str:
    """The delimiter by the header line; where several could be, the one that parts the next rows alike."""
    with _opened(path, probed.codec) as file:
        header = next((line for line in file if line.strip()), "")
    bare = _quoted.sub("", header)
    candidates = [char for char in _DELIMITERS if char in bare]
    if len(candidates) < 2:
        return candidates[0] if candidates else ","
    widths = {char: _even_width(path, probed, char) for char in candidates}
    best = [char for char in candidates if widths[char] == max(widths.values())]
    if len(best) > 1:
        shown_best = " and ".join(repr(char) for char in best)
        raise Invalid([Problem(f"both {shown_best} could part the cells; state `delimiter:`", shown, 1)])
    return best[0]


def _even_width(path: Path, probed: Probed, delimiter: str) -> int:
    """How many cells each of the first rows has, 0 if they differ."""
    with _opened(path, probed.codec) as file:
        try:
            rows = [cells for cells in islice(_reader(file, probed, delimiter, 0), _SAMPLE_ROWS) if any(cells)]
        except csv.Error:
            return 0
    widths = {len(cells) for cells in rows}
    return widths.pop() if len(widths) == 1 else 0


def _header(path: Path, shown: str, probed: Probed, delimiter: str, skipped: int) -> tuple[int, list[str]]:
    with _opened(path, probed.codec) as file:
        reader = _reader(file, probed, delimiter, skipped)
        line = skipped + 1
        try:
            for cells in reader:
                if any(cells):
                    return line, cells
                line = reader.line_num + skipped + 1
        except csv.Error:
            raise Invalid([Problem("the header has a quote that is not closed", shown, line)]) from None
    raise Invalid([Problem("the file is empty: it needs a header line and a line for each recipient", shown)])


def _header_problems(file: CsvFile) -> list[Problem]:
    whole = all(column.name for column in file.header)
    return [*same_names(file.header, file.shown, file.header_line), *([] if whole else _data_without_header(file))]


def _title_above(file: CsvFile) -> list[Problem]:
    """A problem where the first row is a title; a title has no delimiter, so the next lines are looked at as text."""
    first = [column.header for column in file.header]
    if sum(map(bool, first)) != 1:
        return []
    with _opened(file.path, file.probed.codec) as opened:
        for line, text in islice(enumerate(opened, 1), file.header_line, file.header_line + _ROWS_OF_TITLES):
            rows = [text.rstrip("\r\n").split(delimiter) for delimiter in _DELIMITERS]
            if any(sum(bool(cell.strip()) for cell in row) > 1 for row in rows):
                return (
                    [title_problem(file.header_line, line, file.shown)]
                    if any(is_title(first, row) for row in rows)
                    else []
                )
    return []


def _no_rows(file: CsvFile) -> list[Problem]:
    try:
        if next(file.rows(), None) is None:
            return [Problem("the list is empty: there is no row below the header", file.shown, file.header_line)]
    except Invalid as error:
        return list(error.problems)
    return []


def _data_without_header(file: CsvFile) -> list[Problem]:
    """A problem for each column without a header that has data, at its first cell."""
    unnamed = {place for place, column in enumerate(file.header) if not column.name}
    problems = []
    for line, cells in _cells(file):
        for place in sorted(unnamed):
            if place < len(cells) and cells[place].strip():
                what = f"column {place + 1} has data here and no header; give it one, or clear the column"
                problems.append(Problem(what, file.shown, line))
                unnamed.discard(place)
        if not unnamed:
            break
    return problems


def _cells(file: CsvFile) -> Iterator[tuple[int, list[str]]]:
    with _opened(file.path, file.probed.codec) as opened:
        reader = _reader(opened, file.probed, file.delimiter, file.skipped_lines)
        line = reader.line_num + file.skipped_lines + 1
        try:
            for cells in reader:
                if line > file.header_line:
                    yield line, cells
                line = reader.line_num + file.skipped_lines + 1
        except csv.Error:
            return
