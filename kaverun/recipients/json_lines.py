"""One JSON Lines file, read line by line: on each line an object from column to a single value."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from kaverun.disguise import CONFLICT, HEAD, conflict, no_csv, nul_tail, nul_words
from kaverun.errors import Invalid, Problem
from kaverun.recipients.header import same_names
from kaverun.recipients.rows import BadRow, Column, Row, composed, listed
from kaverun.text.names import slug

MAX_LINE: Final = 1 << 20
MAX_COLUMNS: Final = 1000
#: Lines may give any of the columns; so many combinations of them are remembered.
_SHAPES_KEPT: Final = 1000
_BOM: Final = b"\xef\xbb\xbf"
_SINGLE: Final = frozenset({str, int, float, bool, type(None)})
_SHAPES: Final = {list: "a list", dict: "an object", str: "a text", bool: "true or false", type(None): "null"}
#: Whole numbers from here on come from orjson as floats, and no longer exact.
_INEXACT: Final = 2**53

_Names = tuple[str, ...]


class _Unreadable(ValueError):
    """A line that gives no row, and why."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A list that can be read: `columns` are all that any of its lines has, in the order of their first lines."""

    path: Path
    shown: str
    columns: tuple[Column, ...]
    header_line: int = 0
    notes: tuple[Problem, ...] = ()

    def rows(self, number: int = 0) -> Generator[Row | BadRow, None, int]:
        """The lines as rows, numbered after `number`; blank ones are passed over. Returns the last number.

        A row has the columns that its line gives and no others. Raises Invalid for a line longer than any row is.
        """
        names: dict[_Names, list[str]] = {}
        for line, raw in _lines(self.path, self.shown):
            number += 1
            try:
                entry = _entry(raw)
                keys = tuple(entry)
                values = _values(raw, entry)
            except _Unreadable as unreadable:
                yield BadRow(number, self.shown, line, str(unreadable))
                continue
            if keys not in names:
                if len(names) >= _SHAPES_KEPT:
                    names.clear()
                names[keys] = [column.name for column in _columns(keys)]
            yield Row(number, self.shown, line, dict(zip(names[keys], values, strict=True)))
        return number


def open_json_lines(path: Path, shown: str, *, may_be_empty: bool = False) -> JsonLines:
    """Read a JSON Lines file through once for its columns.

    Raises Invalid: unreadable, other than JSON Lines, two keys of one name in a line, too many columns, no rows.
    """
    try:
        _demand_text(path, shown)
        columns = _all_columns(path, shown)
    except OSError as error:
        raise Invalid([Problem(f"cannot be read: {error.strerror or error}", shown)]) from None
    if columns is None and not may_be_empty:
        raise Invalid([Problem("the list is empty: it needs an object on a line for each recipient", shown)])
    return JsonLines(path, shown, columns or ())


def _all_columns(path: Path, shown: str) -> tuple[Column, ...] | None:
    """The columns of all lines; None where there is no line."""
    columns, seen, empty = dict[str, Column](), set[_Names](), True
    for line, raw in _lines(path, shown):
        if empty:
            _demand_json_lines(raw, shown, line)
            empty = False
        keys = _keys(raw)
        if not keys:
            _refuse_what_is_no_row(raw, shown, line)
        if keys not in seen:
            _learn(columns, keys, shown, line)
            if len(seen) < _SHAPES_KEPT:
                seen.add(keys)
    return None if empty else tuple(columns.values())


def _demand_text(path: Path, shown: str) -> None:
    with path.open("rb") as file:
        start = file.read(HEAD)
    words = no_csv(path, start)
    if words and "JSON" not in words:
        raise Invalid([Problem(words, shown)])


def _refuse_what_is_no_row(raw: bytes, shown: str, line: int) -> None:
    """What Git or a disk left in the file is not one bad row: the rows around it are not what was meant."""
    if conflict(raw.decode("utf-8", "replace").rstrip("\n")):
        raise Invalid([Problem(CONFLICT, shown, line)])
    if cut := nul_tail(raw):
        raise Invalid([Problem(nul_words(cut), shown, line)])


def _demand_json_lines(first: bytes, shown: str, line: int) -> None:
    if b"\0" in first or first.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid([Problem("it is not in UTF-8, as JSON Lines is: save it again", shown, line)])
    if first.lstrip().startswith(b"[") or first.strip() == b"{":
        what = "it is one JSON document over the whole file: write each recipient as an object on a line of its own"
        raise Invalid([Problem(what, shown, line)])


def _keys(raw: bytes) -> _Names:
    """The keys of a line; none where it cannot be read, which its row will tell."""
    try:
        return tuple(_entry(raw))
    except _Unreadable:
        return ()


def _learn(columns: dict[str, Column], keys: _Names, shown: str, line: int) -> None:
    found = _columns(keys)
    problems = list(same_names(found, shown, line))
    for column in found:
        columns.setdefault(column.name, column)
    if len(columns) > MAX_COLUMNS:
        problems.append(Problem(f"up to here there are more than {MAX_COLUMNS:,} different keys", shown, line))
    if problems:
        raise Invalid(problems)


def _columns(keys: _Names) -> tuple[Column, ...]:
    headers = [unicodedata.normalize("NFC", key).strip() for key in keys]
    return tuple(Column(slug(header) or "column", header) for header in headers)


def _lines(path: Path, shown: str) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for line, raw in enumerate(iter(partial(file.readline, MAX_LINE), b""), 1):
            if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
                what = f"the line is longer than {MAX_LINE >> 20} MiB: no recipient is; is a line end missing?"
                raise Invalid([Problem(what, shown, line)])
            content = raw.removeprefix(_BOM) if line == 1 else raw
            if content.strip():
                yield line, content


def _entry(raw: bytes) -> dict[str, object]:
    try:
        entry = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _Unreadable(f"it is no JSON: {error.msg.lower()}, at column {error.colno}") from None
    if not isinstance(entry, dict):
        shape = _SHAPES.get(type(entry), "a number")
        raise _Unreadable(f'it is {shape}, and must be an object such as {{"phone": "09…", "name": "…"}}')
    # A colon too many is in a text, or belongs to a key that is written twice.
    if raw.count(b":") > len(entry):
        _refuse_same_keys(raw)
    return entry


def _refuse_same_keys(raw: bytes) -> None:
    pairs: list[tuple[str, object]] = json.loads(raw, object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    twice = {key: None for key in keys if keys.count(key) > 1}
    if twice:
        raise _Unreadable(f"the key {listed(twice)} is written twice")


def _values(raw: bytes, entry: dict[str, object]) -> list[object]:
    """The values of a line: each single, texts in NFC, whole numbers exact."""
    values = list(entry.values())
    types = set(map(type, values))
    if not types <= _SINGLE:
        key, shape = next((key, _SHAPES[type(value)]) for key, value in entry.items() if type(value) not in _SINGLE)
        raise _Unreadable(f"'{key}' holds {shape}: a column holds a text, a number, true, false or null")
    if float in types and any(isinstance(value, float) and abs(value) >= _INEXACT for value in values):
        values = list(json.loads(raw).values())
    if raw.isascii() and b"\\" not in raw:
        return values
    # Composed texts may stand side by side, so a line that is composed has composed values only.
    if b"\\" not in raw and unicodedata.is_normalized("NFC", raw.decode()):
        return values
    return [composed(value) if isinstance(value, str) else value for value in values]
