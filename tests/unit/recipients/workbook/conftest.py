from __future__ import annotations

import runpy
import struct
from collections.abc import Callable
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


_FREE, _END, _TABLE, _LIST = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC


@pytest.fixture(scope="session")
def compound() -> Callable[[dict[str, bytes]], bytes]:
    """Makes a compound file of streams."""
    return compound_file


@pytest.fixture(scope="session")
def encrypted() -> bytes:
    """A workbook under a password, as Office stores it: a compound file with the encrypted package in it."""
    return compound_file({"EncryptionInfo": b"\x04\x00\x04\x00" + bytes(5000), "EncryptedPackage": bytes(5000)})


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A compound file ([MS-CFB] version 3): directory, streams, then the tables and the lists of tables.

    Of streams below 4,096 bytes there may be one only, which makes up the sectors of 64 bytes.
    """
    following, data = [_END], bytearray(512)
    mini_start, mini_length, minis = _END, 0, b""
    entries = []
    for number, (name, content) in enumerate(streams.items(), 1):
        first = len(following)
        if len(content) < 4096:
            mini_length, mini_start = len(content), len(following)
            numbers = [*range(1, -(-len(content) // 64)), _END]
            minis = struct.pack(f"<{len(numbers)}I", *numbers)
            first = _append(following, data, minis)
            mini_start, container = first, _append(following, data, content)
            entries.append(_entry("Root Entry", 5, container, len(content), child=1))
            first = 0
        else:
            first = _append(following, data, content)
        entries.append(_entry(name, 2, first, len(content), right=number + 1 if number < len(streams) else _FREE))
    if not mini_length:
        entries.insert(0, _entry("Root Entry", 5, _END, 0, child=1))
    data[:512] = b"".join(entries).ljust(512, b"\0")
    return _with_tables(following, data, mini_start if mini_length else _END)


def _append(following: list[int], data: bytearray, content: bytes) -> int:
    """Put content into new sectors at the end; returns the first."""
    first, count = len(following), -(-len(content) // 512)
    following += [*range(first + 1, first + count), _END]
    data += content.ljust(count * 512, b"\0")
    return first


def _with_tables(following: list[int], data: bytearray, mini_start: int) -> bytes:
    count = -(-len(following) // 126)
    tables = list(range(len(following), len(following) + count))
    listed = [tables[start : start + 127] for start in range(109, count, 127)]
    lists = list(range(len(following) + count, len(following) + count + len(listed)))
    every = [*following, *[_TABLE] * count, *[_LIST] * len(listed)]
    data += struct.pack(f"<{count * 128}I", *every, *[_FREE] * (count * 128 - len(every)))
    for numbers, after in zip(listed, [*lists[1:], _END], strict=False):
        data += struct.pack("<128I", *numbers, *[_FREE] * (127 - len(numbers)), after)
    header = struct.pack("<8s16x5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 62, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, count, 0, 0, 4096, mini_start, 1, lists[0] if lists else _END, len(lists))
    first_tables = tables[:109]
    return header + struct.pack("<109I", *first_tables, *[_FREE] * (109 - len(first_tables))) + bytes(data)


def _entry(name: str, kind: int, first: int, length: int, right: int = _FREE, child: int = _FREE) -> bytes:
    written = name.encode("utf-16-le")
    links = struct.pack("<64sHBBIII", written, len(written) + 2, kind, 1, _FREE, right, child)
    return links + bytes(36) + struct.pack("<IQ", first, length)
