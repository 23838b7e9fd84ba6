"""What earlier runs of an occurrence did, as far as a plan has to know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

#: A position is the number of a batch times this, plus the place in the batch.
POSITIONS_PER_BATCH = 256


class Fate(IntEnum):
    """What became of one message; the numbers stand in ledgers on disk.

    CANCELLED was ACCEPTED before, and the provider has since confirmed a cancellation: its recipient got nothing, and
    may be sent a message of the next generation. CANCELLING lies between the two: a cancellation was about to be asked
    for, and nobody knows yet what came of it. It is either of the two, so it is not sent again until that is known.
    """

    SENDING = 0
    ACCEPTED = 1
    REJECTED = 2
    UNKNOWN = 3
    NOT_SENT = 4
    CANCELLED = 5
    CANCELLING = 6

    @property
    def word(self) -> str:
        return self.name.lower()


IN_DOUBT = (Fate.SENDING, Fate.UNKNOWN)
#: Held by the provider at some time: no later outcome of the same request can undo that.
TAKEN = (Fate.ACCEPTED, Fate.CANCELLED, Fate.CANCELLING)
#: Those of them that may be on their way to somebody.
LIVE = (Fate.ACCEPTED, Fate.CANCELLING)
_WEIGHTS = {Fate.ACCEPTED: 3, Fate.CANCELLING: 2, Fate.CANCELLED: 1}


def stands(earlier: Fate, later: Fate) -> bool:
    """Whether what is known of a localid outweighs a later fate of the same localid.

    What was accepted is never sent again, and what was cancelled is not made open again by an attempt that failed.
    """
    return _WEIGHTS.get(earlier, -1) >= _WEIGHTS.get(later, 0)


class Known(NamedTuple):
    """The latest fate of a message, and where the ledger holds it.

    `localid` is the one it went out under, by which the provider knows it: that of an older spelling of its key may
    differ from the one that was looked up.
    """

    fate: Fate
    position: int
    localid: int


def weightiest(known: Iterable[Known | None]) -> Known | None:
    """What counts of messages to one person, whose key had several spellings: what was or may have been sent first."""
    found = [one for one in known if one]
    return max(found, key=_against_sending) if found else None


def _against_sending(known: Known) -> tuple[int, int]:
    order = (Fate.CANCELLED, *IN_DOUBT, Fate.CANCELLING, Fate.ACCEPTED)
    return order.index(known.fate) + 1 if known.fate in order else 0, known.position


class HandedOver(NamedTuple):
    """The messages of one batch as they were handed to the provider, in columns of one length.

    `date` is when they were to go out, in unix seconds, None for at once. A messageid is None where none is known.
    """

    date: int | None
    localids: Sequence[int]
    keys: Sequence[str]
    phones: Sequence[str]
    lines: Sequence[str]
    texts: Sequence[str]
    messageids: Sequence[int | None]


class Scheduled(NamedTuple):
    """Messages of one batch that the provider holds until `date` (unix seconds): their positions, ascending.

    `handling` is as in `plan.batches.Shared`, None where it was not recorded.
    """

    date: int
    handling: str | None
    positions: Sequence[int]


class Earlier(Protocol):
    """What earlier runs handed over, read from the ledger as it is asked for.

    `key_column` is where the keys came from of what went out last, as in `RunRecord`.
    """

    @property
    def key_column(self) -> str | None: ...

    def scheduled(self, now: float) -> Iterator[Scheduled]:
        """What was accepted, is to go out after `now` (unix seconds), and has no final status; batch by batch."""

    def handed_over(self, batch: int) -> HandedOver:
        """A whole batch by its number."""

    def addressees(self) -> Iterator[tuple[str, str]]:
        """Number and key of each message that was accepted or is in doubt, oldest first; read again each time."""


class Served(Earlier, Protocol):
    """Looks up localids of one occurrence."""

    def find(self, localid: int) -> Known | None: ...

    def __len__(self) -> int: ...


class NothingServed:
    """An occurrence of which nothing was ever sent."""

    key_column = None

    def find(self, localid: int) -> None:
        return None

    def addressees(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def scheduled(self, now: float) -> Iterator[Scheduled]:
        return iter(())

    def handed_over(self, batch: int) -> HandedOver:
        raise LookupError(batch)
