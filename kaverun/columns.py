"""Rows as columns in bytes: JSON in which a column that can be told in a word is told so.

{"all": 5}    every row has this value
{"from": 5}   whole numbers, each one more than the one before
{"as": 0}     texts, the same as those of this earlier column
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import orjson

#: The rows of a block as a list for each of their fields.
Columns = list[list[Any]]

# Better takes longer than it is worth.
_LEVEL = 2
# What tells the words for a column from a column: no value that is kept is an object.
_ALL, _FROM, _AS = "all", "from", "as"


def packed(columns: Sequence[Sequence[Any]]) -> bytes:
    """Columns of one length, which is at least 1, of JSON values that are no objects."""
    return orjson.dumps([len(columns[0]), *(_written(columns, number) for number in range(len(columns)))])


def unpacked(blob: bytes) -> Columns:
    """The columns, each a list of its own."""
    size, *written = orjson.loads(blob)
    columns: Columns = []
    for column in written:
        columns.append(column if isinstance(column, list) else _told(columns, size, column))
    return columns


def compressed(columns: Sequence[Sequence[Any]]) -> bytes:
    """As `packed`, in far fewer bytes."""
    return zlib.compress(packed(columns), _LEVEL)


def decompressed(blob: bytes) -> Columns:
    return unpacked(zlib.decompress(blob))


def _written(columns: Sequence[Sequence[Any]], number: int) -> object:
    column = columns[number]
    first, last = column[0], column[-1]
    if first == last and column.count(first) == len(column):
        return {_ALL: first} if _alike(column, [first] * len(column)) else column
    if isinstance(first, str):
        same = (other for other in range(number) if columns[other][0] == first and _alike(column, columns[other]))
        return next(({_AS: other} for other in same), column)
    if type(first) is type(last) is int and last - first == len(column) - 1:
        return {_FROM: first} if _alike(column, [*range(first, last + 1)]) else column
    return column


def _alike(column: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether they are written alike: 1, 1.0 and True are equal, but are not."""
    return orjson.dumps(column) == orjson.dumps(other)


def _told(columns: Columns, size: int, word: Mapping[str, Any]) -> list[Any]:
    """The column that a word stands for, after these."""
    ((kind, value),) = word.items()
    if kind == _AS:
        return [*columns[value]]
    return [value] * size if kind == _ALL else [*range(value, value + size)]


class Sealed:
    """Columns as they lie on disk, compressed by themselves: handed on so, and opened where one is looked at."""

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    @classmethod
    def of(cls, columns: Sequence[Sequence[Any]]) -> Sealed:
        """As they lie, where these are all the columns of one that is sealed."""
        first = columns[0]
        if isinstance(first, SealedColumn) and all(
            isinstance(column, SealedColumn) and column.sealed is first.sealed and column.number == number
            for number, column in enumerate(columns)
        ):
            return first.sealed
        return cls(compressed([*map(opened, columns)]))

    def columns(self, count: int) -> list[SealedColumn]:
        """All of them, which are so many."""
        return [SealedColumn(self, number) for number in range(count)]

    @cached_property
    def values(self) -> Columns:
        return decompressed(self.blob)


class SealedColumn(Sequence[Any]):
    """One of them."""

    def __init__(self, sealed: Sealed, number: int) -> None:
        self.sealed = sealed
        self.number = number

    @property
    def values(self) -> list[Any]:
        return self.sealed.values[self.number]

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


def opened(column: Sequence[Any]) -> Sequence[Any]:
    """A column with its values at hand."""
    return column.values if isinstance(column, SealedColumn) else column
