"""The places of messages, by receptor and by date; built on first use, as most sandboxes are never searched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kaverun.sandbox.records import Message


class Span(NamedTuple):
    """From `start` to `end`, both inclusive, in unix seconds."""

    start: int
    end: int


class Index:
    """Finds places in `messages`, a list that only grows and whose messages keep their receptor and `moment`."""

    def __init__(self, messages: Sequence[Message], moment: Callable[[Message], int]) -> None:
        self._messages, self._moment = messages, moment
        self._places: dict[str, list[int]] = defaultdict(list)
        self._dates: list[tuple[int, int]] = []

    def to(self, receptor: str, span: Span) -> list[int]:
        """Places of the messages to `receptor` (09…) within `span`, ordered by moment."""
        self._grow()
        moments = ((self._moment(self._messages[place]), place) for place in self._places.get(receptor, ()))
        return [place for moment, place in sorted(moments) if span.start <= moment <= span.end]

    def within(self, span: Span) -> list[int]:
        """Places of all messages within `span`, ordered by moment."""
        self._grow()
        first = bisect_left(self._dates, (span.start, 0))
        last = bisect_right(self._dates, (span.end, len(self._messages)))
        return [place for _, place in self._dates[first:last]]

    def _grow(self) -> None:
        start = len(self._dates)
        if start == len(self._messages):
            return
        for place, message in enumerate(self._messages[start:], start):
            self._places[message.receptor].append(place)
            self._dates.append((self._moment(message), place))
        self._dates.sort()
