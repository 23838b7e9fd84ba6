"""Many rows in one INSERT, which takes SQLite two thirds of the time of `executemany`.

That one, for each row, releases Python's lock, has to wait for it among threads, and looks the statement up again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from kaverun.blocks import blocks

#: With up to fifteen values each, well below the 32,766 that SQLite accepts in one statement.
_ROWS: Final = 500


def inserts(into: str, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, list[Any]]]:
    """Statements that begin with `into` and insert rows of one width, each with its values."""
    for some in blocks(rows, _ROWS):
        row = f"({', '.join('?' * len(some[0]))})"
        yield f"{into} VALUES {', '.join([row] * len(some))}", [*chain.from_iterable(some)]
