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
    """Used by the thread that opened it. All that is written in a `transaction` is durable at its end, or none of it.

    Temporary tables (`temp.…`) may be written outside of a transaction: that does not change the ledger.
    """

    @property
    def place(self) -> str:
        """Where it is, as shown to people."""

    @property
    def schema(self) -> int:
        """The schema it was found in; today's if it was created."""

    def locked(self, campaign: str, now: float) -> AbstractContextManager[None]:
        """Keep others from executing a campaign with this ledger meanwhile; raises `Locked` naming who does."""

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows of a query one by one; the tables it reads must not be written meanwhile."""

    def transaction(self) -> AbstractContextManager[None]:
        """Raises `Locked` if other writers do not finish in time; a nested one is part of the outer one."""

    def write(self, sql: str, values: Values = ()) -> int:
        """Execute one statement; returns how many rows it changed."""

    def write_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Execute one statement for each of many rows of values."""

    def insert(self, into: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows all at once: `into` is a statement up to its VALUES. Several times as fast as `write_many`."""

    def attach(self, plan: Path) -> None:
        """Attach a plan file's tables, read-only, as `plan.…`, in place of those of an earlier one."""

    def take(self, run: int, most: int, holder: str, now: float, until: float) -> list[Lease]:
        """Lease up to `most` planned batches of a run, which are *sending* from now on (times in unix seconds)."""

    def settle(self, leases: Sequence[Lease], now: float) -> None:
        """Mark their batches as settled. Raises `LeaseLost` if somebody else has taken one of them since."""

    def compact(self) -> None:
        """Free the space of what was erased; raises `Locked` if other writers do not finish in time."""

    def close(self) -> None: ...
