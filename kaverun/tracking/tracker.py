"""What became of messages after the provider accepted them: their delivery, asked for until it is final."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from kaverun.clock import Clock
from kaverun.kavenegar.client import Client
from kaverun.ledger.statuses import OpenMessages, open_count, open_messages, record_statuses
from kaverun.ledger.store import Store
from kaverun.run.lookup import LOOKUP_WINDOW, NO_SUCH_ID
from kaverun.run.prefetch import answered
from kaverun.run.retrying import Patience

# How many pages of statuses are made durable in one commit: 10,000 messages. A crash loses those of the last one; they
# can be asked for again.
_COMMIT = 20


class _Answer(NamedTuple):
    """The statuses of a page's messages in its order, None if the provider knows none, and its texts for them."""

    statuses: list[int | None]
    texts: dict[int, str]


class Tracker:
    """Follows the accepted messages of an occurrence, or of one of its runs (both by the ledger's numbers).

    Asks for `concurrency` pages at a time. `on_progress` is called with how many messages were asked for so far and
    how many there are.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        patience: Patience,
        clock: Clock,
        occurrence: int,
        run: int | None = None,
        *,
        concurrency: int = 1,
        on_progress: Callable[[int, int], None] = lambda asked, messages: None,
    ) -> None:
        self._store = store
        self._client = client
        self._patience = patience
        self._clock = clock
        self._occurrence = occurrence
        self._run = run
        self._concurrency = concurrency
        self._on_progress = on_progress

    def refresh(self) -> int:
        """Ask for every status that is not final, in pages of 500, and make what is new durable.

        Returns how many messages the provider does not know. Raises `KavenegarError` if it cannot be asked; what was
        learnt until then is kept.
        """
        now, asked, not_known = self._clock.now(), 0, 0
        messages = open_count(self._store, self._occurrence, now, self._run)
        pages = open_messages(self._store, self._occurrence, now, self._run)
        give_up = self._patience.stopping.set
        news: defaultdict[int, list[int]] = defaultdict(list)
        texts: dict[int, str] = {}
        try:
            for number, (page, answer) in enumerate(
                answered(pages, self._ask, concurrency=self._concurrency, give_up=give_up), 1
            ):
                _add(news, page, answer.statuses)
                texts |= answer.texts
                not_known += answer.statuses.count(None)
                asked += len(page.messages)
                if number % _COMMIT == 0:
                    self._keep(news, texts)
                self._on_progress(asked, messages)
        finally:
            self._keep(news, texts)
        return not_known

    def _keep(self, news: dict[int, list[int]], texts: dict[int, str]) -> None:
        """Make what was learnt durable; if nothing was, nothing is written."""
        if news:
            record_statuses(self._store, news, texts)
            news.clear()

    def _ask(self, page: OpenMessages) -> _Answer:
        answer = self._patience.ask(lambda: self._client.status_columns(page.messageids))
        if answer.messageids == page.messageids and NO_SUCH_ID not in answer.statuses:
            return _Answer(list(answer.statuses), dict(zip(answer.statuses, answer.statustexts, strict=True)))
        rows = [row for row in zip(*answer, strict=True) if _is_known(*row[:2])]
        known = {messageid: status for messageid, status, _ in rows}
        texts = {status: text for _, status, text in rows}
        return self._completed(page, _Answer([known.get(messageid) for messageid in page.messageids], texts))

    def _completed(self, page: OpenMessages, answer: _Answer) -> _Answer:
        """Ask by localid for what is not known by messageid, if it is recent enough."""
        now = self._clock.now()
        lacking = [
            str(localid)
            for localid, since, status in zip(page.localids, page.since, answer.statuses, strict=True)
            if status is None and now - since < LOOKUP_WINDOW
        ]
        if not lacking:
            return answer
        states = self._patience.ask(lambda: self._client.status_by_localid(lacking))
        found = [state for state in states if _is_known(state.messageid, state.status)]
        known = {state.localid: state.status for state in found}
        both = zip(page.localids, answer.statuses, strict=True)
        return _Answer(
            [known.get(str(localid)) if status is None else status for localid, status in both],
            answer.texts | {state.status: state.statustext for state in found},
        )


def _add(news: defaultdict[int, list[int]], page: OpenMessages, statuses: list[int | None]) -> None:
    """Add the messages of a page whose status has changed, by their new status."""
    first = statuses[0]
    # Usually a whole page has the same new status: not checking each message saves a second in a million.
    if first is not None and statuses.count(first) == len(statuses) and first not in page.statuses:
        news[first] += page.messages
        return
    for message, old, new in zip(page.messages, page.statuses, statuses, strict=True):
        if new is not None and new != old:
            news[new].append(message)


def _is_known(messageid: int | None, status: int) -> bool:
    return bool(messageid) and status != NO_SUCH_ID
