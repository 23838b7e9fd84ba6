"""Messages whose cancellation was cut off: the provider is asked before anything is decided about them.

The intent to cancel is durable before its request leaves, so a process that dies leaves a record of which messages may
be cancelled. Each is looked up by its messageid (API document, *Status*): status 13 proves that it was cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kaverun.blocks import blocks
from kaverun.clock import Clock
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST, Client
from kaverun.kavenegar.codes import CANCELLED, FINAL_STATUSES
from kaverun.ledger.cancelling import Revocable, cancelling, settle_cancelling
from kaverun.ledger.runs import occurrence_of
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.run.doubts import settle_time
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import NO_SUCH_ID
from kaverun.run.retrying import Patience
from kaverun.text.plurals import plural

if TYPE_CHECKING:
    from kaverun.campaign.models import Retry

#: why a message counts as sent even though somebody wanted it cancelled
FORGOTTEN = (
    "a cancellation of it was cut off, and Kavenegar no longer knows the message: it may have been cancelled, and is "
    "not sent again"
)

# The status of a message that an answer left out; it becomes None if it is left out again.
_NO_ROW = 0


class CutOff:
    """Settles what an earlier `cancel` left behind; needs the campaign's lock, taken at `locked`.

    The earlier process was dead by then, but its last request may still have been on its way: a message counts as not
    cancelled only some time after that, as with requests that send.
    """

    def __init__(
        self, store: Store, client: Client, patience: Patience, clock: Clock, scope: Scope, *, locked: float
    ) -> None:
        self._store = store
        self._client = client
        self._patience = patience
        self._clock = clock
        self._scope = scope
        self._locked = locked

    def settle(self, retry: Retry, tell: Callable[[str], None]) -> tuple[Revocable, ...]:
        """Look all of them up and make what is found durable; returns those that were cancelled.

        Raises `KavenegarError` if the provider cannot be asked. If a stop cuts the wait short, what is not proved stays
        open for the next command.
        """
        begun = tuple(cancelling(self._store, occurrence_of(self._store, self._scope)))
        if not begun:
            return ()
        tell(f"a cancellation of {plural(len(begun), 'message')} was cut off: looking them up")
        certain = self._locked + settle_time(retry)
        sorted_ = self._asked(begun, certain)
        if sorted_.open:
            self._patience.wait_until(certain)
            sorted_ = sorted_._replace(open=()).plus(self._asked(sorted_.open, certain, again=True))
        tell(sorted_.words(len(begun)))
        return sorted_.cancelled

    def _asked(self, items: Iterable[Revocable], certain: float, *, again: bool = False) -> _Sorted:
        found = _Sorted()
        for page in blocks(items, IDS_PER_REQUEST):
            now = self._clock.now()
            ids = [item.messageid for item in page if item.messageid is not None]
            states = {state.messageid: state for state in self._patience.ask(partial(self._client.status, ids))}
            failpoint("cut-off-asked")
            found = found.plus(self._kept(page, states, proved=now >= certain, again=again))
            failpoint("cut-off-settled")
        return found

    def _kept(
        self, page: list[Revocable], states: dict[int | None, MessageState], *, proved: bool, again: bool
    ) -> _Sorted:
        """Make durable what the answers prove. Missing rows count as unknown when asked `again`."""
        statuses = {item.message: _status(item, states) for item in page}
        texts = {state.status: state.statustext for state in states.values() if state.status != NO_SUCH_ID}
        cancelled = {position for position, status in statuses.items() if status == CANCELLED}
        # What is final was not cancelled, and a request that arrives later cannot cancel it.
        kept = {
            position: status or None
            for position, status in statuses.items()
            if position not in cancelled and (status in FINAL_STATUSES or (proved and (again or status != _NO_ROW)))
        }
        settle_cancelling(self._store, cancelled, kept, texts, FORGOTTEN)
        forgotten = sum(status is None for status in kept.values())
        return _Sorted(
            cancelled=tuple(item for item in page if item.message in cancelled),
            open=tuple(item for item in page if item.message not in cancelled and item.message not in kept),
            kept=len(kept) - forgotten,
            forgotten=forgotten,
        )


class _Sorted(NamedTuple):
    """What became of them; `kept` were not cancelled, `forgotten` are unknown to the provider."""

    cancelled: tuple[Revocable, ...] = ()
    open: tuple[Revocable, ...] = ()
    kept: int = 0
    forgotten: int = 0

    def plus(self, other: _Sorted) -> _Sorted:
        """Both together."""
        return _Sorted(
            self.cancelled + other.cancelled,
            self.open + other.open,
            self.kept + other.kept,
            self.forgotten + other.forgotten,
        )

    def words(self, messages: int) -> str:
        parts = [f"{len(self.cancelled):,} were cancelled", f"{self.kept:,} were not"]
        if self.forgotten:
            parts.append(f"{self.forgotten:,} are no longer known to Kavenegar and stay as they are")
        if self.open:
            parts.append(f"{len(self.open):,} are still open")
        return f"of the {plural(messages, 'message')} whose cancellation was cut off, {', '.join(parts)}"


def _status(item: Revocable, states: dict[int | None, MessageState]) -> int | None:
    """A message's known status; None if the provider knows nothing, and the ledger nothing final."""
    state = states.get(item.messageid)
    if state and state.status != NO_SUCH_ID:
        return state.status
    if item.status in FINAL_STATUSES:
        return item.status
    return None if state else _NO_ROW
