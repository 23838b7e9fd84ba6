"""What a ledger is to the rest of the house: tables, transactions and leases. It knows no campaigns.

Questions are functions over it (`kaverun.ledger.runs` and its neighbours), in SQL that all backends understand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

#: Values of a statement: by place for ?, by name for :name.
Values = Sequence[Any] | Mapping[str, Any]
Row = tuple[Any, ...]


class Lease(NamedTuple):
    """The right to send one batch, until a time in unix seconds; `token` grows with each lease of the batch."""

    batch: int
    token: int
    until: float


class Store(Protocol):
    """Used by the thread that opened it. What is written in a `transaction` is durable at its end, or nothing of it.

    Temporary tables (`temp.…`) may be written outside of a transaction: nothing of the ledger changes by that.
    """

    @property
    def place(self) -> str:
        """Where it is, as people may see it."""

    @property
    def schema(self) -> int:
        """The schema in which it was found; today's where it was made."""

    def locked(self, campaign: str, now: float) -> AbstractContextManager[None]:
        """Nobody else executes a campaign with this ledger while the block runs; raises `Locked` naming who does."""

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows of a query one by one; the tables it reads must not be written meanwhile."""

    def transaction(self) -> AbstractContextManager[None]:
        """Raises `Locked` where others that write do not end in time; one inside another is part of it."""

    def write(self, sql: str, values: Values = ()) -> int:
        """Carry out one statement; returns how many rows it changed."""

    def write_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Carry out one statement for each of many rows of values."""

    def insert(self, into: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows all at once: `into` is a statement up to its VALUES. Several times as fast as `write_many`."""

    def attach(self, plan: Path) -> None:
        """Have the tables of a plan file as `plan.…`, in place of those of an earlier one; they are only read."""

    def take(self, run: int, most: int, holder: str, now: float, until: float) -> list[Lease]:
        """Lease up to so many planned batches of a run, which are *sending* from now on (times in unix seconds)."""

    def settle(self, leases: Sequence[Lease], now: float) -> None:
        """Their batches have their outcomes. Raises `LeaseLost` where somebody else has taken one of them since."""

    def compact(self) -> None:
        """Give back the room of what was erased; raises `Locked` where others that write do not end in time."""

    def close(self) -> None: ...
