"""What a ledger promises, whatever keeps it.

An intent is durable before its request leaves; an outcome is durable before the next decision depends on it.
A message is found by its position (batch * 256 + index in the batch), which grows with time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, TypeVar

from kaverun.ledger.listing import Comparison, RunTimes, Sum
from kaverun.plan.batches import Message
from kaverun.plan.served import POSITIONS_PER_BATCH as POSITIONS_PER_BATCH
from kaverun.plan.served import Fate, Served

#: Reasons of messages that were in doubt once: those that travelled again later, and those that were found.
TAKEN_UP_AGAIN = "in doubt until it was taken up again by a later batch"
FOUND = "found at the provider"
#: Why a message that the provider cancelled at once, as it does in debugmode, counts as not sent.
NOTHING_SENT = "Kavenegar took this message as cancelled (status 13), as it does in debugmode: nothing was sent"
T = TypeVar("T")


def by_batch(values: Mapping[int, T]) -> dict[int, dict[int, T]]:
    """What is known by position, as it is by batch and index."""
    found: dict[int, dict[int, T]] = {}
    for position, value in values.items():
        found.setdefault(position // POSITIONS_PER_BATCH, {})[position % POSITIONS_PER_BATCH] = value
    return found


#: Newer delivery statuses of a batch: by index, or of all its messages in their order.
NewStatuses = Mapping[int, int] | Sequence[int]


class Result(NamedTuple):
    """The outcome of one message. `cost` in Rial as billed; `attempts` counts requests that held the message."""

    fate: Fate
    messageid: int | None = None
    status: int | None = None
    cost: int | None = None
    attempts: int = 0
    reason: str = ""


class Outcomes(NamedTuple):
    """The outcomes of one batch in columns, each as long as the batch; the fields are those of `Result`.

    Fates are the numbers of `Fate`: SENDING stands where there is no outcome yet.
    """

    fates: Sequence[int]
    messageids: Sequence[int | None]
    statuses: Sequence[int | None]
    costs: Sequence[int | None]
    attempts: Sequence[int]
    reasons: Sequence[str]

    @classmethod
    def of(cls, results: Mapping[int, Result], size: int) -> Outcomes:
        """From results by index; what has none is still being sent."""
        open_ = Result(Fate.SENDING)
        return cls(*map(list, zip(*(results.get(index, open_) for index in range(size)), strict=True)))


class RunRecord(NamedTuple):
    """One execution of a plan. `provider` tells the real service from sandboxes; times are unix seconds.

    `key_column` is the column that the keys of its recipients come from, by its name in templates: "" where the number
    is the key. `handling` is the type, tag, hide and policy its messages were sent with, as `plan.batches.Shared` has
    them. Both are None for runs of ledgers that did not record them.
    """

    run_id: str
    campaign: str
    occurrence: str
    provider: str
    digest: str
    date: int | None
    started: float
    key_column: str | None = None
    handling: str | None = None


class OpenBatch(NamedTuple):
    """A batch some of whose messages have no certain outcome; `open` holds their indexes in `messages`.

    `settled` is when its unknown outcomes were recorded, None where the process died before that.
    """

    batch: int
    intended: float
    settled: float | None
    messages: tuple[Message, ...]
    open: tuple[int, ...]


class Revocable(NamedTuple):
    """An accepted message that may be cancelled: where it stands, whose it is, and what the ledger knows of it.

    `messageid` is None where the provider never told one; `cost` is in Rial as billed, None where it is not known;
    `date` is when the provider was asked to send, in unix seconds, None for at once.
    """

    position: int
    messageid: int | None
    status: int | None
    cost: int | None
    date: int | None
    phone: str
    key: str


class Scope(NamedTuple):
    """Whose messages are meant: an occurrence's at a provider, or with `run_id` what that run intended of them."""

    campaign: str
    occurrence: str
    provider: str
    run_id: str | None = None


class Since(NamedTuple):
    """What runs did: their digests, the row of their list that they came to, and where messages stand that they tried
    and that are to be tried again. `cancelled` is whether the ledger holds any cancelled message, of whatever run.
    """

    digests: frozenset[str]
    last_row: int
    reopened: tuple[int, ...]
    cancelled: bool


class Routes(NamedTuple):
    """Where messages went: columns of one length. `parts` are as planned."""

    phones: Sequence[str]
    lines: Sequence[str]
    parts: Sequence[int]


class Taken(NamedTuple):
    """The messages of one batch that the provider took, in columns of one length; `size` is that of the whole batch.

    `since` (unix seconds) is when they were handed over, or go out where that is later: the provider's windows count
    from one of the two. Costs are in Rial, None where an answer held none. `routes` reads where they went, which takes
    as long as all the rest.
    """

    batch: int
    size: int
    since: float
    positions: Sequence[int]
    localids: Sequence[int]
    messageids: Sequence[int]
    statuses: Sequence[int | None]
    costs: Sequence[int | None]
    routes: Callable[[], Routes]


#: Where a message stands by the ledger: its status, and `since` as in `Taken`.
Standing = tuple[int | None, float]


class StandingsOfBatch(NamedTuple):
    """Messageids and statuses of the messages of one batch that have a messageid; `since` as in `Taken`."""

    since: float
    messageids: Sequence[int]
    statuses: Sequence[int | None]


class Standings(Protocol):
    """Looks up messages by messageid; memory does not grow with how many there are."""

    def find(self, messageids: Collection[int]) -> dict[int, Standing]: ...


class Ledger(Protocol):
    """One writer: the thread that opened it. Every method that writes is one durable transaction."""

    def one_commit(self) -> AbstractContextManager[None]:
        """Whatever is written while the block runs is durable at its end, all of it or nothing."""

    def begin(self, run: RunRecord) -> None: ...

    def rehearse(self, run_id: str) -> None:
        """The run is a rehearsal: from now on it belongs to an occurrence that is called by the run's id."""

    def intend(
        self, run_id: str, batches: Sequence[Sequence[Message]], now: float, closing: Collection[int] = ()
    ) -> list[int]:
        """Make the intent to send durable; returns the batch numbers.

        `closing` are positions of earlier batches whose messages, in doubt until now, travel in these.
        """

    def record(
        self, outcomes: Iterable[tuple[int, Mapping[int, Result]]], texts: Mapping[int, str], now: float
    ) -> None:
        """Make outcomes durable: per batch, results by index. `texts` are the provider's words for status codes."""

    def settle(self, outcomes: Iterable[tuple[int, Outcomes]], texts: Mapping[int, str], now: float) -> None:
        """`record` for whole batches that had no outcome before, in columns."""

    def adopt(
        self,
        run: RunRecord,
        batches: Iterable[tuple[Sequence[Message], Mapping[int, Result]]],
        texts: Mapping[int, str],
        now: float,
    ) -> None:
        """Make a whole run durable at once: batches found elsewhere, each with its results by index."""

    def finish(self, run_id: str, status: str, now: float) -> None: ...

    def served(self, campaign: str, occurrence: str, provider: str, until: int | None = None) -> Served:
        """What became of messages; `until` is the number of the last run that counts, None for all."""

    def found_since(self, campaign: str, occurrence: str, provider: str, since: float) -> bool:
        """Whether messages were adopted from the provider after that time (unix seconds)."""

    def knows(self, provider: str) -> bool:
        """Whether any run at this provider was begun, rehearsals aside."""

    def last_run(self) -> int:
        """A number that grows with each run; 0 where there was none."""

    def since(self, scope: Scope, run: int) -> Since:
        """What runs of a scope did after that number."""

    def run_records(self) -> list[RunRecord]:
        """Every run of every campaign, the latest first."""

    def intended(self, scope: Scope) -> int:
        """How many messages were to be sent, counted again with every attempt of another run; told at once."""

    def taken(self, scope: Scope, start: float = 0, end: float = math.inf) -> Iterator[Taken]:
        """Every message that has a messageid, batch by batch, oldest first: of batches `start` to before `end`."""

    def standings_in_order(self, scope: Scope, before: Callable[[int], None]) -> Iterator[StandingsOfBatch]:
        """Where every message that has a messageid stands, batch by batch, oldest first.

        `before` is called with the number of each batch before its statuses are read.
        """

    def standings(self, scope: Scope) -> AbstractContextManager[Standings]:
        """The messages that have a messageid, to be looked up by it."""

    def follow(self, statuses: Iterable[tuple[int, NewStatuses]], texts: Mapping[int, str]) -> None:
        """Make newer delivery statuses durable, per batch. That of a cancelled message does not change."""

    def intend_to_cancel(self, positions: Collection[int]) -> None:
        """Make it durable that the provider is about to be asked to cancel these accepted messages."""

    def mark_cancelled(self, positions: Collection[int], texts: Mapping[int, str]) -> None:
        """Make it durable that the provider confirmed these messages as cancelled."""

    def mark_kept(self, statuses: Mapping[int, int | None], texts: Mapping[int, str], reason: str) -> None:
        """Make it durable that messages, by position, were not cancelled, and which status they have instead.

        Where that is None, the provider does not know it: `reason` says so.
        """

    def revocable(self, campaign: str, occurrence: str, provider: str, run_id: str | None) -> Iterator[Revocable]:
        """What the provider accepted and has not confirmed as cancelled, oldest first; of one run or of all."""

    def cancelling(self, scope: Scope) -> Iterator[Revocable]:
        """What the provider was about to be asked to cancel, oldest first; told at once where there is nothing."""

    def in_doubt(self, campaign: str, occurrence: str, provider: str, run_id: str | None) -> int:
        """How many messages are *sending* or *unknown*; of one run or of all."""

    def were_in_doubt(self, scope: Scope, localids: Collection[int]) -> set[int]:
        """Which of these messages were in doubt before their outcome was known."""

    def runs(self, campaign: str, occurrence: str, provider: str) -> list[str]:
        """The ids of all runs, oldest first."""

    def holding(self, messageids: Collection[int]) -> set[int]:
        """Which of these messageids the ledger has for some message."""

    def times(self, scope: Scope) -> list[RunTimes]:
        """When the runs of a scope took place, oldest first; those that handed nothing over are left out."""

    def between(self, provider: str, start: int, end: int) -> Sum:
        """What a provider took of all campaigns in a span of unix seconds, by the time it was handed over or due."""

    def compared(self, scope: Scope, reach: float, found_reach: float) -> AbstractContextManager[Comparison]:
        """A comparison with a list of the provider's that goes back to `reach` (unix seconds).

        What was not sent but found at the provider may be older than that if it was found before `found_reach`.
        """

    def messages(self, positions: Collection[int]) -> dict[int, Message]:
        """Messages by their positions."""

    def open_batches(self, campaign: str, occurrence: str, provider: str) -> Iterator[OpenBatch]:
        """Batches that hold messages found *sending* or *unknown*, oldest first."""

    def results(self, positions: Collection[int]) -> dict[int, Result]: ...

    def outcomes(self, batch: int) -> Outcomes:
        """Of all messages of a batch."""

    def outcomes_of_run(self, run_id: str) -> Iterator[tuple[int, Sequence[int], Outcomes]]:
        """Number, localids and outcomes of each batch that a run intended, in plan order."""

    def status_texts(self) -> dict[int, str]: ...

    def close(self) -> None: ...
