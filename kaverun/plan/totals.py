"""Totals of a plan, kept while its rows pass by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from kaverun.plan.plan import ANEW_CAUSE, IN_DOUBT_CAUSE, Cause, Entry, LineTotals, Mark, Sample, Totals
from kaverun.recipients.phone import mask

#: Messages that are shown as samples.
SAMPLES = 3
_units = attrgetter("units")


@dataclass
class _Line:
    cost: int | None
    messages: int = 0
    parts: int = 0

    def add(self, entries: Sequence[Entry]) -> None:
        self.messages += len(entries)
        self.parts += sum(entry.parts for entry in entries)
        if self.cost is not None:
            costs = [entry.cost for entry in entries if entry.cost is not None]
            self.cost = self.cost + sum(costs) if len(costs) == len(entries) else None


class Tally:
    """Counts entries block by block; holds a few of them, never all."""

    def __init__(self, *, priced: bool) -> None:
        self.rows = 0
        self.samples: list[Sample] = []
        self.longest: Sample | None = None
        self.most_expensive: Sample | None = None
        #: How many messages of a line and encoding have no price, and the first row of them.
        self.unpriced: dict[tuple[str, str], tuple[int, int]] = {}
        self._actions: Counter[str] = Counter()
        self._lines: dict[str, _Line] = {}
        self._causes: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], str] = {}
        self._in_doubt = 0
        self._anew = 0
        self._priced = priced
        self._worst = 0
        self._text = ""
        self._same_text = True

    def add(self, entries: Sequence[Entry]) -> None:
        self.rows += len(entries)
        self._actions.update([entry.action for entry in entries])
        messages = [entry for entry in entries if entry.action == "send"]
        if messages:
            self._add_messages(messages)
        if len(messages) < len(entries):
            self._add_causes(entries)

    def _add_causes(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.action != "send":
                kind = (entry.action, entry.cause)
                self._causes[kind] += 1
                self._examples.setdefault(kind, f"row {entry.row}: {entry.reason}")

    def _add_messages(self, messages: Sequence[Entry]) -> None:
        for name, some in _by_line(messages).items():
            self._lines.setdefault(name, _Line(0 if self._priced else None)).add(some)
        texts = [entry.text for entry in messages]
        self._text = self._text or texts[0]
        self._same_text = self._same_text and texts.count(self._text) == len(texts)
        causes = [entry.cause for entry in messages]
        self._in_doubt += causes.count(IN_DOUBT_CAUSE)
        self._anew += causes.count(ANEW_CAUSE)
        self._worst = max(self._worst, max(entry.parts for entry in messages))
        if self._priced:
            self._add_prices([entry for entry in messages if entry.encoding])
        self.samples += map(sample_of, messages[: SAMPLES - len(self.samples)])
        longest = max(messages, key=_units)
        if self.longest is None or longest.units > self.longest.units:
            self.longest = sample_of(longest)

    def _add_prices(self, messages: Sequence[Entry]) -> None:
        for entry in messages:
            if entry.cost is None:
                kind = (entry.line, entry.encoding)
                count, first = self.unpriced.get(kind, (0, entry.row))
                self.unpriced[kind] = (count + 1, first)
            elif self.most_expensive is None or entry.cost > (self.most_expensive.cost or 0):
                self.most_expensive = sample_of(entry)

    def totals(self) -> Totals:
        """All that was added, the line with most messages first."""
        most_first = sorted(self._lines.items(), key=lambda item: -item[1].messages)
        lines = {name: LineTotals(line.messages, line.parts, line.cost) for name, line in most_first}
        return Totals(
            rows=self.rows,
            send=self._actions["send"],
            done=self._actions["done"],
            skip=self._actions["skip"],
            invalid=self._actions["invalid"],
            in_doubt=self._in_doubt,
            anew=self._anew,
            parts=sum(line.parts for line in lines.values()),
            cost=self._cost(),
            worst=self._worst,
            by_line=lines,
            unpriced=sum(count for count, _ in self.unpriced.values()),
            same_text=self._same_text,
        )

    def mark(self) -> Mark:
        """What was counted so far."""
        lines = tuple((name, LineTotals(line.messages, line.parts, line.cost)) for name, line in self._lines.items())
        return Mark(self.rows, lines)

    def _cost(self) -> int | None:
        costs = [line.cost for line in self._lines.values()]
        if not self._priced or None in costs:
            return None
        return sum(cost for cost in costs if cost is not None)

    def causes(self) -> tuple[Cause, ...]:
        return tuple(
            Cause(action, cause, rows, self._examples[action, cause])  # type: ignore[arg-type]
            for (action, cause), rows in self._causes.most_common()
        )


def _by_line(messages: Sequence[Entry]) -> dict[str, list[Entry]]:
    lines: dict[str, list[Entry]] = {}
    for entry in messages:
        lines.setdefault(entry.line, []).append(entry)
    return lines


def sample_of(entry: Entry) -> Sample:
    """A message to look at, its number masked."""
    size = (entry.encoding, entry.units, entry.parts, entry.cost)
    return Sample(entry.row, mask(entry.phone), entry.line, entry.text, *size)
