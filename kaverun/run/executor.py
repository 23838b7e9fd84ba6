"""Sends the planned batches of a run: leases ahead, requests in parallel, outcomes behind, one writing thread."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import NamedTuple

from kaverun.clock import Clock
from kaverun.ledger.batches import Outcomes, batch_of, begin_batches, settle_batches
from kaverun.ledger.store import Lease, Store
from kaverun.message.batch import Batch
from kaverun.message.fate import Fate
from kaverun.report.report import Stop
from kaverun.run.courier import Delivery
from kaverun.run.failpoints import failpoint
from kaverun.run.observer import Progress
from kaverun.run.retrying import LONGEST_PATIENCE
from kaverun.text.plurals import plural

# After this many batches in a row without an answer, the provider is assumed to be down.
_GIVE_UPS = 3
# How long a finished request may wait to be noticed, in seconds; also how fast a ^C is.
_TICK = 0.2
# How long it may wait for the next one, to share its commit, in seconds.
_GATHERED = 0.01
# No batch is retried for longer; a process that dies loses its campaign's lock before its leases end.
_LEASE = 2 * LONGEST_PATIENCE


class Ending(NamedTuple):
    """How a run ended: why it stopped, if it did, and whether a person stopped it."""

    stop: Stop | None
    interrupted: bool
    notes: tuple[str, ...]


class _Sent(NamedTuple):
    lease: Lease
    batch: Batch


class Executor:
    """Runs the planned batches of one run through `deliver`, `concurrency` at a time.

    Only the thread that calls `run` writes to the ledger: several batches share one commit. `stopping` is set by a
    signal from outside, or here when the run has to stop; `failed_limit` is how many messages may be rejected or
    unknown before it has to. `hold` is called again and again for a reason to stop apart from what is sent.
    """

    def __init__(
        self,
        store: Store,
        run: int,
        deliver: Callable[[Batch], Delivery],
        *,
        concurrency: int,
        stopping: Event,
        clock: Clock,
        failed_limit: int | None = None,
        hold: Callable[[], Stop | None] = lambda: None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._store = store
        self._run = run
        self._deliver = deliver
        self._concurrency = concurrency
        self._stopping = stopping
        self._clock = clock
        self._failed_limit = failed_limit
        self._hold = hold
        self._on_progress = on_progress
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._in_flight: dict[Future[Delivery], _Sent] = {}
        self._back: SimpleQueue[Future[Delivery]] = SimpleQueue()
        self._progress = Progress(0, 0, 0, 0, 0)
        self._give_ups = 0
        self._weighing = Lock()
        self._stop: Stop | None = None
        self._failure: Exception | None = None
        self._notes: list[str] = []

    def run(self) -> Ending:
        """Send every planned batch, or stop early; every batch that was begun has its outcomes afterwards."""
        left = True
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="courier") as pool:
            try:
                while left or self._in_flight:
                    left = self._step(self._finished(), pool, left=left)
            except BaseException:
                self._stopping.set()
                raise
        if self._failure:
            raise self._failure
        interrupted = self._stopping.is_set() and self._stop is None
        return Ending(self._stop, interrupted, tuple(dict.fromkeys(self._notes)))

    def _finished(self) -> list[tuple[_Sent, Delivery]]:
        """What came back in time, at most as much as shares a commit; nothing if nothing is under way."""
        finished: list[Future[Delivery]] = []
        with suppress(Empty):
            while len(finished) < min(self._concurrency, len(self._in_flight)):
                finished.append(self._back.get(timeout=_GATHERED if finished else _TICK))
        return [(self._in_flight.pop(future), future.result()) for future in finished if self._came_back(future)]

    def _step(self, deliveries: list[tuple[_Sent, Delivery]], pool: ThreadPoolExecutor, *, left: bool) -> bool:
        """Make outcomes and the next leases durable in one commit, then hand those batches to the couriers.

        Returns whether there may be more planned batches.
        """
        if not self._stopping.is_set() and (reason := self._hold()):
            self._halt(reason)
        room = 2 * self._concurrency - len(self._in_flight) if left and not self._stopping.is_set() else 0
        if not (deliveries or room):
            return left and not self._stopping.is_set()
        leases: list[Lease] = []
        with self._store.transaction():
            if deliveries:
                self._record(deliveries)
            if room:
                failpoint("before-intent")
                now = self._clock.now()
                leases = begin_batches(self._store, self._run, room, holder=self._holder, now=now, until=now + _LEASE)
        if deliveries:
            failpoint("outcome-recorded")
            self._on_progress(self._progress)
        if leases:
            failpoint("intent-recorded")
        for lease in leases:
            sent = _Sent(lease, batch_of(self._store, lease.batch))
            future = pool.submit(self._carry, sent.batch)
            self._in_flight[future] = sent
            future.add_done_callback(self._back.put)
        return left and not self._stopping.is_set() and (not room or len(leases) == room)

    def _record(self, deliveries: list[tuple[_Sent, Delivery]]) -> None:
        failpoint("before-record")
        texts: dict[int, str] = {}
        for _, delivery in deliveries:
            texts.update(delivery.texts)
        outcomes = [(sent.lease, sent.batch, delivery.outcomes) for sent, delivery in deliveries]
        settle_batches(self._store, outcomes, texts, self._clock.now())

    def _came_back(self, future: Future[Delivery]) -> bool:
        """False for a courier that failed because of a bug: its batch stays in doubt, the others are still recorded."""
        error = future.exception()
        if error is None:
            return True
        del self._in_flight[future]
        self._stopping.set()
        self._failure = self._failure or (error if isinstance(error, Exception) else RuntimeError(str(error)))
        return False

    def _carry(self, batch: Batch) -> Delivery:
        """Runs on a courier's thread, so that a reason to stop holds back the next batch before it begins."""
        delivery = self._deliver(batch)
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
