"""What earlier runs of an occurrence did, as far as a plan has to know it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, Protocol


class Fate(IntEnum):
    """What became of one message; the numbers stand in ledgers on disk."""

    SENDING = 0
    ACCEPTED = 1
    REJECTED = 2
    UNKNOWN = 3
    NOT_SENT = 4

    @property
    def word(self) -> str:
        return self.name.lower()


IN_DOUBT = (Fate.SENDING, Fate.UNKNOWN)


class Known(NamedTuple):
    """The latest fate of a message, and where the ledger holds it."""

    fate: Fate
    position: int


class Served(Protocol):
    """Looks up localids of one occurrence."""

    def find(self, localid: int) -> Known | None: ...

    def __len__(self) -> int: ...


class NothingServed:
    """An occurrence of which nothing was ever sent."""

    def find(self, localid: int) -> None:
        return None

    def __len__(self) -> int:
        return 0
