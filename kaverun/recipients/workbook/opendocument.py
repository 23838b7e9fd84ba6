"""Marks of a sheet in an OpenDocument workbook (.ods): OpenDocument 1.3 part 3, 9, with LibreOffice's extension."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from kaverun.recipients.uncomputed import is_error_word
from kaverun.recipients.workbook.marks import Area, Marks
from kaverun.recipients.workbook.walking import walk

_MOST_ROWS = 1 << 20
_REPEATED_ERRORS = 1000
_REPEATED_CELLS = 1000
_with_zeros = re.compile(r"0[0-9]+").fullmatch
# Percentages, and codes with leading zeros.
_FORMATS = (rb"""value-type=["']percentage""", rb"""min-integer-digits=["'](?:[2-9]|\d\d)""")
_signs = tuple(
    re.compile(sign).search
    for sign in (
        rb"""visibility=["'](?:collapse|filter)""",
        rb"""-spanned=["'](?!1["'])""",
        rb"table:formula",
        *_FORMATS,
    )
)
_CHUNK = 1 << 20


def marks_of_ods(path: Path, sheet: str) -> Marks:
    """The marks of a sheet. Raises KeyError, BadZipFile or ExpatError for what is no workbook."""
    with ZipFile(path) as archive:
        with archive.open("content.xml") as xml:
            if not _marked(xml):
                return Marks()
        with archive.open("content.xml") as xml:
            return _Reader(sheet).read(xml)


def _marked(xml: IO[bytes]) -> bool:
    tail = b""
    while chunk := xml.read(_CHUNK):
        if any(search(tail + chunk) for search in _signs):
            return True
        tail = chunk[-64:]
    return False


def _shows_something_else(cell: dict[str, str], word: str) -> bool:
    """Whether a number is shown as a percentage, or with zeros before it."""
    kind = cell.get("office:value-type")
    if kind == "percentage":
        return bool(word)
    return kind == "float" and _with_zeros(word) is not None and int(word) == float(cell.get("office:value", "nan"))


class _Reader:
    """Walks through the tables of a document and keeps the marks of one."""

    def __init__(self, sheet: str) -> None:
        self.marks = Marks()
        self._sheet = sheet
        self._inside = False
        self._row = self._column = self._rows = 0
        self._cell: dict[str, str] | None = None
        self._text = ""

    def read(self, xml: IO[bytes]) -> Marks:
        walk(xml, start=self._start, end=self._end, text=self._add_text)
        return self.marks

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._inside = attributes.get("table:name") == self._sheet
            self._row = 0
        elif not self._inside:
            return
        elif name == "table:table-row":
            self._begin_row(attributes)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._text = attributes, ""

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._column = 0
        self._rows = min(int(attributes.get("table:number-rows-repeated", 1)), _MOST_ROWS)
        if attributes.get("table:visibility") in ("collapse", "filter"):
            self.marks.hidden.append(range(self._row, self._row + self._rows))

    def _add_text(self, text: str) -> None:
        if self._cell is not None:
            self._text += text

    def _end(self, name: str) -> None:
        if name == "table:table":
            self._inside = False
        elif self._inside and name == "table:table-row":
            self._row += self._rows
        elif self._cell is not None and name in ("table:table-cell", "table:covered-table-cell"):
            self._finish_cell(self._cell)
            self._column += int(self._cell.get("table:number-columns-repeated", 1))
            self._cell = None

    def _finish_cell(self, cell: dict[str, str]) -> None:
        word = self._text.strip()
        if cell.get("calcext:value-type") == "error" or ("table:formula" in cell and is_error_word(word)):
            for row in range(self._row, self._row + min(self._rows, _REPEATED_ERRORS)):
                self.marks.errors[row, self._column] = word or "#ERROR!"
        elif "table:formula" in cell and "office:value-type" not in cell and not word:
            self.marks.uncalculated.add((self._row, self._column))
        elif _shows_something_else(cell, word):
            for row in range(self._row, self._row + min(self._rows, _REPEATED_CELLS)):
                for column in range(int(cell.get("table:number-columns-repeated", 1))):
                    self.marks.shown[row, self._column + column] = word
        rows = int(cell.get("table:number-rows-spanned", 1))
        columns = int(cell.get("table:number-columns-spanned", 1))
        if rows > 1 or columns > 1:
            last = (self._row + rows - 1, self._column + columns - 1)
            self.marks.merged.append(Area(self._row, self._column, *last))
