"""Messages an earlier run left in doubt: looked up at the provider before anything is sent again."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kaverun.clock import Clock
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.codes import CANCELLED
from kaverun.kavenegar.errors import ApiError, KavenegarError
from kaverun.ledger.batches import FOUND, Result, record
from kaverun.ledger.doubts import OpenBatch, holding, in_doubt, open_batches
from kaverun.ledger.store import Store
from kaverun.message.batch import Message
from kaverun.message.fate import Fate
from kaverun.run.candidates import LOST, NEVER_SILENTLY, CandidateSearch, Lost
from kaverun.run.channels import Channel
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import LOOKUP_WINDOW
from kaverun.run.matching import ANOTHER_NUMBER, BY_ITS_ANSWER, contradiction, readable
from kaverun.run.outbox import AFTER, BEFORE, Found, search_outbox
from kaverun.run.retrying import Patience

if TYPE_CHECKING:
    from kaverun.campaign.models import Retry

# A request that lost its connection, to a crash or to the network, is carried out within this many seconds or never. If
# it takes longer, the provider prevents a second message, as it does not send a localid twice.
_SETTLE = 5.0
# Access denied to this IP address (API document, *Error Codes*).
_NOT_WHITELISTED = 407

# For this many seconds after it was lost, others to its number are looked up; then its reason stays as it is.
_NAMED_FOR = 48 * 3600.0


def settle_time(retry: Retry) -> float:
    """Seconds after a request was lost until absence at the provider proves that it was not carried out."""
    return min(retry.read_timeout, _SETTLE)


class Doubts(NamedTuple):
    """What became of messages in doubt: how many were found at the provider, were not, and stay unknown.

    `cancelled` of those that were `sent` have status 13 at the provider. `certain_at` (unix seconds) is set if some
    were not found, and only a look-up after that time proves that they were not sent.
    """

    sent: int = 0
    absent: int = 0
    unknown: int = 0
    cancelled: int = 0
    certain_at: float | None = None

    @property
    def total(self) -> int:
        return self.sent + self.absent + self.unknown

    def followed_by(self, later: Doubts) -> Doubts:
        """Combined with what a later look-up showed of the rest."""
        added = (one + other for one, other in zip(self[:-1], later[:-1], strict=True))
        return Doubts(*added, certain_at=later.certain_at)  # type: ignore[misc]


class Reconciler:
    """Looks up what is in doubt in an occurrence and makes what is found durable.

    `locked` is when this process took the campaign's lock: the process that left the doubts was dead by then, but
    its last request may still have been on its way. Absence only counts `settle` seconds after that.
    """

    def __init__(
        self,
        store: Store,
        occurrence: int,
        client: Client,
        channel: Channel,
        patience: Patience,
        clock: Clock,
        *,
        locked: float,
        settle: float,
    ) -> None:
        self._store = store
        self._occurrence = occurrence
        self._client = client
        self._channel = channel
        self._patience = patience
        self._clock = clock
        self._locked = locked
        self._settle = settle

    def resolve(self, among: Collection[int] | None = None) -> Doubts:
        """Look up everything in doubt, or only what is `among` some localids.

        What was not found but may still arrive stays in doubt until it is looked up again. Raises `KavenegarError` if
        the provider cannot be asked; nothing was sent then.
        """
        if not self._channel.traceable:
            self.name_candidates()
            return Doubts(unknown=in_doubt(self._store, self._occurrence))
        found = Doubts()
        for batch in open_batches(self._store, self._occurrence):
            if among is not None:
                batch = batch._replace(messages=tuple(one for one in batch.messages if one.localid in among))
            if batch.messages:
                found = self._resolved(batch, found)
        return found

    def _resolved(self, batch: OpenBatch, doubts: Doubts) -> Doubts:
        asked = self._clock.now()
        too_old = asked - batch.begun > LOOKUP_WINDOW
        found, reason = self._searched(batch) if too_old else (self._looked_up(batch), "")
        certain = (batch.settled or self._locked) + self._settle
        results = dict[int, Result]()
        for message in batch.messages:
            result = _weighed(message, found.get(message.id), batch.known.get(message.id), reason)
            if result is None and certain > asked:
                doubts = doubts._replace(certain_at=max(certain, doubts.certain_at or 0.0))
                continue
            results[message.id] = result = result or Result(Fate.NOT_SENT, reason="not found at the provider")
            doubts = doubts._replace(
                sent=doubts.sent + (result.fate is Fate.ACCEPTED),
                absent=doubts.absent + (result.fate is Fate.NOT_SENT),
                unknown=doubts.unknown + (result.fate is Fate.UNKNOWN),
                cancelled=doubts.cancelled + (result.status == CANCELLED),
            )
        self._record(results, {state.status: state.statustext for state in found.values()})
        return doubts

    def name_candidates(self, run: int | None = None) -> None:
        """Record which messages may be those without a localid, for a person to decide; none is adopted.

        Covers all messages in doubt, or those that one run left. They stay unknown either way, so if the provider
        cannot be asked, the reason just says that.
        """
        now = self._clock.now()
        asked_for = [
            (batch, message)
            for batch in open_batches(self._store, self._occurrence, run)
            if not batch.settled or now - batch.begun < _NAMED_FOR
            for message in batch.messages
        ]
        lost = {message.id: Lost(message, batch.begun - BEFORE, batch.begun + AFTER) for batch, message in asked_for}
        reasons: dict[int, str] = {}
        try:
            search = CandidateSearch(self._client, partial(holding, self._store))
            found = self._patience.ask(lambda: search.among(lost)) if lost else {}
            reasons = {place: str(resembling) for place, resembling in found.items()}
        except KavenegarError as error:
            failed = f"without a localid it cannot be looked up; asking for what was sent to its number failed: {error}"
            reasons = dict.fromkeys(lost, f"{failed}: {NEVER_SILENTLY}")
        self._record({m.id: _lost(batch.known.get(m.id), reasons[m.id]) for batch, m in asked_for}, {})

    def _searched(self, batch: OpenBatch) -> tuple[dict[int, Found], str]:
        """What the outbox has of a batch that is too old for a look-up, and why the rest could not be found."""
        refusals: list[ApiError] = []
        found = self._patience.ask(
            lambda: search_outbox(self._client, batch, partial(holding, self._store), on_refusal=refusals.append)
        )
        why = _unreadable(refusals[-1]) if refusals else "and not found in the outbox"
        return found, f"in doubt for more than 12 hours {why}: {NEVER_SILENTLY}"

    def _looked_up(self, batch: OpenBatch) -> dict[int, Found]:
        messages = {message.id: message for message in batch.messages}
        states = self._patience.ask(lambda: self._channel.find(messages))
        return {
            number: Found(state.messageid, state.status, state.statustext, None, state.receptor)
            for number, state in states.items()
        }

    def _record(self, results: dict[int, Result], texts: dict[int, str]) -> None:
        failpoint("doubt-asked")
        if results:
            with self._store.transaction():
                record(self._store, results, texts, self._clock.now())
        failpoint("doubt-recorded")


def _weighed(message: Message, found: Found | None, earlier: Result | None, reason: str) -> Result | None:
    """The outcome of a message in doubt; None if it was not found and that proves something.

    `reason` says why absence proves nothing. Neither absence nor a find outweighs an answer of the provider's own.
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
    """Why nobody knows whether messages are in the outbox, and what helps, if that is known."""
    said = f"and the outbox may not be read ({refusal}), so nobody knows whether it was sent"
    if refusal.code != _NOT_WHITELISTED:
        return said
    return f"{said}; add the IP address of this machine to the account's whitelist in the panel, then apply again"


def _lost(known: Result | None, reason: str) -> Result:
    """Unknown, with what went wrong when it was sent, if that is known."""
    if known is None:
        return Result(Fate.UNKNOWN, reason=reason)
    wrong = known.reason.removesuffix(LOST)
    return known._replace(reason=wrong + reason if wrong != known.reason else reason)
