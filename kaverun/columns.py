"""Rows as columns in bytes: JSON in which a column whose values are all the same is that value once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

#: The rows of a block as a list for each of their fields.
Columns = list[list[Any]]

# What tells one value for all rows from a column; no value that is kept is an object.
_ALL = "all"


def packed(columns: Sequence[Sequence[Any]]) -> bytes:
    """Columns of one length, which is at least 1, of JSON values that are no objects."""
    return orjson.dumps([len(columns[0]), *map(_written, columns)])


def unpacked(blob: bytes) -> Columns:
    """The columns, each a list of its own."""
    size, *columns = orjson.loads(blob)
    return [column if isinstance(column, list) else [column[_ALL]] * size for column in columns]


def _written(column: Sequence[Any]) -> object:
    first = column[0]
    return {_ALL: first} if column.count(first) == len(column) and _is_plain(column) else column


def _is_plain(column: Sequence[Any]) -> bool:
    """Whether equal values are the same values: 1, 1.0 and True are equal."""
    return len(set(map(type, column))) == 1
