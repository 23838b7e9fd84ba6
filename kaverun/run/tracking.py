"""What became of messages after the provider took them: their delivery, asked for until it is final."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress, islice, repeat
from typing import NamedTuple, TypeVar, cast

from kaverun.clock import Clock
from kaverun.kavenegar.client import IDS_PER_REQUEST, Client
from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Ledger, NewStatuses, Scope, Standing, Taken
from kaverun.report.delivery import Delivery, Tally
from kaverun.run.ahead import answered
from kaverun.run.lookup import LOOKUP_WINDOW, NO_SUCH_ID
from kaverun.run.patience import Patience

T = TypeVar("T")

# Status by messageid ends 48 hours after sending (API document, *Status*, limits); a little is left for clocks.
_WINDOW = 48 * 3600.0 - 300.0
# Batches whose statuses are made durable in one commit: some 10,000 messages. A crash loses those of the last one;
# they can be asked for again.
_COMMIT = 50


class _Open(NamedTuple):
    """The messages of a batch whose status is open, in columns. `indexes` are their places in the batch."""

    batch: int
    indexes: Sequence[int]
    since: float
    localids: Sequence[int]
    messageids: Sequence[int]
    statuses: Sequence[int | None]
    lines: Sequence[str]
    phones: Sequence[str]


class _Page(NamedTuple):
    """What is asked for in one request: messageids, and the batches they are from, past so many that went before."""

    messageids: list[int]
    batches: list[_Open]
    skipped: int

    def localids(self) -> Iterator[int]:
        return self._past_skipped(batch.localids for batch in self.batches)

    def since(self) -> Iterator[float]:
        return self._past_skipped(repeat(batch.since, len(batch.messageids)) for batch in self.batches)

    def _past_skipped(self, columns: Iterable[Iterable[T]]) -> Iterator[T]:
        return islice(chain.from_iterable(columns), self.skipped, self.skipped + len(self.messageids))


class _Answer(NamedTuple):
    """The statuses of a page's messages in its order, None where the provider knows none, and its words for them."""

    statuses: list[int | None]
    texts: dict[int, str]


class Tracker:
    """Follows the accepted messages of a scope, asking for `concurrency` pages at a time.

    `on_progress` is called with how many messages were asked for so far and how many there are at most, `on_settled`
    with the number of a batch once all before it have their newest statuses in the ledger.
    """

    def __init__(
        self,
        ledger: Ledger,
        client: Client,
        patience: Patience,
        clock: Clock,
        scope: Scope,
        *,
        concurrency: int = 1,
        on_progress: Callable[[int, int], None] = lambda asked, messages: None,
        on_settled: Callable[[int], None] = lambda batch: None,
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._patience = patience
        self._clock = clock
        self._scope = scope
        self._concurrency = concurrency
        self._on_progress = on_progress
        self._on_settled = on_settled

    def refresh(self, asked_at: float | None = None) -> Delivery:
        """Ask for every status that is not final, in pages of 500, and make what is new durable.

        `asked_at` is when that began as the delivery is to say it (unix seconds), None for now. Raises
        `KavenegarError` where the provider cannot be asked; what was learnt until then is kept.
        """
        tally, asked = Tally(), 0
        asked_at = self._clock.now() if asked_at is None else asked_at
        weighing = _Weighing(self._ledger, tally, self._on_settled)
        messages = self._ledger.intended(self._scope)
        pages = _pages(weighing.expecting(self._open(tally)))
        give_up = self._patience.stopping.set
        try:
            for page, answer in answered(pages, self._ask, concurrency=self._concurrency, give_up=give_up):
                weighing.add(answer)
                asked += len(page.messageids)
                self._on_progress(asked, max(asked, asked + messages - weighing.passed()))
        finally:
            weighing.close()
        return tally.delivery(asked_at)

    def delivery(self) -> Delivery:
        """What the ledger knows, without asking."""
        tally = Tally()
        for batch in self._open(tally):
            tally.open += len(batch.messageids)
            tally.add(batch.lines, batch.phones, batch.statuses)
        return tally.delivery(self._clock.now())

    def _open(self, tally: Tally) -> Iterator[_Open]:
        """The messages whose status is open, batch by batch; all others are counted at once."""
        now = self._clock.now()
        for taken in self._ledger.taken(self._scope):
            batch = _of_batch(taken)
            if not may_change(taken.since, now) or FINAL_STATUSES.issuperset(batch.statuses):
                tally.add(batch.lines, batch.phones, batch.statuses)
            elif FINAL_STATUSES.isdisjoint(batch.statuses):
                yield batch
            else:
                final = [status in FINAL_STATUSES for status in batch.statuses]
                settled = _chosen(batch, final)
                tally.add(settled.lines, settled.phones, settled.statuses)
                yield _chosen(batch, [not one for one in final])

    def _ask(self, page: _Page) -> _Answer:
        answer = self._patience.ask(lambda: self._client.status_columns(page.messageids))
        if answer.messageids == page.messageids and NO_SUCH_ID not in answer.statuses:
            return _Answer(list(answer.statuses), dict(zip(answer.statuses, answer.statustexts, strict=True)))
        rows = [row for row in zip(*answer, strict=True) if _is_known(*row[:2])]
        known = {messageid: status for messageid, status, _ in rows}
        texts = {status: text for _, status, text in rows}
        return self._completed(page, _Answer([known.get(messageid) for messageid in page.messageids], texts))

    def _completed(self, page: _Page, answer: _Answer) -> _Answer:
        """What is not known by messageid is asked for by localid, as far as it is young enough for that."""
        now = self._clock.now()
        lacking = [
            str(localid)
            for localid, since, status in zip(page.localids(), page.since(), answer.statuses, strict=True)
            if status is None and now - since < LOOKUP_WINDOW
        ]
        if not lacking:
            return answer
        states = self._patience.ask(lambda: self._client.status_by_localid(lacking))
        found = [state for state in states if _is_known(state.messageid, state.status)]
        known = {state.localid: state.status for state in found}
        both = zip(page.localids(), answer.statuses, strict=True)
        return _Answer(
            [known.get(str(localid)) if status is None else status for localid, status in both],
            answer.texts | {state.status: state.statustext for state in found},
        )


class _Weighing:
    """Gives the answers, which come in pages, back to the batches they belong to: counts them, keeps what is new."""

    def __init__(self, ledger: Ledger, tally: Tally, on_settled: Callable[[int], None]) -> None:
        self._ledger = ledger
        self._tally = tally
        self._on_settled = on_settled
        self._weighed = 0
        self._expected: deque[_Open] = deque()
        self._told: list[int | None] = []
        self._news: list[tuple[int, NewStatuses]] = []
        self._texts: dict[int, str] = {}

    def expecting(self, batches: Iterable[_Open]) -> Iterator[_Open]:
        """The batches as they pass by; their answers are to come in the same order."""
        for batch in batches:
            self._expected.append(batch)
            yield batch

    def add(self, answer: _Answer) -> None:
        self._texts |= answer.texts
        self._told += answer.statuses
        while self._expected and len(self._expected[0].messageids) <= len(self._told):
            self._weigh()
        if self._weighed >= _COMMIT:
            self._keep()

    def passed(self) -> int:
        """How many messages were told of, or needed no question."""
        return self._tally.seen.total() + len(self._told)

    def close(self) -> None:
        """Keep also what was told of a batch whose other answers did not come."""
        if self._told:
            self._told += repeat(None, len(self._expected[0].messageids) - len(self._told))
            self._weigh()
        self._keep()

    def _weigh(self) -> None:
        """Count the next batch by its new statuses."""
        batch = self._expected.popleft()
        told, self._told = self._told[: len(batch.messageids)], self._told[len(batch.messageids) :]
        self._weighed += 1
        now = told
        if None in told:
            self._tally.not_known += told.count(None)
            now = [old if new is None else new for old, new in zip(batch.statuses, told, strict=True)]
        self._tally.add(batch.lines, batch.phones, now)
        if not FINAL_STATUSES.issuperset(now):
            self._tally.open += sum(status not in FINAL_STATUSES for status in now)
        if now != batch.statuses:
            self._news.append((batch.batch, _news(batch, told)))

    def _keep(self) -> None:
        """Make what was learnt durable."""
        if self._news:
            self._ledger.follow(self._news, self._texts)
            self._news.clear()
        self._weighed = 0
        if self._expected:
            self._on_settled(self._expected[0].batch)


def may_change(since: float, now: float) -> bool:
    """Whether a status that is not final can still be asked for; `since` as in the ledger's `Taken`."""
    return now - since < _WINDOW


def is_open(standing: Standing, now: float) -> bool:
    """Whether the status of a message may still change and can still be asked for."""
    status, since = standing
    return status not in FINAL_STATUSES and may_change(since, now)


def _of_batch(taken: Taken) -> _Open:
    first = taken.batch * POSITIONS_PER_BATCH
    positions = taken.positions
    whole = len(positions) == taken.size
    return _Open(
        taken.batch,
        range(taken.size) if whole else [position - first for position in positions],
        taken.since,
        taken.localids,
        taken.messageids,
        taken.statuses,
        taken.lines,
        taken.phones,
    )


def _chosen(batch: _Open, which: Sequence[bool]) -> _Open:
    """Some messages of a batch."""
    return _Open(
        batch.batch,
        [*compress(batch.indexes, which)],
        batch.since,
        [*compress(batch.localids, which)],
        [*compress(batch.messageids, which)],
        [*compress(batch.statuses, which)],
        [*compress(batch.lines, which)],
        [*compress(batch.phones, which)],
    )


def _news(batch: _Open, told: list[int | None]) -> NewStatuses:
    """What was told, as the ledger takes it: by index, or as the statuses of a whole batch."""
    if isinstance(batch.indexes, range) and None not in told:
        return cast("list[int]", told)
    return {index: new for index, new in zip(batch.indexes, told, strict=True) if new is not None}


def _pages(batches: Iterable[_Open]) -> Iterator[_Page]:
    """The messages of batches, 500 at a time."""
    messageids: list[int] = []
    of: list[_Open] = []
    skipped = 0
    for batch in batches:
        messageids += batch.messageids
        of.append(batch)
        while len(messageids) >= IDS_PER_REQUEST:
            yield _Page(messageids[:IDS_PER_REQUEST], of, skipped)
            # What is left is the end of this batch.
            messageids = messageids[IDS_PER_REQUEST:]
            of, skipped = [batch], len(batch.messageids) - len(messageids)
    if messageids:
        yield _Page(messageids, of, skipped)


def _is_known(messageid: int | None, status: int) -> bool:
    return bool(messageid) and status != NO_SUCH_ID
