"""Messages an earlier run left in doubt: asked for at the provider before anything is sent again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from kaverun.clock import Clock
from kaverun.kavenegar.client import Client
from kaverun.ledger.protocol import Ledger, OpenBatch, Result
from kaverun.plan.served import Fate
from kaverun.run.by_number import NOT_FOUND_BY_NUMBER
from kaverun.run.channels import Channel
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import LOOKUP_WINDOW
from kaverun.run.outbox import Found, search_outbox
from kaverun.run.patience import Patience

if TYPE_CHECKING:
    from kaverun.campaign.models import Retry

# A request that lost its connection, by a death or by the network, is carried out within this time or never, in
# seconds. What takes longer is kept single by the provider, which does not send a localid twice.
_SETTLE = 5.0


def settle_time(retry: Retry) -> float:
    """Seconds after a request was lost from which on absence at the provider proves that it was not carried out."""
    return min(retry.read_timeout, _SETTLE)


class Doubts(NamedTuple):
    """What became of messages in doubt, by localid.

    `sent` were found at the provider; `unknown` were not, which proves nothing: too old to be asked for by localid, or
    without one; `absent` were not found, with the time (unix seconds) from which on that proves that they were not
    sent, 0 where it already does.
    """

    sent: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()
    absent: dict[int, float] = {}  # noqa: RUF012  a NamedTuple's default, never changed


class Reconciler:
    """Looks up what is in doubt and makes what is found durable.

    `locked` is when this process took the campaign's lock: the process that left the doubts was dead by then, but
    its last request may still have been on its way. Absence counts `settle` seconds after that.
    """

    def __init__(
        self,
        ledger: Ledger,
        client: Client,
        channel: Channel,
        patience: Patience,
        clock: Clock,
        *,
        locked: float,
        settle: float,
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._channel = channel
        self._patience = patience
        self._clock = clock
        self._locked = locked
        self._settle = settle

    def resolve(self, batches: Collection[OpenBatch]) -> Doubts:
        """Raises `KavenegarError` where the provider cannot be asked; nothing was sent then."""
        sent: set[int] = set()
        unknown: set[int] = set()
        absent: dict[int, float] = {}
        for batch in batches:
            asked = self._clock.now()
            if open_end := self._unprovable(batch, asked):
                search, reason = open_end
                found = self._patience.ask(lambda batch=batch, search=search: search(batch))  # type: ignore[misc]
                results = {index: _accepted_or_unknown(found.get(index), reason) for index in batch.open}
                unknown |= {batch.messages[index].localid for index in batch.open if index not in found}
            else:
                found = self._patience.ask(lambda batch=batch: self._looked_up(batch))  # type: ignore[misc]
                results = {index: _accepted(state) for index, state in found.items()}
                certain = (batch.settled or self._locked) + self._settle
                certain = 0.0 if certain <= asked else certain
                absent |= {batch.messages[index].localid: certain for index in batch.open if index not in found}
            sent |= {batch.messages[index].localid for index in found}
            self._record(batch, results, {state.status: state.statustext for state in found.values()})
        return Doubts(frozenset(sent), frozenset(unknown), absent)

    def _unprovable(self, batch: OpenBatch, now: float) -> tuple[Callable[[OpenBatch], dict[int, Found]], str] | None:
        """How to search for what cannot be proved absent, and what to say where it is not found; None where it can."""
        if not self._channel.traceable:
            return self._looked_up, NOT_FOUND_BY_NUMBER
        if now - batch.intended > LOOKUP_WINDOW:
            return lambda batch: search_outbox(self._client, batch, self._ledger.holding), TOO_OLD
        return None

    def _looked_up(self, batch: OpenBatch) -> dict[int, Found]:
        messages = {index: batch.messages[index] for index in batch.open}
        states = self._channel.find(messages, batch.intended, by_number_alone=True)
        return {index: Found(state.messageid, state.status, state.statustext, None) for index, state in states.items()}

    def close(self, batches: Collection[OpenBatch], absent: dict[int, float]) -> None:
        """Settle what is absent for certain and was not taken up again, as its row has left the list."""
        certain = {localid for localid, when in absent.items() if when == 0.0}
        for batch in batches:
            results = {
                index: Result(Fate.NOT_SENT, reason="not found at the provider")
                for index in batch.open
                if batch.messages[index].localid in certain
            }
            if results:
                self._ledger.record([(batch.batch, results)], {}, self._clock.now())

    def _record(self, batch: OpenBatch, results: dict[int, Result], texts: dict[int, str]) -> None:
        failpoint("doubt-asked")
        if results:
            self._ledger.record([(batch.batch, results)], texts, self._clock.now())
        failpoint("doubt-recorded")


def _accepted(found: Found) -> Result:
    return Result(Fate.ACCEPTED, found.messageid, found.status, found.cost, reason="found at the provider")


def _accepted_or_unknown(found: Found | None, reason: str) -> Result:
    return _accepted(found) if found else Result(Fate.UNKNOWN, reason=reason)


TOO_OLD = (
    "in doubt for more than 12 hours and not found in the outbox: it is never sent again silently; "
    "to send it all the same, name its key with --resend-unknown"
)
