"""What is left to send of a plan once doubts are resolved: the certain first, the doubtful last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.plan.batches import Batch, Message, batches_to_send, message_of
from kaverun.plan.plan import Entry, Plan
from kaverun.recipients.keys import normal_key
from kaverun.run.reconcile import Doubts


class Parcel(NamedTuple):
    """Messages that travel together.

    `doubtful_until` is set where an earlier run may have sent them: they are looked up first, not before that time
    (unix seconds). `closing` are the ledger's positions of those earlier intents, which these replace.
    """

    messages: Batch
    doubtful_until: float | None = None
    closing: tuple[int, ...] = ()


class Parcels:
    """Iterates over a plan's parcels once; afterwards `taken_up` holds the localids in doubt that are in them.

    `traceable` is whether messages have localids to be looked up by. `resend` are keys, in any spelling, of recipients
    whose outcome stays unknown and who are sent to all the same. `look_up_all` is for a ledger that was lost of late:
    also who it does not know may have been sent to.
    """

    def __init__(
        self,
        plan: Plan,
        doubts: Doubts,
        *,
        size: int,
        default_line: str,
        traceable: bool = True,
        resend: frozenset[str] = frozenset(),
        look_up_all: bool = False,
    ) -> None:
        self._plan = plan
        self._doubts = doubts
        self._resend = frozenset(map(normal_key, resend))
        self._size = size
        self._default_line = default_line
        self._traceable = traceable
        self._since = 0.0 if look_up_all and traceable else None
        self.taken_up: set[int] = set()

    def __iter__(self) -> Iterator[Parcel]:
        doubts = self._doubts
        settled = {*doubts.sent, *doubts.unknown, *doubts.absent}
        batches = batches_to_send(self._plan, self._size, default_line=self._default_line, without=settled)
        for batch in batches:
            yield Parcel(batch, self._since)
        if settled:
            entries = (entry for entry in self._plan.entries_of(settled) if entry.action == "send")
            yield from self._doubtful(entry for entry in entries if self._is_open(entry))

    def _with_line(self, message: Message) -> Message:
        return message if message.line else message._replace(line=self._default_line)

    def _is_open(self, entry: Entry) -> bool:
        named = entry.localid in self._doubts.unknown and entry.key in self._resend
        return named or entry.localid in self._doubts.absent

    def _doubtful(self, entries: Iterable[Entry]) -> Iterator[Parcel]:
        for block in blocks(entries, self._size):
            self.taken_up |= {entry.localid for entry in block}
            yield Parcel(
                Batch.of([self._with_line(message_of(entry)) for entry in block]),
                max(self._doubts.absent.get(entry.localid, 0.0) for entry in block) if self._traceable else None,
                tuple(entry.position for entry in block),
            )
