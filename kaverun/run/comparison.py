"""The ledger beside the provider's outbox: what one has and the other has not. Changes nothing.

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
from kaverun.ledger.listing import Comparison, Listed, StatusPair, Sum
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.message.batch import Message
from kaverun.recipients.phone import mask, mask_text
from kaverun.run.lookup import LOOKUP_WINDOW, NO_SUCH_ID
from kaverun.run.matching import likeness, likeness_of_answer
from kaverun.run.outbox import listed_pages, may_not_list
from kaverun.run.patience import Patience
from kaverun.run.spans import Spans, reach, spans_of

#: Differences of one kind that are told one by one; the others are counted.
EXAMPLES = 1000
# A receptor that is not longer is no number.
_SHORT = 8


class Counted(NamedTuple):
    """What `countoutbox` says of all spans together; parts and cost (Rial) are None where it does not tell them."""

    messages: int
    parts: int | None
    cost: int | None


class Example(NamedTuple):
    """One message that differs; its number is masked, and `row` is 0 where the ledger does not have it.

    Statuses and costs (Rial) are None where that side has none; `date` is the list's, in unix seconds.
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
    """One kind of difference: how many messages, what they cost or how much more the list has (Rial), and some."""

    messages: int
    cost: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What listing the messages showed.

    `both` are messages of the scope that are listed, `listed` all that are; `elsewhere` of these stand in the ledger
    outside of the scope, `doubts` are in doubt there, `strange` is the rest. `missing` should be listed and are not;
    `out_of_reach` may be too old for it. `unlisted` were counted by the provider, and could not be listed.
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
    """Both sides of a scope.

    `kept` is the ledger's side with the planned `parts`, `doubtful` what it holds in doubt, `around` what it has of all
    campaigns in the time that was `counted` by the provider. Without `listing`, `refusal` says why there is none.
    """

    scope: Scope
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
        """0 where nothing differs, 3 where something does or could not be compared."""
        return 3 if self.differs or not self.complete else 0


def is_odd(pair: StatusPair) -> bool:
    """Whether a status is another than time brings: what was final changed, or somebody else cancelled it."""
    return pair.ledger in FINAL_STATUSES or pair.listed in (CANCELLED, NO_SUCH_ID)


def compare(
    ledger: Ledger,
    client: Client,
    patience: Patience,
    clock: Clock,
    scope: Scope,
    on_progress: Callable[[int], None] = lambda listed: None,
) -> Compared:
    """Ask the provider for what the runs of a scope sent; raises `KavenegarError` where it cannot be asked.

    `on_progress` is called with how many messages were listed so far.
    """
    now = clock.now()
    spans = spans_of(ledger.times(scope), now)
    counted = _counted(patience.ask(lambda span=span: client.count_outbox(*span)) for span in spans.asked)  # type: ignore[misc]
    with ledger.compared(scope, reach(now), reach(now) + LOOKUP_WINDOW) as comparison:
        listing, refusal = None, ""
        try:
            whole = _Lister(comparison, client, patience, on_progress).take_over(spans)
            listing = _found(ledger, comparison, scope, counted, whole=whole)
        except ApiError as error:
            if not may_not_list(error):
                raise
            refusal = str(error)
        kept = comparison.kept()
    return Compared(
        scope=scope,
        asked=now,
        spans=spans,
        kept=kept,
        parts=sum(sum(batch.routes().parts) for batch in ledger.taken(scope)),
        doubtful=sum(1 for _ in _doubts(ledger, scope)),
        around=_added(ledger.between(scope.provider, *span) for span in spans.asked),
        counted=counted,
        listing=listing,
        refusal=refusal,
    )


def _counted(counts: Iterable[OutboxCount]) -> Counted:
    messages, parts, cost = 0, 0, 0
    told = True
    for count in counts:
        messages += count.sumcount
        parts += count.sumpart or 0
        cost += count.cost or 0
        told = told and count.sumpart is not None and count.cost is not None
    return Counted(messages, parts if told else None, cost if told else None)


def _added(sums: Iterable[Sum]) -> Sum:
    messages = cost = 0
    for one in sums:
        messages += one.messages
        cost += one.cost
    return Sum(messages, cost)


def _doubts(ledger: Ledger, scope: Scope) -> Iterator[int]:
    """The likenesses of what may have been sent; of a call, whose line the provider chooses, without it."""
    for batch in ledger.open_batches(scope.campaign, scope.occurrence, scope.provider):
        for index in batch.open:
            number, text, line = likeness(batch.messages[index])
            yield _hashed(number, text, line) if line else _hashed(number, text)


class _Lister:
    """Takes over what the provider lists."""

    def __init__(
        self, comparison: Comparison, client: Client, patience: Patience, on_progress: Callable[[int], None]
    ) -> None:
        self._comparison = comparison
        self._client = client
        self._patience = patience
        self._on_progress = on_progress
        self._listed = 0

    def take_over(self, spans: Spans) -> bool:
        """False where a second holds more messages than can be listed.

        What is not listed is asked for by id: it may be of such a second, or of another time than was expected.
        """
        whole = True
        for span in spans.asked:
            for page in listed_pages(self._select_outbox, *span):
                self._take(page.rows)
                whole &= page.whole
        for messageids in self._comparison.not_listed():
            self._take(self._patience.ask(lambda ids=messageids: self._client.select(ids)))  # type: ignore[misc]
        return whole

    def _select_outbox(self, start: int, end: int) -> list[SentMessage]:
        return self._patience.ask(lambda: self._client.select_outbox(start, end))

    def _take(self, rows: list[SentMessage]) -> None:
        self._comparison.add(_as_listed(rows))
        self._listed += len(rows)
        self._on_progress(self._listed)


def _as_listed(rows: Iterable[SentMessage]) -> Iterator[Listed]:
    for row in rows:
        if row.messageid and row.receptor:  # Of an id that the provider does not know, nothing else comes back.
            number, text, line = likeness_of_answer(row)
            like, wording = _hashed(number, text, line), _hashed(number, text)
            yield Listed(row.messageid, row.status, row.cost, number, line, row.date, like, wording)


def _hashed(*words: str) -> int:
    return int.from_bytes(blake2b(orjson.dumps(words), digest_size=8).digest(), "big") >> 1


def _found(ledger: Ledger, comparison: Comparison, scope: Scope, counted: Counted, *, whole: bool) -> Listing:
    doubts = comparison.settle(_doubts(ledger, scope))
    listed = comparison.listed()
    return Listing(
        both=comparison.both(),
        listed=listed,
        elsewhere=comparison.elsewhere(),
        doubts=doubts,
        strange=Difference(*comparison.strange(), tuple(map(_strange, comparison.examples_of_strange(EXAMPLES)))),
        missing=Difference(*comparison.missing(), _missing(ledger, comparison)),
        out_of_reach=comparison.out_of_reach().messages,
        unlisted=0 if whole else max(0, counted.messages - listed.messages),
        statuses=tuple(comparison.statuses()),
        costs=Difference(*comparison.costs(), _costs(ledger, comparison)),
    )


def _strange(row: Listed) -> Example:
    phone = mask(row.phone) if len(row.phone) > _SHORT else mask_text(row.phone)
    return Example(row.messageid, phone, row.line, 0, None, row.status, None, row.cost, row.date)


def _missing(ledger: Ledger, comparison: Comparison) -> tuple[Example, ...]:
    found = comparison.examples_of_missing(EXAMPLES)
    messages = ledger.messages([one.position for one in found])
    return tuple(
        _example(one.messageid, messages[one.position])._replace(ledger_status=one.status, ledger_cost=one.cost)
        for one in found
    )


def _costs(ledger: Ledger, comparison: Comparison) -> tuple[Example, ...]:
    found = comparison.examples_of_costs(EXAMPLES)
    messages = ledger.messages([one.position for one in found])
    return tuple(
        _example(one.messageid, messages[one.position])._replace(ledger_cost=one.ledger, listed_cost=one.listed)
        for one in found
    )


def _example(messageid: int, message: Message) -> Example:
    return Example(messageid, mask(message.phone), message.line, message.row)
