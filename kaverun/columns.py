"""Rows as columns in bytes: JSON in which a column whose values are all the same is that value once."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import orjson

#: The rows of a block as a list for each of their fields.
Columns = list[list[Any]]

# Better takes longer than it is worth.
_LEVEL = 2
# What tells one value for all rows from a column; no value that is kept is an object.
_ALL = "all"


def packed(columns: Sequence[Sequence[Any]]) -> bytes:
    """Columns of one length, which is at least 1, of JSON values that are no objects."""
    return orjson.dumps([len(columns[0]), *map(_written, columns)])


def unpacked(blob: bytes) -> Columns:
    """The columns, each a list of its own."""
    size, *columns = orjson.loads(blob)
    return [column if isinstance(column, list) else [column[_ALL]] * size for column in columns]


def compressed(columns: Sequence[Sequence[Any]]) -> bytes:
    """As `packed`, in far fewer bytes."""
    return zlib.compress(packed(columns), _LEVEL)


def decompressed(blob: bytes) -> Columns:
    return unpacked(zlib.decompress(blob))


def _written(column: Sequence[Any]) -> object:
    first = column[0]
    return {_ALL: first} if column.count(first) == len(column) and _is_plain(column) else column


def _is_plain(column: Sequence[Any]) -> bool:
    """Whether equal values are the same values: 1, 1.0 and True are equal, but not written alike."""
    return orjson.dumps(column) == orjson.dumps([column[0]] * len(column))


class Sealed(Sequence[Any]):
    """A column as it lies on disk, compressed by itself: it is handed on as it is, and opened where it is looked at."""

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    @classmethod
    def of(cls, column: Sequence[Any]) -> Sealed:
        return column if isinstance(column, Sealed) else cls(compressed([column]))

    @cached_property
    def values(self) -> list[Any]:
        (column,) = decompressed(self.blob)
        return column

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.values[index]
