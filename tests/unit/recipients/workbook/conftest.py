from __future__ import annotations

import runpy
import struct
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kaverun.recipients.workbook.sheet import SheetFile, open_sheet

LISTS = Path(__file__).parents[3] / "data" / "lists"
Open = Callable[..., SheetFile]


@pytest.fixture(scope="session")
def excel() -> Any:
    """How Excel writes workbooks: `xlsx`, `Sheet` and the kinds of cells."""
    return SimpleNamespace(**runpy.run_path(str(LISTS / "workbooks.py")))


@pytest.fixture
def opened(tmp_path: Path, excel: Any) -> Open:
    """Opens a workbook of one sheet with the given rows."""

    def open_rows(*rows: list[Any], **settings: Any) -> SheetFile:
        path = tmp_path / "m.xlsx"
        path.write_bytes(excel.xlsx(excel.Sheet("S", rows, **settings)))
        return open_sheet(path, "m.xlsx", None)

    return open_rows


@pytest.fixture(scope="session")
def encrypted() -> bytes:
    """A workbook under a password, as Office stores it: a compound file with the encrypted package in it."""
    return compound_file({"EncryptionInfo": b"\x04\x00\x04\x00", "EncryptedPackage": b""})


@pytest.fixture(scope="session")
def xls() -> Callable[[list[str | float | None]], bytes]:
    """Makes an .xls workbook with one column of cells ([MS-XLS] 2.4): None is #N/A, "" a row without a cell."""

    def record(kind: int, layout: str, *values: Any) -> bytes:
        body = struct.pack(f"<{layout}", *values)
        return struct.pack("<HH", kind, len(body)) + body

    def cell(row: int, value: str | float | None) -> bytes:
        if isinstance(value, str):
            text = value.encode("utf-16-le")
            return record(0x204, f"HHHHB{len(text)}s", row, 0, 0, len(value), 1, text) if value else b""
        return record(0x203, "HHHd", row, 0, 0, value) if value else record(0x205, "HHHBB", row, 0, 0, 0x2A, 1)

    def make(cells: list[str | float | None]) -> bytes:
        book, sheet = (record(0x809, "HHHHII", 0x600, kind, 0, 0, 0, 0) for kind in (0x05, 0x10))
        end = record(0x0A, "")
        book += record(0x85, "IBBBBs", len(book) + 13 + len(end), 0, 0, 1, 0, b"S") + end
        return compound_file({"Workbook": book + sheet + b"".join(map(cell, count(), cells)) + end})

    return make


_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A compound file ([MS-CFB] version 3) of a few short streams: directory, streams, table of sectors."""
    following, data = [_END], b""
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for number, (name, content) in enumerate(streams.items(), 1):
        entries.append(_entry(name, 2, len(following), 4096, right=number + 1 if number < len(streams) else _FREE))
        following += [*range(len(following) + 1, len(following) + 8), _END]
        data += content.ljust(4096, b"\0")
    header = struct.pack("<8s16x5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 62, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 0, 0, 4096, _END, 0, _END, 0)
    tables = struct.pack("<109I", len(following), *[_FREE] * 108)
    table = struct.pack("<128I", *following, _TABLE, *[_FREE] * (127 - len(following)))
    return header + tables + b"".join(entries).ljust(512, b"\0") + data + table


def _entry(name: str, kind: int, first: int, length: int, right: int = _FREE, child: int = _FREE) -> bytes:
    written = name.encode("utf-16-le")
    links = struct.pack("<64sHBBIII", written, len(written) + 2, kind, 1, _FREE, right, child)
    return links + bytes(36) + struct.pack("<IQ", first, length)
