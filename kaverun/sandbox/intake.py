"""Accepts the rows of one sending request into the state: de-duplication, cost, credit."""

from __future__ import annotations

from collections.abc import Iterable

from kaverun.sandbox.answers import Denial
from kaverun.sandbox.delivery import CANCELLED, QUEUED, SCHEDULED
from kaverun.sandbox.faults.twists import Twists
from kaverun.sandbox.parts import Encoding, size
from kaverun.sandbox.records import Draft, Envelope, Message
from kaverun.sandbox.state import State


class Intake:
    """Accepts the rows of one request; nothing is stored before `accept` has checked all of them."""

    def __init__(self, state: State, envelope: Envelope, twists: Twists) -> None:
        self._state, self._envelope = state, envelope
        self._dedupe = state.settings.deduplicate and twists.dedupe
        self._window = state.settings.localid_send_window if twists.send_window is None else twists.send_window
        self._free = twists.debugmode or state.config.debugmode == "enabled"
        self._now = state.clock.now()
        self._date = int(self._now) if envelope.date is None else envelope.date
        self._status = CANCELLED if self._free else QUEUED if envelope.date is None else SCHEDULED
        self._next = state.next_messageid
        self._budget = state.credit
        self._new: list[Message] = []
        self._localids: dict[str, Message] = {}
        self._duplicates = 0

    def accept(self, drafts: Iterable[Draft]) -> list[Message | None]:
        """Return the message of each row, old or new, or None if the row was refused. Raises Denial 418 (credit)."""
        policy = self._state.settings.short_credit
        rows: list[Message | None] = []
        for draft in drafts:
            row, short = self._take(draft)
            if short and policy != "rows":
                if policy == "prefix":
                    self._keep(rows)
                raise Denial(418)
            rows.append(row)
        self._keep(rows)
        return rows

    def _take(self, draft: Draft) -> tuple[Message | None, bool]:
        """The row's message, and whether the credit was too low for it."""
        if draft.refused:
            return None, False
        known = self._known(draft.localid)
        if known is not None:
            self._duplicates += 1
            return known, False
        message = self._message(draft)
        if message.cost > self._budget:
            return None, True
        self._add(message)
        return message, False

    def _known(self, localid: str) -> Message | None:
        if not localid or not self._dedupe:
            return None
        return self._localids.get(localid) or self._state.by_localid(localid, self._window)

    def _message(self, draft: Draft) -> Message:
        envelope = self._envelope
        encoding, parts, cost = self._price(draft.text)
        return Message(
            self._next + len(self._new),
            draft.localid,
            draft.receptor,
            draft.sender,
            draft.text,
            self._status,
            cost,
            encoding,
            parts,
            self._date,
            self._now,
            envelope.request,
            draft.type,
            envelope.tag,
            envelope.hide,
            envelope.policy,
            envelope.channel,
            envelope.template,
            self._state.fates.ending(draft.receptor),
        )

    def _price(self, text: str) -> tuple[Encoding, int, int]:
        """Encoding, parts, and cost in Rial; a call counts as one part."""
        settings = self._state.settings
        encoding, _, parts = size(text)
        if self._envelope.channel == "call":
            return encoding, 1, settings.price_call
        return encoding, parts, parts * (settings.price_latin if encoding == "gsm7" else settings.price_persian)

    def _add(self, message: Message) -> None:
        self._new.append(message)
        if not self._free:
            self._budget -= message.cost
        if message.localid:
            self._localids[message.localid] = message

    def _keep(self, rows: list[Message | None]) -> None:
        self._state.append(self._new)
        self._state.credit = self._budget
        self._state.deduplicated += self._duplicates
        self._state.refused += rows.count(None)
