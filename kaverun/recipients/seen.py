"""Which identities were met before, and where: in a table on disk, since a national list is met here.

Measured with random numbers: 2 to 4 s for a million with 35 MB, of which the process has 14 by itself. Most of the time
goes into finding their places in the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import orjson

from kaverun.inserts import inserts
from kaverun.temporary import room, temporary_database

#: KiB of the table that stay in memory, some 600,000 numbers; an exclude list and the rows have one each.
CACHE: Final = 20_000

_TABLE: Final = (
    "CREATE TABLE seen (identity INTEGER PRIMARY KEY, row INTEGER, path INTEGER, line INTEGER, phone INTEGER, "
    "spelling INTEGER)"
)


class Met(NamedTuple):
    """A row of a list by the identity it is known by.

    `identity`, `phone` and `spelling` are whole numbers of 64 bits with a sign; the latter two are kept for the caller.
    """

    identity: int
    row: int
    path: str
    line: int
    phone: int = 0
    spelling: int = 0

    @property
    def place(self) -> str:
        return f"row {self.row} ({self.path}:{self.line})"


#: A `Met` that is not made into one, which for a million rows takes as long as their numbers do.
Fields = tuple[int, int, str, int, int, int]


class FirstSeen:
    """The first row of each identity that was met. Raises `Refused` where the disk has no room for them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._count = 0
        with room():
            self._database = temporary_database(self, cache=CACHE)
            self._database.execute(_TABLE)

    def __len__(self) -> int:
        return self._count

    def meet(self, rows: Sequence[Fields]) -> list[tuple[Met, Met]]:
        """The rows that repeat an identity, each after the first that had it. A row's number never comes twice."""
        numbers = self._numbers
        stored = [
            (identity, row, numbers.setdefault(path, len(numbers)), line, phone, spelling)
            for identity, row, path, line, phone, spelling in rows
        ]
        with room():
            new = sum(
                self._database.execute(statement, values).rowcount
                for statement, values in inserts("INSERT OR IGNORE INTO seen", stored)
            )
        self._count += new
        if new == len(rows):
            return []
        firsts = self.find(row[0] for row in rows)
        pairs = ((firsts[row[0]], Met(*row)) for row in rows)
        return [(first, again) for first, again in pairs if first.row != again.row]

    def find(self, identities: Iterable[int]) -> dict[int, Met]:
        """The first rows of those that were met, by identity."""
        wanted = orjson.dumps([*identities]).decode()
        with room():
            found = self._database.execute(
                "SELECT * FROM seen WHERE identity IN (SELECT value FROM json_each(?))", (wanted,)
            ).fetchall()
        paths = [*self._numbers]
        return {identity: Met(identity, row, paths[path], *more) for identity, row, path, *more in found}
