"""A plan on disk, a small SQLite database: a row for each input row, and what else decides what is sent.

It is a function of the campaign's inputs alone: what earlier runs did is decided against a ledger (`planning.actions`).
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from kaverun.blocks import blocks
from kaverun.errors import Refused
from kaverun.files.drafts import draft_of
from kaverun.inserts import inserts
from kaverun.plan.plan import Entry

#: Grows whenever the file is laid out in another way, or a row in it would mean something else.
FORM = 1
APPLICATION = 0x6B76706C  # "kvpl", by which `file` and SQLite tell such a file from other databases
_TABLES = """
CREATE TABLE plan (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE input (
    role TEXT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL, rows INTEGER, PRIMARY KEY (role, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE row (
    row INTEGER PRIMARY KEY,            -- counted over all sources, from 1
    source INTEGER NOT NULL REFERENCES source (id),
    file_line INTEGER NOT NULL,
    key TEXT NOT NULL,                  -- in its normal form
    phone TEXT NOT NULL,                -- '' where it is not a mobile number
    line TEXT NOT NULL,                 -- '' stands for the account's default line
    action TEXT NOT NULL,               -- send, skip, invalid: as the file has it, whatever was sent before
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    encoding TEXT NOT NULL,
    units INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    price INTEGER,                      -- Rial, NULL without a tariff
    localid INTEGER NOT NULL            -- of generation 0; 0 where the row has no key of its own
) STRICT
"""
#: What a plan that is kept has next to its header: by it the file is known to be whole and unchanged.
SEAL = "seal"
_ALL = (
    "SELECT name, sql FROM sqlite_schema ORDER BY name",
    f"SELECT * FROM plan WHERE name <> '{SEAL}' ORDER BY name",
    "SELECT * FROM input ORDER BY role, path",
    "SELECT * FROM source ORDER BY id",
    "SELECT * FROM row ORDER BY row",
)
_TOGETHER = 200


class PlanWriter:
    """Writes the rows of a plan, block by block. Raises `Refused` where there is no room for them.

    `names` are what files are called in it, by what rows call them.
    """

    def __init__(self, path: Path, names: Mapping[str, str] | None = None) -> None:
        self.path = path
        self._names = names or {}
        self._sources: dict[str, int] = {}
        with _room(path):
            self._connection = sqlite3.connect(path, isolation_level=None)
            # Nobody else sees it before it is whole, and what is cut off is planned again.
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self._connection.execute(f"PRAGMA user_version = {FORM}")
            for statement in _TABLES.split(";\n"):
                self._connection.execute(statement)
            self._connection.execute("BEGIN")

    def add(self, entries: Sequence[Entry]) -> None:
        with _room(self.path):
            rows = [(entry[0], self._source(entry.file), *entry[2:15]) for entry in entries]
            for statement, values in inserts("INSERT INTO row", rows):
                self._connection.execute(statement, values)

    def finish(self, header: Mapping[str, Any], inputs: Iterable[tuple[str, str, str, int | None]]) -> None:
        """Add what else there is to know: `header` are JSON values by name, `inputs` role, path, digest and rows."""
        with _room(self.path):
            values = [(name, orjson.dumps(value).decode()) for name, value in header.items()]
            self._connection.executemany("INSERT INTO plan VALUES (?, ?)", values)
            self._connection.executemany("INSERT INTO input VALUES (?, ?, ?, ?)", inputs)
            self._connection.execute("COMMIT")
        self._connection.close()

    def close(self) -> None:
        """Give up; nothing happens where it was finished."""
        self._connection.close()

    def _source(self, file: str) -> int:
        source = self._sources.get(file)
        if source is None:
            source = self._sources[file] = len(self._sources) + 1
            self._connection.execute("INSERT INTO source VALUES (?, ?)", (source, self._names.get(file, file)))
        return source


def is_sealed(connection: sqlite3.Connection) -> bool:
    """Whether a plan that was kept is as it was, to the last value."""
    found = connection.execute("SELECT value FROM plan WHERE name = ?", (SEAL,)).fetchall()
    return found == [(_seal_of(connection),)]


def _seal(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("INSERT INTO plan VALUES (?, ?)", (SEAL, _seal_of(connection)))


def _seal_of(connection: sqlite3.Connection) -> str:
    """BLAKE2b-128 over the tables of a plan file and all values in them, as JSON."""
    digest = blake2b(digest_size=16)
    for select in _ALL:
        for some in blocks(connection.execute(select), _TOGETHER):
            digest.update(orjson.dumps(some))
    return orjson.dumps(digest.hexdigest()).decode()


@contextmanager
def kept_file(path: Path) -> Iterator[Path]:
    """A file that takes the name `path`, sealed, once a plan was written into it and the block has ended well."""
    with ExitStack() as stack:
        with _room(path):
            draft = stack.enter_context(draft_of(path))
        yield draft
        with _room(path):
            _seal(draft)
            stack.close()


@contextmanager
def scratch_file() -> Iterator[Path]:
    """A path for a plan that nobody keeps, in the folder for temporary files; what is there at the end is removed."""
    with _room(Path(tempfile.gettempdir())):
        descriptor, name = tempfile.mkstemp(prefix="kaverun-", suffix=".kvplan")
        os.close(descriptor)
    try:
        yield Path(name)
    finally:
        with suppress(OSError):
            os.unlink(name)


@contextmanager
def _room(path: Path) -> Iterator[None]:
    """Raise `Refused` where a plan cannot be written."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        where = path if path.is_dir() else path.parent
        raise Refused(
            f"the plan cannot be written into {where} ({getattr(error, 'strerror', None) or error}): make room there, "
            "or set TMPDIR to another folder; nothing was sent"
        ) from None
