"""What became of messages after the provider took them: their delivery, asked for until it is final."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.clock import Clock
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST, Client
from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.protocol import Ledger, Scope, Standing, Taken, by_batch
from kaverun.report.delivery import Delivery, Tally
from kaverun.run.ahead import answered
from kaverun.run.lookup import LOOKUP_WINDOW, NO_SUCH_ID
from kaverun.run.patience import Patience

# Status by messageid ends 48 hours after sending (API document, *Status*, limits); a little is left for clocks.
_WINDOW = 48 * 3600.0 - 300.0
# Statuses that are made durable in one commit. A crash loses those of the last one; they can be asked for again.
_COMMIT = 20 * IDS_PER_REQUEST

# A message whose status is open: messageid, position, status, line, first digits of the number, localid, and since
# when its windows count. A bare tuple, as there may be a million of them.
_Open = tuple[int, int, int | None, str, str, int, float]
_PREFIX = 4


class _Answer(NamedTuple):
    """The statuses of a page's messages in its order, None where the provider knows none, and its words for them."""

    statuses: Sequence[int | None]
    texts: dict[int, str]


class Tracker:
    """Follows the accepted messages of a scope, asking for `concurrency` pages at a time.

    `on_progress` is called with how many messages were asked for so far, and how many there are at most.
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
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._patience = patience
        self._clock = clock
        self._scope = scope
        self._concurrency = concurrency
        self._on_progress = on_progress
        self._changed: dict[int, int] = {}
        self._texts: dict[int, str] = {}

    def refresh(self) -> Delivery:
        """Ask for every status that is not final, in pages of 500, and make what is new durable.

        Raises `KavenegarError` where the provider cannot be asked; what was learnt until then is kept.
        """
        tally, asked, asked_at = Tally(), 0, self._clock.now()
        messages = self._ledger.intended(self._scope)
        pages = blocks(self._open(tally), IDS_PER_REQUEST)
        give_up = self._patience.stopping.set
        try:
            for page, answer in answered(pages, self._ask, concurrency=self._concurrency, give_up=give_up):
                self._weigh(page, answer, tally)
                asked += len(page)
                self._on_progress(asked, max(asked, asked + messages - tally.seen.total()))
        finally:
            self._keep()
        return tally.delivery(asked_at)

    def delivery(self) -> Delivery:
        """What the ledger knows, without asking."""
        tally = Tally()
        for page in blocks(self._open(tally), IDS_PER_REQUEST):
            tally.open += len(page)
            _, _, statuses, lines, prefixes, _, _ = zip(*page, strict=True)
            tally.add(lines, prefixes, statuses)
        return tally.delivery(self._clock.now())

    def _open(self, tally: Tally) -> Iterator[_Open]:
        """The messages whose status is open; all others are counted at once."""
        now = self._clock.now()
        for batch in self._ledger.taken(self._scope):
            prefixes = [phone[:_PREFIX] for phone in batch.phones]
            if not may_change(batch.since, now) or FINAL_STATUSES.issuperset(batch.statuses):
                tally.add(batch.lines, prefixes, batch.statuses)
            elif FINAL_STATUSES.isdisjoint(batch.statuses):
                yield from _items(batch, prefixes)
            else:
                every = zip(batch.lines, prefixes, batch.statuses, strict=True)
                tally.seen.update(one for one in every if one[2] in FINAL_STATUSES)
                yield from (item for item in _items(batch, prefixes) if item[2] not in FINAL_STATUSES)

    def _weigh(self, page: list[_Open], answer: _Answer, tally: Tally) -> None:
        """Count a page by its new statuses, and keep those that are new."""
        _, positions, before, lines, prefixes, _, _ = zip(*page, strict=True)
        told = answer.statuses
        if None in told:
            tally.not_known += told.count(None)
            told = [old if new is None else new for old, new in zip(before, told, strict=True)]
        tally.add(lines, prefixes, told)
        tally.open += sum(count for status, count in Counter(told).items() if status not in FINAL_STATUSES)
        news = zip(positions, before, told, strict=True)
        self._changed |= {position: new for position, old, new in news if new is not None and new != old}
        self._texts |= answer.texts
        if len(self._changed) >= _COMMIT:
            self._keep()

    def _keep(self) -> None:
        """Make what was learnt durable."""
        if self._changed:
            self._ledger.follow(by_batch(self._changed).items(), self._texts)
            self._changed.clear()

    def _ask(self, page: list[_Open]) -> _Answer:
        messageids = [item[0] for item in page]
        states = self._patience.ask(lambda: self._client.status(messageids))
        known = {state.messageid: state.status for state in states if _is_known(state)}
        answer = _Answer([known.get(messageid) for messageid in messageids], _texts(states))
        return answer if len(known) == len(page) else self._completed(page, answer)

    def _completed(self, page: list[_Open], answer: _Answer) -> _Answer:
        """What is not known by messageid is asked for by localid, as far as it is young enough for that."""
        now = self._clock.now()
        localids = [str(item[5]) for item in page]
        lacking = [
            localid
            for localid, status, item in zip(localids, answer.statuses, page, strict=True)
            if status is None and now - item[6] < LOOKUP_WINDOW
        ]
        if not lacking:
            return answer
        states = self._patience.ask(lambda: self._client.status_by_localid(lacking))
        known = {state.localid: state.status for state in states if _is_known(state)}
        both = zip(localids, answer.statuses, strict=True)
        return _Answer(
            [known.get(localid) if status is None else status for localid, status in both],
            answer.texts | _texts(states),
        )


def may_change(since: float, now: float) -> bool:
    """Whether a status that is not final can still be asked for; `since` as in the ledger's `Taken`."""
    return now - since < _WINDOW


def is_open(standing: Standing, now: float) -> bool:
    """Whether the status of a message may still change and can still be asked for."""
    status, since = standing
    return status not in FINAL_STATUSES and may_change(since, now)


def _items(batch: Taken, prefixes: Sequence[str]) -> Iterator[_Open]:
    columns = (batch.messageids, batch.positions, batch.statuses, batch.lines, prefixes, batch.localids)
    return zip(*columns, repeat(batch.since), strict=False)


def _texts(states: Iterable[MessageState]) -> dict[int, str]:
    return {state.status: state.statustext for state in states if _is_known(state)}


def _is_known(state: MessageState) -> bool:
    return bool(state.messageid) and state.status != NO_SUCH_ID
