"""Recipients that a program hands over: read once, and kept in a file as JSON Lines for as long as they are used.

So they are an input like any other: read as often as needed, with a digest, and without growing memory.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import orjson

from kaverun.blocks import blocks
from kaverun.campaign.inputs import HANDED
from kaverun.errors import Invalid, Problem, Refused

# Rows that are written at once.
_TOGETHER: Final = 500
_LARGEST: Final = 2**63
_OPTIONS: Final = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY


class HandedRows:
    """Mappings from column to value, in a file at `path` that goes with this object, or with the process.

    Dates, times and `Decimal`s are texts there, as in a CSV file: `recipients.columns` gives a column another type.
    NaN is an empty cell. `count` is how many there are. Raises `Invalid` for what is not such a mapping, and `Refused`
    where there is no room.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        with _room():
            descriptor, name = tempfile.mkstemp(prefix="kaverun-", suffix=".jsonl")
        self.path, self.count = Path(name), 0
        weakref.finalize(self, remove_own, name, os.getpid())
        with open(descriptor, "wb") as file:
            for some in blocks(_lines(rows), _TOGETHER):
                # What goes wrong where the rows come from is not this file's doing.
                with _room():
                    file.write(b"".join(some))
                    file.flush()
                self.count += len(some)


def _lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    for number, row in enumerate(rows, 1):
        # Not every row of a database is a Mapping, as sqlite3.Row; all that are used as one have keys.
        if not hasattr(row, "keys"):
            words = f"it is a {type(row).__name__}, and must be a mapping from column to value: dict(zip(columns, row))"
            raise Invalid([Problem(words, HANDED, row=number)])
        entry = {column: row[column] for column in row.keys()}  # noqa: SIM118
        try:
            yield orjson.dumps(entry, default=_plain, option=_OPTIONS)
        except TypeError:
            yield orjson.dumps(_without_large(entry, number), default=_plain, option=_OPTIONS)


def _without_large(entry: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A row with its numbers of more than 64 bits as texts; raises `Invalid` where that is not what was wrong."""
    found, problems = {}, list[Problem]()
    for column, value in entry.items():
        found[column] = str(value) if type(value) is int and abs(value) >= _LARGEST else value
        if not isinstance(column, str):
            problems.append(Problem(f"the name of column {column!r} is not a text", HANDED, row=number))
            continue
        try:
            orjson.dumps({column: found[column]}, default=_plain, option=_OPTIONS)
        except TypeError:
            words = f"holds a value of type {type(value).__name__}: give a text, a number, a date, True, False or None"
            problems.append(Problem(words, HANDED, row=number, key=column))
    if problems:
        raise Invalid(problems)
    return found


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(
            f"the recipients cannot be kept in {tempfile.gettempdir()} ({error.strerror}): make room there, or set "
            "TMPDIR to another folder; nothing was sent"
        ) from None


def remove_own(name: str, process: int) -> None:
    """Remove a file of this process; a child that was forked from it leaves it alone."""
    if os.getpid() == process:
        with suppress(OSError):
            os.unlink(name)
