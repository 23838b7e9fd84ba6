"""What the file makes today of messages that were handed over earlier: edited texts, and scheduled ones that differ.

Nobody is sent a second message because a text was edited. What went out is only reported; what the provider still holds
for a time to come is not what the file says any more, and nothing is sent until somebody cancels it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from kaverun.campaign.schedule import due_time
from kaverun.errors import Problem
from kaverun.message.layout import without_layout
from kaverun.plan.batches import Shared
from kaverun.plan.fates import SENT_OTHERWISE
from kaverun.plan.plan import KINDS, Change, Entry, Past, Totals
from kaverun.plan.served import POSITIONS_PER_BATCH, Served
from kaverun.plurals import plural
from kaverun.recipients.phone import mask

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.campaign.models import Campaign

# Batches whose hashes are kept: a list in another order than it was sent in goes back to them. 16 bytes a message.
_KEPT = 5_000
# Whole batches that are kept.
_WHOLE = 8
# Rows of a cause that are kept as examples: the message of the first may be that of another row.
_EXAMPLES = 100


class _Prints(NamedTuple):
    """Hashes of a batch's messages, of this process: of each text without its layout, and of number and line."""

    texts: array[int]
    routes: array[int]


class _LeftOut(NamedTuple):
    """The rows of a cause whose messages are scheduled: all their positions, and the first of them."""

    positions: Positions
    first: dict[int, Entry]


class Positions:
    """A set of positions in a few bytes for each batch."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}

    def add(self, position: int) -> None:
        batch, index = divmod(position, POSITIONS_PER_BATCH)
        self._bits[batch] = self._bits.get(batch, 0) | 1 << index

    def discard(self, position: int) -> None:
        batch, index = divmod(position, POSITIONS_PER_BATCH)
        if left := self._bits.get(batch, 0) & ~(1 << index):
            self._bits[batch] = left
        else:
            self._bits.pop(batch, None)

    def __contains__(self, position: int) -> bool:
        batch, index = divmod(position, POSITIONS_PER_BATCH)
        return bool(self._bits.get(batch, 0) >> index & 1)

    def __iter__(self) -> Iterator[int]:
        for batch, bits in self._bits.items():
            first = batch * POSITIONS_PER_BATCH
            yield from (first + index for index in range(bits.bit_length()) if bits >> index & 1)


class EditWatch:
    """Compares every row that was served, or is left out now, with the message that was handed over.

    `now` (unix seconds) tells what is still to come.
    """

    def __init__(self, campaign: Campaign, served: Served, now: float) -> None:
        self._served = served
        # Without a line in the file the account's own is used, whichever that is.
        self._names_lines = bool(campaign.senders)
        self._due = due_time(campaign.schedule)
        self._handling = Shared.of(campaign).handling
        self._timezone = campaign.schedule.timezone if campaign.schedule else "Asia/Tehran"
        self._prints: dict[int, _Prints] = {}
        self._whole = lru_cache(maxsize=_WHOLE)(served.handed_over)
        # What is scheduled and was not yet met on the list, and when the scheduled messages of a batch go out.
        self._waiting = Positions()
        self._dates: dict[int, int] = {}
        self._handled: dict[int, str] = {}
        self._scheduled = 0
        self._differing = 0
        self._changes: Counter[str] = Counter()
        self._examples: dict[str, Change] = {}
        self._left_out: dict[str, _LeftOut] = {}
        self._edited = 0
        self._first_edited: Change | None = None
        for date, handling, positions in served.scheduled(now):
            batch = positions[0] // POSITIONS_PER_BATCH
            self._dates[batch] = date
            if handling is not None and handling != self._handling:
                self._handled[batch] = handling
            self._scheduled += len(positions)
            for position in positions:
                self._waiting.add(position)

    def compared(self, entries: list[Entry]) -> list[Entry]:
        """The same rows; the reasons of those that were served otherwise, or are left out now, say so."""
        if not self._dates and self._are_as_they_were(entries):
            return entries
        return [
            self._done(entry)
            if entry.action == "done"
            else self._of_left_out(entry)
            if entry.position and entry.action != "send"
            else entry
            for entry in entries
        ]

    def past(self) -> Past:
        """What was found once all rows passed by."""
        self._count_left_out()
        self._count_gone()
        changes = (self._examples[kind]._replace(messages=messages) for kind, messages in self._changes.most_common())
        edited = self._first_edited and self._first_edited._replace(messages=self._edited)
        return Past(self._scheduled, self._differing, tuple(changes), edited)

    def _are_as_they_were(self, entries: list[Entry]) -> bool:
        """Whether these rows stand side by side in one batch, with the same texts: most lists stay as they were."""
        batch, start = divmod(entries[0].position, POSITIONS_PER_BATCH)
        first = entries[0].position
        if not batch or [entry.position for entry in entries] != [*range(first, first + len(entries))]:
            return False
        whole, rows = self._whole(batch), slice(start, start + len(entries))
        return (
            whole.texts[rows] == [entry.text for entry in entries]
            and whole.phones[rows] == [entry.phone for entry in entries]
            and (not self._names_lines or whole.lines[rows] == [entry.line for entry in entries])
        )

    def _done(self, entry: Entry) -> Entry:
        batch, index = divmod(entry.position, POSITIONS_PER_BATCH)
        prints = self._prints.get(batch) or self._read(batch)
        kinds = []
        if prints.texts[index] != hash(without_layout(entry.text)):
            kinds.append("text")
        if prints.routes[index] != self._route(entry.phone, entry.line):
            kinds += self._moved(entry, batch, index)
        if entry.position in self._waiting:
            self._waiting.discard(entry.position)
            return self._held(entry, kinds)
        if "text" in kinds:
            self._edited += 1
            self._first_edited = self._first_edited or self._change("text", entry, batch, index)
        return entry._replace(reason=SENT_OTHERWISE[kinds[0]]) if kinds else entry

    def _held(self, entry: Entry, kinds: list[str]) -> Entry:
        """A row whose message is still to go out."""
        batch, index = divmod(entry.position, POSITIONS_PER_BATCH)
        if self._dates[batch] != self._due:
            kinds.append("time")
        if batch in self._handled:
            before, now = orjson.loads(self._handled[batch]), orjson.loads(self._handling)
            kinds += [kind for kind in now if before.get(kind) != now[kind]]
        self._differing += bool(kinds)
        for kind in kinds:
            self._count(kind, entry, batch, index)
        reason = f"scheduled by an earlier run for {self._time(self._dates[batch])}"
        differing = f" with {' and '.join(KINDS[kind] for kind in kinds)}" if kinds else ""
        return entry._replace(reason=reason + differing)

    def _read(self, batch: int) -> _Prints:
        """The hashes of a batch; each is read once while those of the last `_KEPT` are in memory."""
        if len(self._prints) >= _KEPT:
            del self._prints[next(iter(self._prints))]
        whole = self._whole(batch)
        texts = array("q", map(hash, map(without_layout, whole.texts)))
        self._prints[batch] = _Prints(texts, array("q", map(self._route, whole.phones, whole.lines)))
        return self._prints[batch]

    def _route(self, phone: str, line: str) -> int:
        return hash((phone, line)) if self._names_lines else hash(phone)

    def _moved(self, entry: Entry, batch: int, index: int) -> Iterator[str]:
        whole = self._whole(batch)
        if whole.phones[index] != entry.phone:
            yield "number"
        if self._names_lines and whole.lines[index] != entry.line:
            yield "line"

    def _of_left_out(self, entry: Entry) -> Entry:
        """Its reason names the message that was handed over; the row itself has none."""
        batch, index = divmod(entry.position, POSITIONS_PER_BATCH)
        messageid = self._whole(batch).messageids[index]
        named = f" (messageid {messageid})" if messageid else ""
        if entry.position not in self._waiting:
            return entry._replace(position=0, reason=f"{entry.reason}; an earlier run had sent a message{named}")
        known = self._left_out.setdefault(entry.cause, _LeftOut(Positions(), {}))
        known.positions.add(entry.position)
        if len(known.first) < _EXAMPLES:
            known.first.setdefault(entry.position, entry)
        time = self._time(self._dates[batch])
        words = f"{entry.reason}; an earlier run scheduled a message for {time}{named}, which goes out unless cancelled"
        return entry._replace(position=0, reason=words)

    def _count_left_out(self) -> None:
        """Those scheduled messages that no row wants; a key that is left out in one row may be served in another."""
        for cause, (positions, first) in self._left_out.items():
            for position in positions:
                if position not in self._waiting:
                    continue
                self._waiting.discard(position)
                self._differing += 1
                self._changes[cause] += 1
                if entry := first.get(position):
                    self._example(cause, entry, *divmod(position, POSITIONS_PER_BATCH))
            if self._changes[cause] and cause not in self._examples:
                self._examples[cause] = Change(cause, 0, 0, "", "", "")

    def _count_gone(self) -> None:
        for position in self._waiting:
            batch, index = divmod(position, POSITIONS_PER_BATCH)
            whole = self._whole(batch)
            known = self._served.find(whole.localids[index])
            if known is None or known.position != position:
                continue  # another position is the one that counts
            self._differing += 1
            self._changes["gone"] += 1
            if "gone" not in self._examples:
                self._examples["gone"] = Change(
                    "gone", 0, 0, mask(whole.phones[index]), whole.texts[index], KINDS["gone"]
                )

    def _count(self, kind: str, entry: Entry, batch: int, index: int) -> None:
        self._changes[kind] += 1
        self._example(kind, entry, batch, index)

    def _example(self, kind: str, entry: Entry, batch: int, index: int) -> None:
        if kind not in self._examples:
            self._examples[kind] = self._change(kind, entry, batch, index)

    def _change(self, kind: str, entry: Entry, batch: int, index: int) -> Change:
        whole = self._whole(batch)
        before, now = {
            "text": (whole.texts[index], entry.text),
            "number": (mask(whole.phones[index]), mask(entry.phone)),
            "line": (whole.lines[index], entry.line),
            "time": (self._time(self._dates.get(batch)), self._time(self._due)),
            **self._handling_change(batch),
        }.get(kind, (whole.texts[index], entry.reason))
        return Change(kind, 0, entry.row, mask(whole.phones[index]), before, now)

    def _handling_change(self, batch: int) -> dict[str, tuple[str, str]]:
        before, now = orjson.loads(self._handled.get(batch, "{}")), orjson.loads(self._handling)
        return {kind: (str(before.get(kind)), str(now[kind])) for kind in now}

    def _time(self, seconds: int | None) -> str:
        if seconds is None:
            return "at once"
        return f"{datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(self._timezone)):%Y-%m-%d %H:%M}"


def refusals(loaded: LoadedCampaign, past: Past) -> Iterator[Problem]:
    """That scheduled messages differ from the file: nothing is sent before somebody takes them back."""
    if not past.differing:
        return
    kinds = ", ".join(f"{change.messages:,} {change.words}" for change in past.changes)
    what = (
        f"{plural(past.differing, 'scheduled message')} of {past.scheduled:,} would go out otherwise than the file "
        f"says now ({kinds}), and kaverun does not replace them yet: take back what is scheduled with "
        f"`kaverun cancel {loaded.document.path}`, then apply again, which sends what is still wanted"
    )
    schedule = loaded.campaign.schedule
    yield loaded.document.problem(what, *(("schedule", "at") if schedule and schedule.at else ()))


def asks_for_a_name(loaded: LoadedCampaign, totals: Totals, past: Past) -> Iterator[Problem]:
    """Whether this may be a copied campaign: most of its list was served with another text, or nobody is left."""
    if past.edited is None or (totals.send and 2 * past.edited.messages < totals.done + totals.send):
        return
    what = (
        f"{past.edited.messages:,} of {plural(totals.done, 'recipient')} served earlier got another text, and nobody "
        "is sent a second one under this name. Is this a new campaign that was copied from an older one? Then give it "
        "a new name"
    )
    yield loaded.document.problem(what, "name", severity="warning")
