"""Who is notified of a run's progress: a screen, a log, a page of metrics."""

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
    """Ignores every notification. Some come from other threads than the one that runs."""

    def doing(self, words: str) -> None:
        """A step begins that counts nothing."""

    def planned(self, rows: int) -> None:
        """`rows` have been planned so far."""

    def recalled(self, asked: int, messages: int) -> None:
        """`asked` of `messages` have been looked up at the provider."""

    def start_sending(self, messages: int) -> None:
        """`messages` are about to be sent."""

    def sent(self, progress: Progress) -> None:
        """After every commit of outcomes."""

    def start_cancelling(self, messages: int) -> None:
        """`messages` are about to be cancelled."""

    def cancelled(self, asked: int, cancelled: int) -> None:
        """After every page: how many cancellations were asked for, and how many succeeded."""

    def asked(self, asked: int, messages: int) -> None:
        """`asked` statuses, of at most `messages`, have been asked for in this round."""

    def waiting(self, still_open: int, messages: int) -> None:
        """Before a wait for statuses: `still_open` of `messages` may still change."""

    def retried(self, seconds: float) -> None:
        """A request is about to be repeated after this wait, by any thread."""

    def tell(self, words: str) -> None:
        """What a person should read, whatever else is shown."""
