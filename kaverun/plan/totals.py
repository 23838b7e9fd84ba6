"""Totals of a plan, kept while its rows pass by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kaverun.plan.plan import ANEW_CAUSE, IN_DOUBT_CAUSE, Cause, Entry, LineTotals, Mark, Sample, Totals
from kaverun.recipients.phone import mask

_SAMPLES = 3


@dataclass
class _Line:
    cost: int | None
    messages: int = 0
    parts: int = 0

    def add(self, entry: Entry) -> None:
        self.messages += 1
        self.parts += entry.parts
        if self.cost is not None:
            self.cost = None if entry.cost is None else self.cost + entry.cost


class Tally:
    """Counts entries one by one; holds a few of them, never all."""

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

    def add(self, entry: Entry) -> None:
        self.rows += 1
        self._actions[entry.action] += 1
        if entry.action == "send":
            self._add_message(entry)
        else:
            kind = (entry.action, entry.cause)
            self._causes[kind] += 1
            self._examples.setdefault(kind, f"row {entry.row}: {entry.reason}")

    def _add_message(self, entry: Entry) -> None:
        line = self._lines.get(entry.line)
        if line is None:
            line = self._lines[entry.line] = _Line(0 if self._priced else None)
        line.add(entry)
        self._text = self._text or entry.text
        self._same_text = self._same_text and entry.text == self._text
        self._in_doubt += entry.cause == IN_DOUBT_CAUSE
        self._anew += entry.cause == ANEW_CAUSE
        self._worst = max(self._worst, entry.parts)
        if self._priced and entry.encoding:
            self._add_price(entry)
        if len(self.samples) < _SAMPLES:
            self.samples.append(_sample(entry))
        if self.longest is None or entry.units > self.longest.units:
            self.longest = _sample(entry)

    def _add_price(self, entry: Entry) -> None:
        if entry.cost is None:
            kind = (entry.line, entry.encoding)
            count, first = self.unpriced.get(kind, (0, entry.row))
            self.unpriced[kind] = (count + 1, first)
        elif self.most_expensive is None or entry.cost > (self.most_expensive.cost or 0):
            self.most_expensive = _sample(entry)

    def totals(self) -> Totals:
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


def _sample(entry: Entry) -> Sample:
    size = (entry.encoding, entry.units, entry.parts, entry.cost)
    return Sample(entry.row, mask(entry.phone), entry.line, entry.text, *size)
