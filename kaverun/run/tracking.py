"""What became of messages after the provider took them: their delivery, asked for until it is final."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.clock import Clock
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST, Client
from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.protocol import Ledger, Tracked
from kaverun.recipients.phone import operator
from kaverun.run.lookup import LOOKUP_WINDOW, NO_SUCH_ID
from kaverun.run.patience import Patience

# Status by messageid ends 48 hours after sending (API document, *Status*, limits); a little is left for clocks.
_WINDOW = 48 * 3600.0 - 300.0


class Place(NamedTuple):
    """A sender line and an operator (a hint from the number's prefix, "" where it names none)."""

    line: str
    operator: str


class Delivery(NamedTuple):
    """Accepted messages by status code, in all and by line and operator.

    `open` are those whose status may still change and can still be asked for.
    """

    statuses: Counter[int]
    places: dict[Place, Counter[int]]
    open: int


class Tracker:
    """Follows the accepted messages of one occurrence."""

    def __init__(
        self, ledger: Ledger, client: Client, patience: Patience, clock: Clock, occurrence: tuple[str, str, str]
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._patience = patience
        self._clock = clock
        self._occurrence = occurrence

    def refresh(self) -> Delivery:
        """Ask for every status that is not final, in pages of 500, and make what is new durable.

        Raises `KavenegarError` where the provider cannot be asked; what was learnt until then is kept.
        """
        still_open = (item for item in self._ledger.accepted(*self._occurrence) if self._is_open(item))
        for page in blocks(still_open, IDS_PER_REQUEST):
            states = self._states(page)
            changed = {
                item.position: states[item.messageid].status
                for item in page
                if item.messageid in states and states[item.messageid].status != item.status
            }
            self._ledger.follow(changed, {state.status: state.statustext for state in states.values()})
        return self.delivery()

    def delivery(self) -> Delivery:
        """What the ledger knows, without asking."""
        places: dict[Place, Counter[int]] = {}
        still_open = 0
        for item in self._ledger.accepted(*self._occurrence):
            place = Place(item.line, operator(item.phone))
            places.setdefault(place, Counter())[item.status or 0] += 1
            still_open += self._is_open(item)
        return Delivery(sum(places.values(), Counter()), places, still_open)

    def _is_open(self, item: Tracked) -> bool:
        return item.status not in FINAL_STATUSES and self._clock.now() - item.intended < _WINDOW

    def _states(self, page: list[Tracked]) -> dict[int, MessageState]:
        """States by messageid; one the provider does not know by it is asked for by localid."""
        states = _known(self._patience.ask(lambda: self._client.status(item.messageid for item in page)))
        lacking = [
            item for item in page if item.messageid not in states and self._clock.now() - item.intended < LOOKUP_WINDOW
        ]
        if lacking:
            localids = [item.localid for item in lacking]
            states |= _known(self._patience.ask(lambda: self._client.status_by_localid(localids)))
        return states


def _known(states: Iterable[MessageState]) -> dict[int, MessageState]:
    return {state.messageid: state for state in states if state.messageid and state.status != NO_SUCH_ID}
