"""Cancels what has not gone out yet, in pages: each is confirmed in the ledger before the next is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schedule import OCCURRENCE
from kaverun.clock import Clock
from kaverun.errors import Refused
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST, Client
from kaverun.kavenegar.codes import CANCELLED, FINAL_STATUSES
from kaverun.kavenegar.errors import KavenegarError
from kaverun.ledger.cancelling import Revocable, intend_to_cancel, revocable, settle_cancelling
from kaverun.ledger.doubts import in_doubt, open_batches
from kaverun.ledger.guard import LOCK_TIMEOUT
from kaverun.ledger.place import check_known
from kaverun.ledger.runs import Run, new_run_id, occurrence_of, runs
from kaverun.ledger.store import Store
from kaverun.message.batch import Shared
from kaverun.message.scope import Scope
from kaverun.planning.planner import make_plan
from kaverun.run.adoption import adopt
from kaverun.run.channels import Channel, channel_of
from kaverun.run.doubts import Reconciler, settle_time
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import NO_SUCH_ID
from kaverun.run.observer import Observer
from kaverun.run.recall import sent_before
from kaverun.run.retrying import Patience
from kaverun.run.session import cut_off, session
from kaverun.text.phone import NotAMobile, mask, normalize
from kaverun.text.plurals import plural

#: stands for the status of a message that the provider's answer left out
NO_ANSWER = 0
# How many messages that were not cancelled are shown one by one.
_EXAMPLES = 20
# How many runs are named if an unknown one was asked for.
_RUNS_NAMED = 5


class Pending(NamedTuple):
    """What a cancellation is about to ask for.

    `dates` counts the `messages` by when they were to go out (unix seconds, None for at once). `confirmed` of them
    already had status 13, so only the ledger has to record it; `learnt` of these it has recorded already, as a command
    that was cut off cancelled them. `final` counts by status what can no longer be cancelled and is not asked for;
    `in_doubt` counts messages without a messageid, which cannot be asked for.
    """

    messages: int
    dates: dict[int | None, int]
    confirmed: int
    final: dict[int, int]
    in_doubt: int
    learnt: int = 0


class Kept(NamedTuple):
    """A message that could not be cancelled; numbers are masked, `status` is the provider's or `NO_ANSWER`."""

    phone: str
    key: str
    status: int


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The result of a cancellation.

    `refunded` is in Rial, for the cancelled messages whose cost the ledger knows; `unpriced` counts the others. `kept`
    counts by status what could not be cancelled, `examples` are the first of these. `left` were not asked for, because
    somebody stopped it (`interrupted`) or because of `trouble`.
    """

    campaign: str
    pending: Pending
    cancelled: int
    refunded: int
    unpriced: int
    kept: dict[int, int]
    examples: tuple[Kept, ...]
    left: int
    interrupted: bool
    trouble: str

    @property
    def exit_code(self) -> int:
        """0 nothing is left that may go out, 130 interrupted, 3 only a part was cancelled, 1 nothing was."""
        if self.interrupted:
            return 130
        if not (self.left or self.kept or self.pending.in_doubt):
            return 0
        return 3 if self.cancelled else 1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything a cancellation takes from outside.

    `provider` is the host that was sent to. `stopping` is set by a signal. `approve` shows what is pending and raises
    `Refused` if nobody agrees to it. `observer` is notified of progress.
    """

    client: Client
    provider: str
    ledger: Path
    clock: Clock
    stopping: Event
    approve: Callable[[Pending], None]
    observer: Observer = Observer()  # noqa: RUF009  it has no state
    lock_timeout: float = LOCK_TIMEOUT


def cancel(loaded: LoadedCampaign, around: Surroundings, run_id: str | None = None) -> Cancellation:
    """Cancel the messages of a campaign, or of one run, that the provider accepted and that are not final yet.

    Messages in doubt are looked up first; if the ledger was lost, all are. Raises `KaverunError` only if nothing was
    cancelled.
    """
    with session(loaded, around) as (store, locked):
        order = _Order(loaded, store, around, run_id, locked)
        order.learn()
        check_known(store, Scope(loaded.campaign.name, OCCURRENCE, around.provider))
        pending = order.pending()
        if pending.messages > pending.learnt:
            around.approve(pending)
        return order.carry_out(pending)


@dataclass
class _Tally:
    """Adds up what the provider's answers say."""

    cancelled: int = 0
    refunded: int = 0
    unpriced: int = 0
    kept: Counter[int] = field(default_factory=Counter)
    examples: list[Kept] = field(default_factory=list)

    def add(self, item: Revocable, status: int) -> None:
        if status == CANCELLED:
            self.cancelled += 1
            self.refunded += item.cost or 0
            self.unpriced += item.cost is None
            return
        self.kept[status] += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(Kept(mask(item.phone), _shown(item.key), status))

    @property
    def asked(self) -> int:
        return self.cancelled + self.kept.total()


class _Order:
    """One cancellation, with the lock held and the ledger open."""

    def __init__(
        self, loaded: LoadedCampaign, store: Store, around: Surroundings, run_id: str | None, locked: float
    ) -> None:
        self._tally = _Tally()
        self._loaded = loaded
        self._store = store
        self._around = around
        self._run_id = run_id
        self._run: int | None = None
        self._locked = locked
        self._retry = loaded.campaign.retry
        self._patience = Patience(self._retry, around.stopping, around.clock, on_retry=around.observer.retried)
        # Cancelled by an earlier command that died before recording it, by when they were to go out.
        self._learnt = Counter[int | None]()
        self._scope = Scope(loaded.campaign.name, OCCURRENCE, around.provider)

    @property
    def _occurrence(self) -> int:
        return occurrence_of(self._store, self._scope)

    def learn(self) -> None:
        """Bring the ledger up to date with the provider; raises `Refused` for an unknown run."""
        if self._run_id is not None:
            self._run = self._number_of(self._run_id)
        elif not self._occurrence:
            self._recall()
        self._settle_cut_off()
        self._resolve_doubts()

    def pending(self) -> Pending:
        dates, final, confirmed = self._learnt.copy(), Counter[int](), self._learnt.total()
        doubtful = in_doubt(self._store, self._occurrence, self._run)
        for item in self._accepted():
            if _is_open(item):
                dates[item.date] += 1
                confirmed += item.status == CANCELLED
            elif item.messageid is None:
                doubtful += 1
            elif item.status is not None:
                final[item.status] += 1
        return Pending(dates.total(), dict(dates), confirmed, dict(final), doubtful, self._learnt.total())

    def carry_out(self, pending: Pending) -> Cancellation:
        """Cancel page by page until all are asked for, somebody stops it, or the provider does not answer."""
        tally, trouble, through = self._tally, "", False
        try:
            through = self._ask_for_all(tally)
        except KavenegarError as error:
            trouble = str(error)
        return Cancellation(
            campaign=self._loaded.campaign.name,
            pending=pending,
            cancelled=tally.cancelled,
            refunded=tally.refunded,
            unpriced=tally.unpriced,
            kept=dict(tally.kept.most_common()),
            examples=tuple(tally.examples),
            left=0 if through else pending.messages - tally.asked,
            interrupted=not through and self._around.stopping.is_set(),
            trouble=trouble,
        )

    def _ask_for_all(self, tally: _Tally) -> bool:
        """Return False if stopped before the last page."""
        for page in blocks(filter(_is_open, self._accepted()), IDS_PER_REQUEST):
            if self._around.stopping.is_set():
                return False
            failpoint("before-cancel-intent")
            intend_to_cancel(self._store, [item.message for item in page])
            failpoint("cancel-intended")
            states = self._ask(page)
            failpoint("cancel-answered")
            self._record(page, states)
            failpoint("cancel-recorded")
            for item in page:
                tally.add(item, _status(item, states))
            self._around.observer.cancelled(tally.asked, tally.cancelled)
        return True

    def _accepted(self) -> Iterator[Revocable]:
        return revocable(self._store, self._occurrence, self._run)

    def _ask(self, page: list[Revocable]) -> dict[int, MessageState]:
        """Answers by messageid. Asking again after a lost answer is harmless: what is cancelled stays cancelled."""
        states = self._patience.ask(lambda: self._around.client.cancel(item.messageid or 0 for item in page))
        return {state.messageid: state for state in states if state.messageid}

    def _record(self, page: list[Revocable], states: dict[int, MessageState]) -> None:
        statuses = {item.message: _status(item, states) for item in page}
        texts = {state.status: state.statustext for state in states.values() if state.status not in _NO_STATUSES}
        confirmed = [message for message, status in statuses.items() if status == CANCELLED]
        # What the answer leaves out may have been cancelled: the next command looks that up.
        kept = {
            item.message: item.status if statuses[item.message] == NO_SUCH_ID else statuses[item.message]
            for item in page
            if statuses[item.message] not in (CANCELLED, NO_ANSWER)
        }
        settle_cancelling(self._store, confirmed, kept, texts)

    def _number_of(self, run_id: str) -> int:
        found = runs(self._store, self._scope)
        for run in found:
            if run.run_id == run_id:
                return run.number
        known = ", ".join(run.run_id for run in reversed(found[:_RUNS_NAMED])) or "none"
        name = self._loaded.campaign.name
        raise Refused(f"--run {run_id}: the ledger has no such run of {name} at this provider; the latest are: {known}")

    def _channel(self) -> Channel:
        """For finding messages again; nothing is sent."""
        return channel_of(self._loaded.campaign, self._around.client, Shared())

    def _recall(self) -> None:
        """A ledger that knows nothing may have been lost: ask the provider, as `apply` would."""
        now = self._around.clock.now()
        plan = make_plan(self._loaded, now=now, store=self._store, provider=self._around.provider)
        run = Run(
            new_run_id(now), self._scope, plan.digest, now, key_column=self._loaded.campaign.recipients.key_column
        )
        sent = sent_before(plan, self._channel(), self._patience, "check")
        found = adopt(self._store, run, sent, now, plan.date)
        if found:
            messages = plural(found, "message")
            self._around.observer.tell(f"the ledger knew nothing, and the provider had {messages} of this campaign")

    def _settle_cut_off(self) -> None:
        """What an earlier cancellation had cancelled when it was cut off counts as cancelled by this one."""
        try:
            learnt = cut_off(self._loaded, self._store, self._around, self._locked).settle(
                self._retry, self._around.observer.tell
            )
        except KavenegarError as error:
            # This is harmless: they are asked for again, and what is cancelled stays cancelled.
            self._around.observer.tell(f"warning: what was cancelled already could not be looked up: {error}")
            return
        for item in learnt:
            self._tally.add(item, CANCELLED)
            self._learnt[item.date] += 1

    def _resolve_doubts(self) -> None:
        """Look up what an apply that was cut off left in doubt; what that finds can be cancelled."""
        batches = list(open_batches(self._store, self._occurrence))
        if not batches:
            return
        messages = plural(sum(len(batch.messages) for batch in batches), "message was", "messages were")
        self._around.observer.tell(f"{messages} left in doubt by an earlier run: looked up first")
        settle = settle_time(self._retry)
        reconciler = Reconciler(
            self._store,
            self._occurrence,
            self._around.client,
            self._channel(),
            self._patience,
            self._around.clock,
            locked=self._locked,
            settle=settle,
        )
        try:
            # Only after that does absence prove that it was not sent, so nothing has to be asked twice.
            self._patience.wait_until(max(batch.settled or self._locked for batch in batches) + settle)
            reconciler.resolve()
        except KavenegarError as error:
            self._around.observer.tell(f"warning: messages in doubt could not be looked up: {error}")


def _shown(key: str) -> str:
    """A key as shown to people: masked if it is a number, which is the default."""
    try:
        return mask(normalize(key))
    except NotAMobile:
        return key


# These are not statuses of a message.
_NO_STATUSES = (NO_ANSWER, NO_SUCH_ID)


def _is_open(item: Revocable) -> bool:
    """Whether to ask for it, even if status 13 is known already: an answer was lost, or the panel was used."""
    return item.messageid is not None and (item.status == CANCELLED or item.status not in FINAL_STATUSES)


def _status(item: Revocable, states: dict[int, MessageState]) -> int:
    state = states.get(item.messageid or 0)
    return state.status if state else NO_ANSWER
