"""Who hears how far a run is: a screen, a log, a page of metrics."""

from __future__ import annotations

from typing import NamedTuple


class Progress(NamedTuple):
    """How far a run is: messages settled by fate, and the cost billed so far in Rial."""

    settled: int
    accepted: int
    rejected: int
    unknown: int
    cost: int


class Observer:
    """Does nothing with what it hears. Some of it is said by other threads than the one that runs."""

    def doing(self, words: str) -> None:
        """A step begins of which nothing is counted."""

    def planned(self, rows: int) -> None:
        """So many rows were planned so far."""

    def recalled(self, asked: int, messages: int) -> None:
        """So many of how many messages were asked for at the provider."""

    def start_sending(self, messages: int) -> None:
        """So many messages are to be sent."""

    def sent(self, progress: Progress) -> None:
        """With every commit of outcomes."""

    def start_cancelling(self, messages: int) -> None:
        """So many messages are to be cancelled."""

    def cancelled(self, asked: int, cancelled: int) -> None:
        """With every page: how many were asked to be cancelled, and how many were."""

    def asked(self, asked: int, messages: int) -> None:
        """So many statuses, of at most how many, were asked for in this round."""

    def waiting(self, still_open: int, messages: int) -> None:
        """Before a wait for statuses: so many, of how many messages, may still change."""

    def retried(self, seconds: float) -> None:
        """A request is made again after so long, by whatever thread."""

    def tell(self, words: str) -> None:
        """What a person should read, whatever else is shown."""
