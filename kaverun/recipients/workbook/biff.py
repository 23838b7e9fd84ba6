"""Marks of a sheet in a workbook of Excel 97 to 2003 (.xls): [MS-XLS] 2.4."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kaverun.recipients.workbook.compound import stream_of
from kaverun.recipients.workbook.marks import Marks

_FORMULA, _EOF, _BOUNDSHEET, _BOOLERR, _ROW = 0x06, 0x0A, 0x85, 0x0205, 0x0208
_HIDDEN = 0x20
_WORDS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


class _Record(NamedTuple):
    kind: int
    body: bytes


def marks_of_xls(path: Path, index: int) -> Marks:
    """The marks of the sheet with this number, from 0. Raises struct.error, IndexError or ValueError for no workbook.

    A formula that was never computed cannot be told from one with an empty text.
    """
    stream = stream_of(path.read_bytes(), ("Workbook", "Book"))
    sheets = [record.body for record in _records(stream, 0) if record.kind == _BOUNDSHEET]
    (start,) = struct.unpack_from("<I", sheets[index])
    marks = Marks()
    for record in _records(stream, start):
        _keep(marks, record)
    return marks


def _keep(marks: Marks, record: _Record) -> None:
    if record.kind == _ROW:
        row, flags = struct.unpack_from("<H10xI", record.body)
        if flags & _HIDDEN:
            marks.hidden.append(range(row, row + 1))
    elif record.kind == _BOOLERR:
        row, column, _, value, is_error = struct.unpack_from("<HHHBB", record.body)
        if is_error:
            marks.errors[row, column] = _WORDS.get(value, "#ERROR!")
    elif record.kind == _FORMULA:
        row, column, _, kind, _, value, _, no_number = struct.unpack_from("<HHHBBB3sH", record.body)
        if no_number == 0xFFFF and kind == 2:
            marks.errors[row, column] = _WORDS.get(value, "#ERROR!")


def _records(stream: bytes, place: int) -> Iterator[_Record]:
    """The records of one substream, to its end."""
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind == _EOF:
            return
        yield _Record(kind, stream[place + 4 : place + 4 + size])
        place += 4 + size
