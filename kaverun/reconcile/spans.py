"""When to look in the outbox for what runs handed over: spans of time, as the API accepts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kaverun.kavenegar.limits import LONGEST_SPAN, OUTBOX_REACHES_BACK
from kaverun.reconcile.listing import RunTimes
from kaverun.run.lookup import LOOKUP_WINDOW
from kaverun.run.outbox import AFTER, BEFORE


class Span(NamedTuple):
    """From `start` to `end`, both inclusive and in unix seconds."""

    start: int
    end: int


class Spans(NamedTuple):
    """What can be asked for, in spans of at most a day, and what is longer ago than an outbox reaches."""

    asked: tuple[Span, ...]
    refused: tuple[Span, ...]


def reach(now: float) -> int:
    """How far back an outbox can be asked for, with a margin for clocks that differ."""
    return int(now) - OUTBOX_REACHES_BACK + BEFORE


def spans_of(runs: Iterable[RunTimes], now: float) -> Spans:
    """The times at which an outbox may list these runs' messages: when they were accepted, and when they go out."""
    merged = list(_merged(span for run in runs for span in _of_run(run, now)))
    first = reach(now)
    asked = [Span(max(start, first), end) for start, end in merged if end >= first]
    refused = tuple(Span(start, min(end, first - 1)) for start, end in merged if start < first)
    return Spans(tuple(day for span in asked for day in _days(span)), refused)


def _of_run(run: RunTimes, now: float) -> Iterator[Span]:
    # What was found at the provider can be as old as a look-up by localid reaches.
    first = run.first - LOOKUP_WINDOW if run.found else run.first
    last = run.last + AFTER if run.settled is None else min(run.settled, run.last + AFTER)
    yield Span(int(first) - BEFORE, int(min(last, now)) + BEFORE)
    if run.date is not None:
        yield Span(run.date - BEFORE, run.date + BEFORE)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """The same times in spans that do not touch, in order."""
    open_span: Span | None = None
    for span in sorted(spans):
        if open_span is None or span.start > open_span.end + 1:
            if open_span:
                yield open_span
            open_span = span
        else:
            open_span = Span(open_span.start, max(open_span.end, span.end))
    if open_span:
        yield open_span


def _days(span: Span) -> Iterator[Span]:
    for start in range(span.start, span.end + 1, LONGEST_SPAN + 1):
        yield Span(start, min(start + LONGEST_SPAN, span.end))
