"""Totals of a plan, kept while its rows pass by."""

from __future__ import annotations

from collections import Counter

from kaverun.plan.plan import ANEW_CAUSE, IN_DOUBT_CAUSE, Cause, Entry, Sample, Totals
from kaverun.recipients.phone import mask

_SAMPLES = 3


class Tally:
    """Counts entries one by one; holds a few of them, never all."""

    def __init__(self, *, priced: bool) -> None:
        self.rows = 0
        self.samples: list[Sample] = []
        self.longest: Sample | None = None
        self._actions: Counter[str] = Counter()
        self._lines: Counter[str] = Counter()
        self._causes: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], str] = {}
        self._parts = 0
        self._in_doubt = 0
        self._anew = 0
        self._cost: int | None = 0 if priced else None
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
        self._lines[entry.line] += 1
        self._text = self._text or entry.text
        self._same_text = self._same_text and entry.text == self._text
        self._in_doubt += entry.cause == IN_DOUBT_CAUSE
        self._anew += entry.cause == ANEW_CAUSE
        self._parts += entry.parts
        self._worst = max(self._worst, entry.parts)
        if self._cost is not None:
            self._cost = None if entry.cost is None else self._cost + entry.cost
        if len(self.samples) < _SAMPLES:
            self.samples.append(_sample(entry))
        if self.longest is None or entry.units > self.longest.units:
            self.longest = _sample(entry)

    def totals(self) -> Totals:
        return Totals(
            rows=self.rows,
            send=self._actions["send"],
            done=self._actions["done"],
            skip=self._actions["skip"],
            invalid=self._actions["invalid"],
            in_doubt=self._in_doubt,
            anew=self._anew,
            parts=self._parts,
            cost=self._cost,
            worst=self._worst,
            by_line=dict(self._lines.most_common()),
            same_text=self._same_text,
        )

    def causes(self) -> tuple[Cause, ...]:
        return tuple(
            Cause(action, cause, rows, self._examples[action, cause])  # type: ignore[arg-type]
            for (action, cause), rows in self._causes.most_common()
        )


def _sample(entry: Entry) -> Sample:
    return Sample(entry.row, mask(entry.phone), entry.line, entry.text, entry.encoding, entry.units, entry.parts)
