"""Messages an earlier run left in doubt: asked for at the provider before anything is sent again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from kaverun.clock import Clock
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.codes import CANCELLED
from kaverun.kavenegar.errors import ApiError, KavenegarError
from kaverun.ledger.protocol import FOUND, POSITIONS_PER_BATCH, Ledger, OpenBatch, Result
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate
from kaverun.run.candidates import LOST, NEVER_SILENTLY, CandidateSearch, Lost
from kaverun.run.channels import Channel
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import LOOKUP_WINDOW
from kaverun.run.matching import ANOTHER_NUMBER, BY_ITS_ANSWER, contradiction, readable
from kaverun.run.outbox import AFTER, BEFORE, Found, search_outbox
from kaverun.run.patience import Patience

if TYPE_CHECKING:
    from kaverun.campaign.models import Retry

# A request that lost its connection, by a death or by the network, is carried out within this time or never, in
# seconds. What takes longer is kept single by the provider, which does not send a localid twice.
_SETTLE = 5.0
# Access denied to this IP address (API document, *Error Codes*).
_NOT_WHITELISTED = 407

# For so long after it was lost the others to its number are asked for, in seconds; then its reason stays as it is.
_NAMED_FOR = 48 * 3600.0


def settle_time(retry: Retry) -> float:
    """Seconds after a request was lost from which on absence at the provider proves that it was not carried out."""
    return min(retry.read_timeout, _SETTLE)


class Doubts(NamedTuple):
    """What became of messages in doubt, by localid.

    `sent` were found at the provider; `unknown` were not, which proves nothing: too old to be asked for by localid, or
    without one; `absent` were not found, with the time (unix seconds) from which on that proves that they were not
    sent, 0 where it already does. `cancelled` of the `sent` have status 13 at the provider.
    """

    sent: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()
    absent: dict[int, float] = {}  # noqa: RUF012  a NamedTuple's default, never changed
    cancelled: int = 0


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
        if not self._channel.traceable:
            self.name_candidates(batches)
            return Doubts(unknown=frozenset(_localids(batches)))
        sent: set[int] = set()
        unknown: set[int] = set()
        absent: dict[int, float] = {}
        cancelled = 0
        for batch in batches:
            asked = self._clock.now()
            too_old = asked - batch.intended > LOOKUP_WINDOW
            found, reason = self._searched(batch) if too_old else (self._looked_up(batch), "")
            certain = (batch.settled or self._locked) + self._settle
            known, results = self._known(batch), dict[int, Result]()
            for index in batch.open:
                localid = batch.messages[index].localid
                result = _weighed(batch.messages[index], found.get(index), known.get(index), reason)
                if result is None:
                    absent[localid] = 0.0 if certain <= asked else certain
                else:
                    results[index] = result
                    (sent if result.fate is Fate.ACCEPTED else unknown).add(localid)
                    cancelled += result.status == CANCELLED
            self._record(batch, results, {state.status: state.statustext for state in found.values()})
        return Doubts(frozenset(sent), frozenset(unknown), absent, cancelled)

    def name_candidates(self, batches: Collection[OpenBatch]) -> None:
        """Say of messages without a localid which others may be them, for a person to decide by; none is taken.

        They stay unknown whatever comes of it, so where the provider cannot be asked the reason just says that.
        """
        now = self._clock.now()
        asked_for = [batch for batch in batches if not batch.settled or now - batch.intended < _NAMED_FOR]
        lost = {
            (batch.batch, index): Lost(batch.messages[index], batch.intended - BEFORE, batch.intended + AFTER)
            for batch in asked_for
            for index in batch.open
        }
        reasons: dict[tuple[int, int], str] = {}
        try:
            search = CandidateSearch(self._client, self._ledger.holding)
            found = self._patience.ask(lambda: search.among(lost)) if lost else {}
            reasons = {place: str(resembling) for place, resembling in found.items()}
        except KavenegarError as error:
            failed = f"without a localid it cannot be looked up; asking for what was sent to its number failed: {error}"
            reasons = dict.fromkeys(lost, f"{failed}: {NEVER_SILENTLY}")
        for batch in asked_for:
            known = self._known(batch)
            results = {index: _lost(known.get(index), reasons[batch.batch, index]) for index in batch.open}
            self._record(batch, results, {})

    def _searched(self, batch: OpenBatch) -> tuple[dict[int, Found], str]:
        """What the outbox has of a batch that is too old for a look-up, and why the rest could not be found."""
        refusals: list[ApiError] = []
        found = self._patience.ask(
            lambda: search_outbox(self._client, batch, self._ledger.holding, on_refusal=refusals.append)
        )
        why = _unreadable(refusals[-1]) if refusals else "and not found in the outbox"
        return found, f"in doubt for more than 12 hours {why}: {NEVER_SILENTLY}"

    def _looked_up(self, batch: OpenBatch) -> dict[int, Found]:
        messages = {index: batch.messages[index] for index in batch.open}
        states = self._patience.ask(lambda: self._channel.find(messages))
        return {
            index: Found(state.messageid, state.status, state.statustext, None, state.receptor)
            for index, state in states.items()
        }

    def _known(self, batch: OpenBatch) -> dict[int, Result]:
        """What an earlier run recorded of the open messages of a batch, by index."""
        first = batch.batch * POSITIONS_PER_BATCH
        known = self._ledger.results([first + index for index in batch.open]) if batch.settled else {}
        return {position - first: result for position, result in known.items()}

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


def _weighed(message: Message, found: Found | None, earlier: Result | None, reason: str) -> Result | None:
    """The outcome of a message in doubt; None where it was not found and that proves something.

    `reason` says why absence proves nothing. Nor does it, or what is found, against an answer of the provider's own.
    """
    answered = earlier.reason if earlier and earlier.reason.startswith(BY_ITS_ANSWER) else ""
    if found:
        reason = contradiction(message, found.receptor, found.messageid)
        if answered.startswith(ANOTHER_NUMBER) and not readable(found.receptor):
            reason = answered
        if not reason:
            return Result(Fate.ACCEPTED, found.messageid, found.status, found.cost, reason=FOUND)
    reason = reason or answered
    return Result(Fate.UNKNOWN, reason=reason) if reason else None


def _unreadable(refusal: ApiError) -> str:
    """That nobody knows whether messages are in the outbox, and what helps where that is known."""
    said = f"and the outbox may not be read ({refusal}), so nobody knows whether it was sent"
    if refusal.code != _NOT_WHITELISTED:
        return said
    return f"{said}; add the IP address of this machine to the account's whitelist in the panel, then apply again"


def _lost(known: Result | None, reason: str) -> Result:
    """Unknown, with what went wrong when it was sent, where that is known."""
    if known is None:
        return Result(Fate.UNKNOWN, reason=reason)
    wrong = known.reason.removesuffix(LOST)
    return known._replace(reason=wrong + reason if wrong != known.reason else reason)


def _localids(batches: Collection[OpenBatch]) -> Iterator[int]:
    return (batch.messages[index].localid for batch in batches for index in batch.open)
