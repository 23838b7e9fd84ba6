"""What a ledger tells beside a list of the provider's: the words of a comparison, whatever keeps the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol


class Listed(NamedTuple):
    """A message as the provider lists it.

    `phone` and `line` are in the ledger's form; `likeness` stands for both and the text, `wording` for number and text
    alone. `date` is in unix seconds and `cost` in Rial, None where the list has none.
    """

    messageid: int
    status: int
    cost: int | None
    phone: str
    line: str
    date: int | None
    likeness: int
    wording: int


class Sum(NamedTuple):
    """How many messages, and what they cost in Rial as far as that is known."""

    messages: int
    cost: int


class RunTimes(NamedTuple):
    """When a run handed its messages over: first and last intent, and the last outcome, None where one is open.

    `date` is when they go out where that was scheduled. `found` says that the run did not send them: they were found at
    the provider, and so are older. All in unix seconds.
    """

    first: float
    last: float
    settled: float | None
    date: int | None
    found: bool


class Missing(NamedTuple):
    """A message that the ledger has and the list has not; cost in Rial."""

    messageid: int
    position: int
    status: int | None
    cost: int | None


class StatusPair(NamedTuple):
    """How many messages have one status in the ledger and another in the list."""

    ledger: int | None
    listed: int
    messages: int


class CostPair(NamedTuple):
    """A message with one cost (Rial) in the ledger and another in the list."""

    messageid: int
    position: int
    ledger: int
    listed: int


class Comparison(Protocol):
    """The messages of a scope beside those that the provider lists; memory does not grow with either.

    First the list is taken over, then it is settled whose its messages are, then the questions can be asked. Examples
    are in the order of messageids, at most `most` of them.
    """

    def add(self, listed: Iterable[Listed]) -> None:
        """Take over a page of the list. A message that is listed twice counts once."""

    def not_listed(self) -> Iterator[list[int]]:
        """The messageids of the scope that are not in the list so far, in pages of 500."""

    def settle(self, doubts: Iterable[int]) -> int:
        """Find out whose the listed messages are. `doubts` are likenesses, or wordings, of what may have been sent.

        Returns how many of the doubts are in the list.
        """

    def kept(self) -> Sum:
        """The messages of the scope by the ledger."""

    def both(self) -> Sum:
        """Those of them that are listed, with the cost that the list has."""

    def listed(self) -> Sum:
        """Everything that is listed."""

    def elsewhere(self) -> Sum:
        """What is listed and stands in the ledger outside of the scope."""

    def strange(self) -> Sum:
        """What is listed, not in the ledger, and no doubt either."""

    def missing(self) -> Sum:
        """The messages of the scope that should be listed and are not."""

    def out_of_reach(self) -> Sum:
        """The messages of the scope that are not listed, and may be older than the list reaches."""

    def statuses(self) -> list[StatusPair]:
        """Where statuses differ."""

    def costs(self) -> Sum:
        """Where both know a cost and they differ: how many, and how much more the list has."""

    def examples_of_missing(self, most: int) -> list[Missing]: ...

    def examples_of_strange(self, most: int) -> list[Listed]: ...

    def examples_of_costs(self, most: int) -> list[CostPair]: ...
