"""Compares the ledger with the provider's outbox: what one has and the other does not. Changes nothing.

API document: *CountOutbox* counts the messages of a day, *SelectOutbox* lists 500 of a day within the last 3 days,
*Select* gives messages by id. The last two need the account's IP whitelist; without it only counts are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import orjson

from kaverun.clock import Clock
from kaverun.kavenegar.answers import OutboxCount, SentMessage
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.codes import CANCELLED, FINAL_STATUSES
from kaverun.kavenegar.errors import ApiError
from kaverun.ledger.doubts import in_doubt, open_batches
from kaverun.ledger.runs import Run, occurrence_of
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.reconcile import listing
from kaverun.reconcile.listing import Kept, Listed, StatusPair, Sum, Whose
from kaverun.reconcile.spans import Spans, reach, spans_of
from kaverun.run.lookup import LOOKUP_WINDOW, NO_SUCH_ID
from kaverun.run.matching import likeness, likeness_of_answer
from kaverun.run.outbox import listed_pages, may_not_list
from kaverun.run.retrying import Patience
from kaverun.text.phone import mask, mask_text

#: How many differences of one kind are shown one by one; the others are counted.
EXAMPLES = 1000
# A receptor no longer than this is not a number.
_SHORT = 8


class Counted(NamedTuple):
    """What `countoutbox` says about all spans together; parts and cost (Rial) are None if it does not give them."""

    messages: int
    parts: int | None
    cost: int | None


class Example(NamedTuple):
    """One message that differs; its number is masked, and `row` is 0 if the ledger does not have it.

    Statuses and costs (Rial) are None if that side has none; `date` is the list's, in unix seconds.
    """

    messageid: int
    phone: str
    line: str
    row: int = 0
    ledger_status: int | None = None
    listed_status: int | None = None
    ledger_cost: int | None = None
    listed_cost: int | None = None
    date: int | None = None


class Difference(NamedTuple):
    """One kind of difference: how many messages, what they cost or how much more the list has (Rial), and examples."""

    messages: int
    cost: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What listing the messages showed.

    `both` are messages of the ledger's side that are listed, `listed` all that are; `elsewhere` of these are in the
    ledger for other campaigns or runs, `doubts` are in doubt there, `strange` is the rest. `missing` should be listed
    but are not; `out_of_reach` may be too old for that. `unlisted` were counted by the provider but could not be
    listed.
    """

    both: Sum
    listed: Sum
    elsewhere: Sum
    doubts: int
    strange: Difference
    missing: Difference
    out_of_reach: int
    unlisted: int
    statuses: tuple[StatusPair, ...]
    costs: Difference


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of an occurrence, or of one of its runs.

    `kept` is the ledger's side with the planned `parts`, `doubtful` what it holds in doubt, `around` what it has of all
    campaigns in the time that was `counted` by the provider. Without `listing`, `refusal` says why there is none.
    """

    scope: Scope
    run_id: str | None
    asked: float
    spans: Spans
    kept: Sum
    parts: int
    doubtful: int
    around: Sum
    counted: Counted
    listing: Listing | None
    refusal: str

    @property
    def differs(self) -> bool:
        """Whether something is on one side that is not on the other."""
        listing = self.listing
        if listing is None:
            return self.counted.messages != self.around.messages
        kinds = (listing.strange, listing.missing, listing.costs)
        return bool(listing.doubts or any(kind.messages for kind in kinds) or any(map(is_odd, listing.statuses)))

    @property
    def complete(self) -> bool:
        """Whether everything could be compared."""
        listing = self.listing
        return bool(listing and not (listing.unlisted or listing.out_of_reach or self.spans.refused))

    @property
    def exit_code(self) -> int:
        """0 if nothing differs, 3 if something does or could not be compared."""
        return 3 if self.differs or not self.complete else 0


def is_odd(pair: StatusPair) -> bool:
    """Whether a status changed in an unexpected way: a final one changed, or somebody else cancelled it."""
    return pair.ledger in FINAL_STATUSES or pair.listed in (CANCELLED, NO_SUCH_ID)


def compare(
    store: Store,
    client: Client,
    patience: Patience,
    clock: Clock,
    scope: Scope,
    run: Run | None = None,
    on_progress: Callable[[int], None] = lambda listed: None,
) -> Compared:
    """Ask the provider for what the runs of a scope sent, or one of them.

    `on_progress` is called with how many messages were listed so far. Raises `KavenegarError` if the provider cannot
    be asked.
    """
    now = clock.now()
    occurrence = occurrence_of(store, scope)
    whose = Whose(occurrence, run.number if run else None, reach(now), reach(now) + LOOKUP_WINDOW)
    spans = spans_of(listing.run_times(store, whose), now)
    counted = _counted(patience.ask(lambda span=span: client.count_outbox(*span)) for span in spans.asked)  # type: ignore[misc]
    with listing.listing(store):
        found, refusal = None, ""
        try:
            whole = _Lister(store, whose, client, patience, on_progress).take_over(spans)
            found = _found(store, whose, counted, whole=whole)
        except ApiError as error:
            if not may_not_list(error):
                raise
            refusal = str(error)
    return Compared(
        scope=scope,
        run_id=run.run_id if run else None,
        asked=now,
        spans=spans,
        kept=listing.kept(store, whose),
        parts=listing.planned_parts(store, whose),
        doubtful=in_doubt(store, occurrence),
        around=_added(listing.taken_between(store, scope.provider, *span) for span in spans.asked),
        counted=counted,
        listing=found,
        refusal=refusal,
    )


def _counted(counts: Iterable[OutboxCount]) -> Counted:
    messages, parts, cost = 0, 0, 0
    known = True
    for count in counts:
        messages += count.sumcount
        parts += count.sumpart or 0
        cost += count.cost or 0
        known = known and count.sumpart is not None and count.cost is not None
    return Counted(messages, parts if known else None, cost if known else None)


def _added(sums: Iterable[Sum]) -> Sum:
    messages = cost = 0
    for one in sums:
        messages += one.messages
        cost += one.cost
    return Sum(messages, cost)


def _doubts(store: Store, occurrence: int) -> Iterator[int]:
    """The likenesses of what may have been sent; for a call, whose line the provider chooses, without the line."""
    for batch in open_batches(store, occurrence):
        for message in batch.messages:
            number, text, line = likeness(message)
            yield _hashed(number, text, line) if line else _hashed(number, text)


class _Lister:
    """Collects what the provider lists."""

    def __init__(
        self, store: Store, whose: Whose, client: Client, patience: Patience, on_progress: Callable[[int], None]
    ) -> None:
        self._store = store
        self._whose = whose
        self._client = client
        self._patience = patience
        self._on_progress = on_progress
        self._listed = 0

    def take_over(self, spans: Spans) -> bool:
        """Return False if a second holds more messages than can be listed.

        What is not listed is asked for by id: it may be from such a second, or from another time than expected.
        """
        whole = True
        for span in spans.asked:
            for page in listed_pages(self._select_outbox, *span):
                self._take(page.rows)
                whole &= page.whole
        for messageids in listing.not_listed(self._store, self._whose):
            self._take(self._patience.ask(lambda ids=messageids: self._client.select(ids)))  # type: ignore[misc]
        return whole

    def _select_outbox(self, start: int, end: int) -> list[SentMessage]:
        return self._patience.ask(lambda: self._client.select_outbox(start, end))

    def _take(self, rows: list[SentMessage]) -> None:
        listing.add(self._store, _as_listed(rows))
        self._listed += len(rows)
        self._on_progress(self._listed)


def _as_listed(rows: Iterable[SentMessage]) -> Iterator[Listed]:
    for row in rows:
        if row.messageid and row.receptor:  # An id that the provider does not know comes back alone.
            number, text, line = likeness_of_answer(row)
            like, wording = _hashed(number, text, line), _hashed(number, text)
            yield Listed(row.messageid, row.status, row.cost, number, line, row.date, like, wording)


def _hashed(*words: str) -> int:
    return int.from_bytes(blake2b(orjson.dumps(words), digest_size=8).digest(), "big") >> 1


def _found(store: Store, whose: Whose, counted: Counted, *, whole: bool) -> Listing:
    doubts = listing.settle(store, whose, _doubts(store, whose.occurrence))
    listed, costs = listing.all_listed(store), listing.some_costs(store, whose, EXAMPLES)
    return Listing(
        both=listing.both(store),
        listed=listed,
        elsewhere=listing.elsewhere(store),
        doubts=doubts,
        strange=Difference(*listing.strange(store), tuple(map(_strange, listing.some_strange(store, EXAMPLES)))),
        missing=Difference(
            *listing.missing(store, whose), tuple(map(_kept, listing.some_missing(store, whose, EXAMPLES)))
        ),
        out_of_reach=listing.out_of_reach(store, whose).messages,
        unlisted=0 if whole else max(0, counted.messages - listed.messages),
        statuses=tuple(listing.statuses(store, whose)),
        costs=Difference(*listing.costs(store, whose), tuple(map(_other_cost, costs))),
    )


def _strange(row: Listed) -> Example:
    phone = mask(row.phone) if len(row.phone) > _SHORT else mask_text(row.phone)
    return Example(row.messageid, phone, row.line, 0, None, row.status, None, row.cost, row.date)


def _kept(one: Kept) -> Example:
    return Example(one.messageid, mask(one.phone), one.line, one.row or 0, one.status, ledger_cost=one.cost)


def _other_cost(one: Kept) -> Example:
    return _kept(one)._replace(ledger_status=None, listed_cost=one.listed_cost)
