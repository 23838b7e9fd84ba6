"""What became of messages after the provider took them: their delivery, asked for until it is final."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress, islice, repeat
from typing import NamedTuple, TypeVar, cast

from kaverun.clock import Clock
from kaverun.kavenegar.client import IDS_PER_REQUEST, Client
from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, NewStatuses, Standing, Taken
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
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
    """The messages of a batch whose status is open, in columns; `size` is that of the whole batch."""

    batch: int
    size: int
    since: float
    positions: Sequence[int]
    localids: Sequence[int]
    messageids: Sequence[int]
    statuses: Sequence[int | None]


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

    def refresh(self) -> int:
        """Ask for every status that is not final, in pages of 500, and make what is new durable.

        Returns how many messages the provider does not know. Raises `KavenegarError` where it cannot be asked; what was
        learnt until then is kept.
        """
        weighing = _Weighing(self._ledger, self._on_settled)
        messages, asked = self._ledger.intended(self._scope), 0
        pages = _pages(weighing.expecting(self._ledger.taken(self._scope), self._clock.now()))
        give_up = self._patience.stopping.set
        try:
            for page, answer in answered(pages, self._ask, concurrency=self._concurrency, give_up=give_up):
                weighing.add(answer)
                asked += len(page.messageids)
                self._on_progress(asked, max(asked, messages - weighing.left_out))
        finally:
            weighing.close()
        return weighing.not_known

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
    """Gives the answers, which come in pages, back to the batches they belong to, and keeps what is new.

    `left_out` are messages that need no question, `not_known` those that the provider does not know.
    """

    def __init__(self, ledger: Ledger, on_settled: Callable[[int], None]) -> None:
        self._ledger = ledger
        self._on_settled = on_settled
        self.left_out = 0
        self.not_known = 0
        self._weighed = 0
        self._expected: deque[_Open] = deque()
        self._told: list[int | None] = []
        self._news: list[tuple[int, NewStatuses]] = []
        self._texts: dict[int, str] = {}

    def expecting(self, batches: Iterable[Taken], now: float) -> Iterator[_Open]:
        """What is open of batches, as they pass by; their answers are to come in the same order."""
        for taken in batches:
            batch = _open(taken, now)
            self.left_out += len(taken.messageids) - len(batch.messageids)
            if batch.messageids:
                self._expected.append(batch)
                yield batch

    def add(self, answer: _Answer) -> None:
        self._texts |= answer.texts
        self._told += answer.statuses
        while self._expected and len(self._expected[0].messageids) <= len(self._told):
            self._weigh()
        if self._weighed >= _COMMIT:
            self._keep()

    def close(self) -> None:
        """Keep also what was told of a batch whose other answers did not come."""
        if self._told:
            self._told += repeat(None, len(self._expected[0].messageids) - len(self._told))
            self._weigh()
        self._keep()

    def _weigh(self) -> None:
        """Hold the new statuses of the next batch against those it had."""
        batch = self._expected.popleft()
        told, self._told = self._told[: len(batch.messageids)], self._told[len(batch.messageids) :]
        self._weighed += 1
        self.not_known += told.count(None)
        now = told
        if None in told:
            now = [old if new is None else new for old, new in zip(batch.statuses, told, strict=True)]
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


def _open(taken: Taken, now: float) -> _Open:
    """What is open of a batch, which may be nothing."""
    whole = _Open(
        taken.batch, taken.size, taken.since, taken.positions, taken.localids, taken.messageids, taken.statuses
    )
    if may_change(taken.since, now) and FINAL_STATUSES.isdisjoint(taken.statuses):
        return whole
    open_ = [status not in FINAL_STATUSES and may_change(taken.since, now) for status in taken.statuses]
    return whole._replace(
        positions=[*compress(taken.positions, open_)],
        localids=[*compress(taken.localids, open_)],
        messageids=[*compress(taken.messageids, open_)],
        statuses=[*compress(taken.statuses, open_)],
    )


def _news(batch: _Open, told: list[int | None]) -> NewStatuses:
    """What was told, as the ledger takes it: by index, or as the statuses of a whole batch."""
    if len(told) == batch.size and None not in told:
        return cast("list[int]", told)
    first = batch.batch * POSITIONS_PER_BATCH
    return {place - first: new for place, new in zip(batch.positions, told, strict=True) if new is not None}


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
