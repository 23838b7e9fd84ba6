"""How schemas 1 to 6 kept the messages of a batch: as columns in bytes. Frozen; nothing is written this way any more.

A column was a list, or a word for one: {"all": 5} the same value everywhere, {"from": 5} whole numbers each one more
than the one before, {"as": 0} the same as an earlier column.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

#: By their numbers in the bytes; the first was SENDING.
FATES = (None, "accepted", "rejected", "unknown", "not_sent", "cancelled", "cancelling")
Columns = list[list[Any]]

_UNKNOWN: tuple[Any, ...] = (0, None, None, None, 0, "")
_STATUSES = 2


class Held(NamedTuple):
    """What was in a batch, in columns of one length; a fate of None: nothing is known of what became of it."""

    localids: list[int]
    phones: list[str]
    lines: list[str]
    texts: list[str]
    rows: list[int]
    keys: list[str]
    parts: list[int]
    fates: list[str | None]
    messageids: list[int | None]
    statuses: list[int | None]
    costs: list[int | None]
    attempts: list[int]
    reasons: list[str]


def of_rows(localids: bytes, payload: bytes, outcomes: dict[int, tuple[Any, ...]]) -> Held:
    """A batch of schema 1 or 2, whose outcomes were rows: here by their index in it."""
    size = len(array("q", localids))
    results = [outcomes.get(index, _UNKNOWN) for index in range(size)]
    return _held(localids, _columns(zlib.decompress(payload), 6, size), zip(*results, strict=True))


def of_columns(localids: bytes, routes: bytes, texts: bytes, outcomes: bytes | None, statuses: bytes | None) -> Held:
    """A batch of schemas 3 to 6; `statuses` are newer than those in `outcomes`."""
    size = len(array("q", localids))
    phones, lines, *others = _columns(zlib.decompress(routes), 5, size)
    wording = _columns(zlib.decompress(texts), 1, size)
    results = _columns(outcomes, 6, size) if outcomes else [[value] * size for value in _UNKNOWN]
    if statuses:
        (results[_STATUSES],) = _columns(statuses, 1, size)
    return _held(localids, [phones, lines, *wording, *others], results)


def _held(localids: bytes, messages: Columns, outcomes: Iterable[Iterable[Any]]) -> Held:
    fates, *others = map(list, outcomes)
    if min(fates) < 0:
        raise ValueError("a fate that there is not")
    columns = [list(array("q", localids)), *messages, [FATES[fate] for fate in fates], *others]
    if len({*map(len, columns)}) != 1:
        raise ValueError("columns of different lengths")
    return Held(*columns)


def _columns(blob: bytes, count: int, size: int) -> Columns:
    """So many columns of a batch of `size` messages."""
    written = orjson.loads(blob)
    if type(written[0]) is int and len(written) == count + 1:
        columns: Columns = []
        for column in written[1:]:
            columns.append(column if isinstance(column, list) else _meant(column, columns, size))
        return columns
    # For an hour of its life schema 3 had columns without their length, a value in place of a column of one value,
    # and texts as the only column there was.
    if count == 1:
        return [written]
    if len(written) != count:
        raise ValueError("columns of another kind")
    return [column if isinstance(column, list) else [column] * size for column in written]


def _meant(word: dict[str, Any], columns: Columns, size: int) -> list[Any]:
    """The column that a word is for, after these."""
    ((kind, value),) = word.items()
    if kind == "all":
        return [value] * size
    if kind == "from":
        return [*range(value, value + size)]
    if kind == "as":
        return columns[value]
    raise ValueError("a column of another kind")
