"""A row of a recipient list, and the names its columns go by."""

from __future__ import annotations

import unicodedata
from collections.abc import Generator, Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from kaverun.errors import Problem
from kaverun.recipients.uncomputed import UnusableCell
from kaverun.text.line_ends import with_line_feeds
from kaverun.text.names import slug

#: From here on a spreadsheet's number, or any float, may have lost its last digits.
EXACT: Final = 10**15


class Row(NamedTuple):
    """One recipient as a source gives it: `number` counts from 1 over all sources, `line` is its first in `path`."""

    number: int
    path: str
    line: int
    values: dict[str, object]


class BadRow(NamedTuple):
    """A row that cannot be read, and why."""

    number: int
    path: str
    line: int
    reason: str


class Column(NamedTuple):
    """A column: `name` as templates write it, `header` as its source does."""

    name: str
    header: str


class ListFile(Protocol):
    """A file of recipients that can be read: `shown` is its path as the campaign writes it.

    `header_line` is where its header stands, 0 where it has none of its own; `columns` those that a row may have.
    """

    @property
    def shown(self) -> str: ...

    @property
    def header_line(self) -> int: ...

    @property
    def columns(self) -> tuple[Column, ...]: ...

    @property
    def notes(self) -> tuple[Problem, ...]: ...

    def rows(self, number: int = 0) -> Generator[Row | BadRow, None, int]:
        """The rows, numbered after `number`; blank ones are passed over. Returns the last number."""
        ...


def nearest(wanted: str, columns: Sequence[Column]) -> str:
    """Words that lead from a name nobody has to the columns there are."""
    import difflib

    known = {spelling: column for column in columns for spelling in (column.name, column.header)}
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{known[near[0]].header}'?"
    return f"the columns are {listed(column.header for column in columns)}"


def listed(names: Iterable[str], most: int = 12) -> str:
    """Some names, in quotes, for a message."""
    quoted = [f"'{name}'" for name in names]
    return ", ".join(quoted[:most]) + (f" and {len(quoted) - most} more" if len(quoted) > most else "")


def find(wanted: str, columns: Iterable[Column]) -> Column | None:
    """The column that is meant by a header or a name."""
    name = slug(wanted)
    return next((column for column in columns if column.name == name), None)


def composed(text: str) -> str:
    """A cell's text as rows have it: NFC, with LF for every line end."""
    return with_line_feeds(text if text.isascii() else unicodedata.normalize("NFC", text))


def text_of(value: object) -> str:
    """A cell as text: nothing for none, numbers as they print, whole ones without a point."""
    return value if isinstance(value, str) else "" if value is None else _printed(value)


def _printed(value: object) -> str:
    if isinstance(value, UnusableCell):
        return value.shown
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value)
