"""Marks of a sheet in a workbook of Office Open XML (.xlsx, .xlsm): ECMA-376 part 1, 18.3.

A first look for signs of marks runs at the speed of a search; only where there are any the XML is parsed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from zipfile import ZipFile

from kaverun.recipients.workbook.formats import BUILT_IN, Shown, shown_by
from kaverun.recipients.workbook.marks import MAX_CELLS, Marks, TooLarge, cell_name, column_number
from kaverun.recipients.workbook.walking import walk

_CHUNK = 1 << 20
_OVERLAP = 256
#: Cells of an error, hidden rows, formulas. Each begins with plain letters, which is ten times faster.
_signs = tuple(
    re.compile(sign).search for sign in (rb"""t=["']e["']""", rb"""hidden=["'](?:1|true)""", rb"</f>", rb":f>")
)
_rows = re.compile(rb"""row [^>]*?\br=["'](\d+)""")
_beyond_z = re.compile(rb""" r=["']([A-Z][A-Z]+)""")
_value = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]").search
_reference = re.compile(r"([A-Z]{1,3})(\d+)").fullmatch


def marks_of_xlsx(path: Path, sheet: str) -> Marks:
    """The marks of a sheet. Raises TooLarge, and KeyError, BadZipFile or ExpatError for what is no workbook."""
    with ZipFile(path) as archive:
        part, formats = _part_of(archive, sheet), _formats(archive)
        with archive.open(part) as xml:
            marked = _first_look(xml, formats)
        if not marked:
            return Marks()
        with archive.open(part) as xml:
            return _Reader(formats).read(xml)


def has_values(path: Path, sheet: str) -> bool:
    """Whether any cell of a sheet has a value. Raises as `marks_of_xlsx`, but for TooLarge."""
    with ZipFile(path) as archive, archive.open(_part_of(archive, sheet)) as xml:
        return any(_value(text) for text in _chunks(xml))


def _part_of(archive: ZipFile, sheet: str) -> str:
    """The name of the part that holds a sheet, through two lists of relationships."""
    workbook = _targets(archive, "_rels/.rels", "")["officeDocument"]
    folder, name = posixpath.split(workbook)
    parts = _targets(archive, f"{folder}/_rels/{name}.rels".lstrip("/"), folder, by="Id")
    for element in ElementTree.fromstring(archive.read(workbook)).iter():
        if _local(element.tag) == "sheet" and element.get("name") == sheet:
            return next(parts[value] for key, value in element.items() if _local(key) == "id")
    raise KeyError(sheet)


def _formats(archive: ZipFile) -> dict[str, Shown]:
    """The cell formats that show something else than a number, by the number that cells give as s=."""
    workbook = _targets(archive, "_rels/.rels", "")["officeDocument"]
    folder, name = posixpath.split(workbook)
    styles = _targets(archive, f"{folder}/_rels/{name}.rels".lstrip("/"), folder).get("styles", "")
    if styles not in archive.namelist():
        return {}
    codes, cell_formats = dict(BUILT_IN), list[int]()
    for element in ElementTree.fromstring(archive.read(styles)):
        for child in element:
            if _local(element.tag) == "numFmts":
                codes[int(child.get("numFmtId", 0))] = child.get("formatCode", "")
            elif _local(element.tag) == "cellXfs":
                cell_formats.append(int(child.get("numFmtId", 0)))
    shown = ((str(place), shown_by(codes.get(number, ""))) for place, number in enumerate(cell_formats))
    return {place: how for place, how in shown if how}


def _targets(archive: ZipFile, name: str, folder: str, by: str = "Type") -> dict[str, str]:
    found = {}
    for element in ElementTree.fromstring(archive.read(name)):
        target = element.get("Target", "")
        key = element.get(by, "").rpartition("/")[2]
        found[key] = (
            target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}").lstrip("/")
        )
    return found


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2].rpartition(":")[2]


def _first_look(xml: IO[bytes], formats: Collection[str]) -> bool:
    """Whether the sheet may have marks. Raises TooLarge."""
    signs = [*_signs, *([re.compile(rf""" s=["'](?:{"|".join(formats)})["']""".encode()).search] if formats else [])]
    found, height, width = False, 0, 26
    for text in _chunks(xml):
        found = found or any(search(text) for search in signs)
        height = max(height, *map(int, _rows.findall(text)[-1:]), 0)
        width = max(width, *(column_number(name.decode()) + 1 for name in set(_beyond_z.findall(text))), 0)
    if height * width > MAX_CELLS:
        raise TooLarge(cell_name(height - 1, width - 1))
    return found


def _chunks(xml: IO[bytes]) -> Iterator[bytes]:
    """The text piece by piece, each beginning with the end of the one before."""
    tail = b""
    while chunk := xml.read(_CHUNK):
        yield tail + chunk
        tail = chunk[-_OVERLAP:]


class _Reader:
    """Walks through the XML of a sheet and keeps the marks; places may be left out and then count on."""

    def __init__(self, formats: Mapping[str, Shown]) -> None:
        self.marks = Marks()
        self._formats = formats
        self._format: Shown | None = None
        self._row = self._column = -1
        self._type = self._value = ""
        self._formula = self._in_value = False

    def read(self, xml: IO[bytes]) -> Marks:
        walk(xml, start=self._start, end=self._end, text=self._text)
        return self.marks

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = _local(name)
        if element == "c":
            self._begin_cell(attributes)
        elif element == "v":
            self._in_value = True
        elif element == "f":
            self._formula = True
        elif element == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.marks.hidden.append(range(self._row, self._row + 1))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = _reference(attributes.get("r", ""))
        self._column = column_number(reference[1]) if reference else self._column + 1
        self._type, self._value, self._formula = attributes.get("t", ""), "", False
        self._format = self._formats.get(attributes.get("s", ""))

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value += text

    def _end(self, name: str) -> None:
        element = _local(name)
        if element == "v":
            self._in_value = False
        elif element == "c":
            if self._type == "e":
                self.marks.errors[self._row, self._column] = self._value or "#ERROR!"
            elif self._formula and not self._value and self._type in ("", "n"):
                self.marks.uncalculated.add((self._row, self._column))
            elif self._format and self._type in ("", "n") and (shown := self._format(self._value)):
                self.marks.shown[self._row, self._column] = shown
