"""Carries out a plan: intents ahead, requests in parallel, outcomes behind, all writing on one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import NamedTuple

from kaverun.clock import Clock
from kaverun.ledger.protocol import Ledger, Outcomes
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate
from kaverun.plurals import plural
from kaverun.report.report import Stop
from kaverun.run.delivery import Delivery
from kaverun.run.failpoints import failpoint
from kaverun.run.parcels import Parcel

# After so many batches without an answer in a row the provider is taken to be down.
_GIVE_UPS = 3
# How long a finished request may wait to be noticed, in seconds; also how fast a ^C is.
_TICK = 0.2
# How long one may wait for the next, to share its commit.
_GATHERED = 0.01


class Progress(NamedTuple):
    """How far a run is: messages settled by fate, and the cost billed so far in Rial."""

    settled: int
    accepted: int
    rejected: int
    unknown: int
    cost: int


class Ending(NamedTuple):
    """How a run ended: why it stopped, if it did, and whether a person stopped it."""

    stop: Stop | None
    interrupted: bool
    notes: tuple[str, ...]


class Executor:
    """Runs the batches of one campaign through `deliver`, `concurrency` at a time.

    The ledger is written by the thread that calls `run` and by no other: several batches share one commit.
    `stopping` is set by a signal from outside, or here when the run has to stop; `failed_limit` is how many
    messages may be rejected or unknown before it has to. `hold` is asked all the time whether there is a reason
    to stop outside of what is sent.
    """

    def __init__(
        self,
        ledger: Ledger,
        run_id: str,
        deliver: Callable[[Sequence[Message], float | None], Delivery],
        *,
        concurrency: int,
        stopping: Event,
        clock: Clock,
        failed_limit: int | None = None,
        hold: Callable[[], Stop | None] = lambda: None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._ledger = ledger
        self._run_id = run_id
        self._deliver = deliver
        self._concurrency = concurrency
        self._stopping = stopping
        self._clock = clock
        self._failed_limit = failed_limit
        self._hold = hold
        self._on_progress = on_progress
        self._in_flight: dict[Future[Delivery], int] = {}
        self._back: SimpleQueue[Future[Delivery]] = SimpleQueue()
        self._progress = Progress(0, 0, 0, 0, 0)
        self._give_ups = 0
        self._weighing = Lock()
        self._stop: Stop | None = None
        self._failure: Exception | None = None
        self._notes: list[str] = []

    def run(self, parcels: Iterator[Parcel]) -> Ending:
        """Send every parcel, or stop early; every intent has its outcome in the ledger afterwards."""
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="courier") as pool:
            try:
                while True:
                    deliveries = self._finished()
                    ahead = self._ahead(parcels)
                    if deliveries or ahead:
                        self._write_down(deliveries, ahead, pool)
                    elif not self._in_flight:
                        break
            except BaseException:
                self._stopping.set()
                raise
        if self._failure:
            raise self._failure
        interrupted = self._stopping.is_set() and self._stop is None
        return Ending(self._stop, interrupted, tuple(dict.fromkeys(self._notes)))

    def _finished(self) -> list[tuple[int, Delivery]]:
        """What came back, as many as shall share a commit or as came in time; nothing where nothing is under way."""
        finished: list[Future[Delivery]] = []
        with suppress(Empty):
            while len(finished) < min(self._concurrency, len(self._in_flight)):
                finished.append(self._back.get(timeout=_GATHERED if finished else _TICK))
        return [(self._in_flight.pop(future), future.result()) for future in finished if self._came_back(future)]

    def _ahead(self, parcels: Iterator[Parcel]) -> list[Parcel]:
        """The next batches, as many as may be under way beside those that are."""
        if not self._stopping.is_set() and (reason := self._hold()):
            self._halt(reason)
        if self._stopping.is_set():
            return []
        return list(islice(parcels, 2 * self._concurrency - len(self._in_flight)))

    def _write_down(
        self, deliveries: list[tuple[int, Delivery]], ahead: list[Parcel], pool: ThreadPoolExecutor
    ) -> None:
        """Make outcomes and the next intents durable in one commit, then hand those batches to the couriers."""
        numbers: list[int] = []
        with self._ledger.one_commit():
            if deliveries:
                self._record(deliveries)
            if ahead:
                numbers = self._intend(ahead)
        if deliveries:
            failpoint("outcome-recorded")
            self._on_progress(self._progress)
        if ahead:
            failpoint("intent-recorded")
        for number, parcel in zip(numbers, ahead, strict=True):
            future = pool.submit(self._carry, parcel)
            self._in_flight[future] = number
            future.add_done_callback(self._back.put)

    def _record(self, deliveries: list[tuple[int, Delivery]]) -> None:
        failpoint("before-record")
        texts: dict[int, str] = {}
        for _, delivery in deliveries:
            texts.update(delivery.texts)
        self._ledger.settle([(number, delivery.outcomes) for number, delivery in deliveries], texts, self._clock.now())

    def _intend(self, ahead: list[Parcel]) -> list[int]:
        failpoint("before-intent")
        closing = [position for parcel in ahead for position in parcel.closing]
        batches = [parcel.messages for parcel in ahead]
        return self._ledger.intend(self._run_id, batches, self._clock.now(), closing)

    def _came_back(self, future: Future[Delivery]) -> bool:
        """False for a courier that failed by a bug: its batch stays in doubt, the others are still recorded."""
        error = future.exception()
        if error is None:
            return True
        del self._in_flight[future]
        self._stopping.set()
        self._failure = self._failure or (error if isinstance(error, Exception) else RuntimeError(str(error)))
        return False

    def _carry(self, parcel: Parcel) -> Delivery:
        """On a courier's thread: a reason to stop holds back the next batch before it is begun."""
        delivery = self._deliver(parcel.messages, parcel.doubtful_until)
        with self._weighing:
            self._weigh(delivery)
        return delivery

    def _weigh(self, delivery: Delivery) -> None:
        self._progress = _advanced(self._progress, delivery.outcomes)
        self._notes += delivery.notes
        self._give_ups = self._give_ups + 1 if delivery.gave_up else 0
        failed = self._progress.rejected + self._progress.unknown
        if delivery.stop:
            self._halt(delivery.stop)
        elif self._give_ups >= _GIVE_UPS:
            self._halt(Stop(0, "Kavenegar did not answer several batches in a row; run apply again later to continue"))
        elif self._failed_limit is not None and failed > self._failed_limit:
            self._halt(
                Stop(0, f"{plural(failed, 'message')} failed, more than limits.failed allows ({self._failed_limit:,})")
            )

    def _halt(self, stop: Stop) -> None:
        if self._stop is None and not self._stopping.is_set():
            self._stop = stop
            self._stopping.set()


def _advanced(progress: Progress, outcomes: Outcomes) -> Progress:
    fates = outcomes.fates
    return Progress(
        progress.settled + len(fates),
        progress.accepted + fates.count(Fate.ACCEPTED),
        progress.rejected + fates.count(Fate.REJECTED),
        progress.unknown + fates.count(Fate.UNKNOWN),
        progress.cost + sum(filter(None, outcomes.costs)),
    )
