"""The active faults: which of them act on a request, drawn repeatably, and how often each one did."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from kaverun.sandbox.faults.twists import Twists
from kaverun.sandbox.faults.vocabulary import FINAL_PHASES, Fault, Phase


class Row(NamedTuple):
    """One row of a request, as far as faults match it."""

    #: 09…, or as written if it is not a number
    receptor: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as faults see it."""

    method: str
    #: messages accepted before it
    accepted: int
    #: reads the rows; only called when a fault needs them
    rows: Callable[[], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that acts on this request."""

    fault: Fault
    #: seeds what else is left to chance (which rows); the same for the same seed and the same place in its history
    salt: int
    #: the rows it matches, counted from 0; empty if it matches no rows
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How often a fault matched a request, and how often it acted."""

    spec: str
    fitted: int
    acted: int


@dataclass(slots=True)
class _Card:
    fault: Fault
    chance: random.Random
    receptor: re.Pattern[str]
    text: re.Pattern[str]
    fitted: int = 0
    acted: int = 0
    #: place in the order of phases; within a phase, the order in which faults were given
    order: tuple[Phase, int] = field(default=(Phase.BEFORE, 0))


class Deck:
    """The active faults, thread-safe."""

    def __init__(self, faults: Sequence[Fault] = (), seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._seed = seed
        self.replace(faults, seed)

    def replace(self, faults: Sequence[Fault], seed: int | None = None) -> None:
        """Make these the only faults, with their counters at zero."""
        with self._lock:
            self._seed = self._seed if seed is None else seed
            self._cards: list[_Card] = []
            self._deal(faults)

    def reseed(self, seed: int) -> None:
        """Restart the same faults, drawn with `seed`."""
        self.replace([card.fault for card in self._cards], seed)

    def add(self, faults: Sequence[Fault]) -> None:
        """Add these faults; the counters of the others continue."""
        with self._lock:
            self._deal(faults)

    def _deal(self, faults: Sequence[Fault]) -> None:
        start = len(self._cards)
        for index, fault in enumerate(faults, start):
            chance = random.Random(f"{self._seed}:{index}:{fault.spec}")
            patterns = re.compile(fault.receptor), re.compile(fault.text)
            self._cards.append(_Card(fault, chance, *patterns, order=(fault.kind.phase, index)))

    def decide(self, asked: Asked) -> tuple[Hit, ...]:
        """The faults that act on a request, in the order in which they act.

        After one that ends the request (for example, by dropping it unprocessed), no later one acts.
        """
        with self._lock:
            hits: list[Hit] = []
            ended = False
            for card in sorted(self._cards, key=lambda card: card.order):
                hit = _draw(card, asked)
                if hit is None or ended:
                    continue
                card.acted += 1
                hits.append(hit)
                ended = card.fault.kind.phase in FINAL_PHASES
            return tuple(hits)

    def counts(self) -> tuple[Count, ...]:
        """One per fault, in the order they were given."""
        with self._lock:
            return tuple(Count(card.fault.spec, card.fitted, card.acted) for card in self._cards)


def _draw(card: _Card, asked: Asked) -> Hit | None:
    fault = card.fault
    if not any(fnmatchcase(asked.method, pattern) for pattern in fault.methods):
        return None
    rows = _fitting(card, asked) if fault.chooses_rows else ()
    if fault.chooses_rows and not rows:
        return None
    card.fitted += 1
    # Drawn for every matching request, due or not, so that the sequence depends only on the requests.
    draw, salt = card.chance.random(), card.chance.getrandbits(32)
    spent = fault.times is not None and card.acted >= fault.times
    due = fault.trigger.due(card.fitted, asked.accepted, draw)
    return Hit(fault, salt, rows) if due and not spent else None


def _fitting(card: _Card, asked: Asked) -> tuple[int, ...]:
    return tuple(
        index
        for index, row in enumerate(asked.rows())
        if card.receptor.search(row.receptor) and card.text.search(row.text)
    )


def twists(hits: Sequence[Hit], rows: int) -> Twists:
    """What `hits` change while a request with `rows` rows is processed."""
    names = {hit.fault.kind.name for hit in hits}
    forgetting = [hit.fault for hit in hits if hit.fault.kind.name == "forget-localids"]
    return Twists(
        dedupe="no-dedupe" not in names,
        send_window=_shortest([fault for fault in forgetting if fault.scope != "lookup"]),
        lookup_window=_shortest([fault for fault in forgetting if fault.scope != "sending"]),
        debugmode="debugmode" in names,
        bad_rows=frozenset().union(*(_bad_rows(hit, rows) for hit in hits if hit.fault.kind.name == "bad-row")),
    )


def _shortest(faults: Sequence[Fault]) -> float | None:
    return min((fault.window for fault in faults), default=None)


def _bad_rows(hit: Hit, rows: int) -> frozenset[int]:
    """All rows that match its patterns, or as many as it says, chosen at random."""
    if hit.fault.chooses_rows:
        return frozenset(hit.rows)
    return frozenset(random.Random(hit.salt).sample(range(rows), min(hit.fault.rows, rows)))
