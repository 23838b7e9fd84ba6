"""The compound file that holds a workbook of Excel 97 to 2003: a small file system, [MS-CFB]."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_LAST_SECTOR = 0xFFFFFFFA
_MINI_SECTOR = 64
_SMALLEST_IN_SECTORS = 4096
_ENTRY = 128


@dataclass(frozen=True, slots=True)
class _Sectors:
    """Sectors of one size, from an offset on, and which one follows each."""

    data: bytes
    size: int
    offset: int
    following: list[int]

    def chain(self, sector: int) -> bytes:
        """What stands in a sector and all that follow it."""
        found = bytearray()
        while sector < _LAST_SECTOR:
            start = self.offset + sector * self.size
            found += self.data[start : start + self.size]
            sector = self.following[sector]
            if len(found) > len(self.data):
                raise ValueError("sectors go round in a circle")
        return bytes(found)


def stream_of(file: bytes, names: tuple[str, ...]) -> bytes:
    """The stream of one of these names. Raises struct.error, IndexError or ValueError where there is none."""
    size = 1 << min(struct.unpack_from("<H", file, 30)[0], 12)
    directory_start, mini_start = struct.unpack_from("<I8xI", file, 48)
    sectors = _Sectors(file, size, size, _allocation(file, size))
    directory = sectors.chain(directory_start)
    for place in range(0, len(directory), _ENTRY):
        if _name(directory, place) in names:
            first, length = _extent(directory, place)
            if length >= _SMALLEST_IN_SECTORS:
                return sectors.chain(first)[:length]
            container, _ = _extent(directory, 0)
            following = _numbers(sectors.chain(mini_start))
            return _Sectors(sectors.chain(container), _MINI_SECTOR, 0, following).chain(first)[:length]
    raise ValueError(f"no stream {names[0]}")


def _name(directory: bytes, place: int) -> str:
    length: int = struct.unpack_from("<H", directory, place + 64)[0]
    return directory[place : place + max(0, length - 2)].decode("utf-16-le", "replace")


def _extent(directory: bytes, place: int) -> tuple[int, int]:
    """First sector and length in bytes of an entry."""
    first, length = struct.unpack_from("<II", directory, place + 116)
    return first, length


def _allocation(file: bytes, size: int) -> list[int]:
    """Which sector follows each: the file allocation table, itself found through the list that the header begins."""
    tables = list(struct.unpack_from("<109I", file, 76))
    more: int = struct.unpack_from("<I", file, 68)[0]
    while more < _LAST_SECTOR and len(tables) < len(file):
        *listed, more = _numbers(file[(more + 1) * size : (more + 2) * size])
        tables += listed
    found: list[int] = []
    for table in tables:
        if table < _LAST_SECTOR:
            found += _numbers(file[(table + 1) * size : (table + 2) * size])
    return found


def _numbers(block: bytes) -> list[int]:
    return list(struct.unpack_from(f"<{len(block) // 4}I", block))
