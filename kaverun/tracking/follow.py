"""What became of messages after they were accepted: the provider is asked in rounds until nothing is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from threading import Event
from typing import NamedTuple

from kaverun.campaign.models import Retry, Sending
from kaverun.clock import Clock
from kaverun.errors import Locked, Refused
from kaverun.kavenegar.client import Client
from kaverun.ledger.cancelling import cancelling
from kaverun.ledger.place import check_known, known_run
from kaverun.ledger.runs import Run, occurrence_of
from kaverun.ledger.statuses import StatusSum, status_sums
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.report.delivery import Delivery, delivery_of
from kaverun.run.cut_off import CutOff
from kaverun.run.observer import Observer
from kaverun.run.retrying import Patience
from kaverun.tracking.tracker import Tracker

# Waits between two rounds of questions, in seconds: twice as long each time, up to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0


class Asked(NamedTuple):
    """What the ledger knows about the occurrence (`sums`) and about the messages asked for (`delivery`).

    `not_known` of them the provider does not know; a person may have `interrupted` the wait.
    """

    sums: list[StatusSum]
    delivery: Delivery
    not_known: int
    interrupted: bool = False


class Followed(NamedTuple):
    """The messages of an occurrence, or of one `run`, and how to ask their provider.

    The campaign file of a run may be gone, so a run is asked about with the defaults.
    """

    store: Store
    client: Client
    clock: Clock
    scope: Scope
    run: Run | None = None
    retry: Retry = Retry()
    sending: Sending = Sending()
    observer: Observer = Observer()

    def rounds(self, seconds: float) -> Iterator[Asked]:
        """Ask once, then again for at most `seconds` while something is open, with a wait before each further round.

        Raises `Refused` if the ledger knows nothing of the campaign, `KavenegarError` if the provider cannot be asked.
        """
        check_known(self.store, self.scope)
        self._settle_cut_off()
        occurrence, run = occurrence_of(self.store, self.scope), self.run.number if self.run else None
        tracker = Tracker(
            self.store,
            self.client,
            self._patience(),
            self.clock,
            occurrence,
            run,
            concurrency=self.sending.concurrency,
            on_progress=self.observer.asked,
        )
        until, pause = self.clock.monotonic() + seconds, _FIRST_PAUSE
        while True:
            now = self.clock.now()
            not_known = tracker.refresh()
            sums = status_sums(self.store, occurrence, now)
            delivery = delivery_of((one for one in sums if run in (None, one.run)), now)
            yield Asked(sums, delivery, not_known)
            left = until - self.clock.monotonic()
            if left <= 0 or delivery.open <= not_known:
                return
            self.observer.waiting(delivery.open, delivery.statuses.total())
            self.clock.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _settle_cut_off(self) -> None:
        """Look up what a cancellation that was cut off left behind, unless somebody is working on the campaign."""
        if next(cancelling(self.store, occurrence_of(self.store, self.scope)), None) is None:
            return
        with suppress(Locked), self.store.locked(self.scope.campaign, self.clock.now()):
            cut_off = CutOff(self.store, self.client, self._patience(), self.clock, self.scope, locked=self.clock.now())
            cut_off.settle(self.retry, self.observer.tell)

    def _patience(self) -> Patience:
        return Patience(self.retry, Event(), self.clock, on_retry=self.observer.retried)


def run_at(store: Store, run_id: str, provider: str) -> Run:
    """The run with an id; raises `Refused` if the ledger does not know it, or if it was sent to another provider."""
    run = known_run(store, run_id)
    if run.scope.provider != provider:
        raise Refused(
            f"run {run.run_id} was sent to {run.scope.provider}, but --base-url leads to {provider}: "
            "name the base URL of that run"
        )
    return run
