"""How far a command is, in words: what matters most stands first, as a narrow terminal cuts off the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kaverun.run.observer import Progress

_MINUTE = 60
# Up to so many of a unit nobody asks for the next larger one.
_MANY = 90


class Pace(NamedTuple):
    """How many things are done a second, None where that cannot be told; and how many there are, None where unknown.

    `retries` are requests that had to be made again.
    """

    rate: float | None
    total: int | None
    retries: int


def told(words: str, pace: Pace) -> str:
    """A step of which nothing is counted but what went wrong."""
    return ", ".join([words, *_retries(pace)])


def counted(done: int, what: str, pace: Pace, *more: str) -> str:
    """Such as "1,200 of 5,000 messages listed, 400/s, 10 s left, 2 retries"; `what` begins with a plural."""
    of = "" if pace.total is None else f" of {pace.total:,}"
    noun, space, rest = what.partition(" ")
    if (done if pace.total is None else pace.total) == 1:
        noun = noun.removesuffix("s")
    return ", ".join([f"{done:,}{of} {noun}{space}{rest}", *more, *_speed(done, pace), *_retries(pace)])


def sending(progress: Progress, pace: Pace) -> str:
    """How far a run is that has the total of `pace` to send."""
    total = max(pace.total or 0, progress.settled, 1)
    failed = ((progress.rejected, "rejected"), (progress.unknown, "unknown"))
    facts = [
        f"{progress.accepted:,} accepted",
        *(f"{count:,} {fate}" for count, fate in failed if count),
        *_speed(progress.settled, pace),
        f"{progress.cost:,} Rial so far",
        *_retries(pace),
    ]
    return f"{100 * progress.settled // total} % of {total:,}: {', '.join(facts)}"


def span(seconds: float) -> str:
    """A time to wait, as exact as people want to know it."""
    if seconds < _MANY:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / _MINUTE)
    if minutes < _MANY:
        return f"{minutes} min"
    return f"{minutes // _MINUTE} h {minutes % _MINUTE} min"


def _speed(done: int, pace: Pace) -> Iterator[str]:
    if pace.rate:
        yield f"{pace.rate:,.0f}/s" if pace.rate >= 10 else f"{pace.rate:.1f}/s"
        if pace.total and done < pace.total:
            yield f"{span((pace.total - done) / pace.rate)} left"


def _retries(pace: Pace) -> Iterator[str]:
    if pace.retries:
        yield f"{pace.retries:,} {'retry' if pace.retries == 1 else 'retries'}"
