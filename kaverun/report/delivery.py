"""What became of messages after they were accepted, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from kaverun.kavenegar.codes import MESSAGE_STATUSES
from kaverun.recipients.phone import operator
from kaverun.report.report_json import iso

T = TypeVar("T")
S = TypeVar("S")

_PREFIX = itemgetter(slice(4))
_NOT_TOLD = "No status yet"


class Place(NamedTuple):
    """A sender line and an operator (a hint from the number's prefix, "" where it names none)."""

    line: str
    operator: str


class Delivery(NamedTuple):
    """Accepted messages by status code (0: none was told yet), in all and by line and operator.

    `open` are those whose status may still change and can still be asked for. `asked` is when the provider was asked,
    in unix seconds. `expired` are those whose status was not final when it could be asked for the last time, which is
    over for all of them since `expired_since` (unix seconds): what is told of them is the last that was known.
    """

    asked: float
    open: int
    statuses: Counter[int]
    places: dict[Place, Counter[int]]
    expired: int = 0
    expired_since: float | None = None


@dataclass
class Tally:
    """Adds up messages while they pass by: by their line, the first digits of their number, and their status."""

    seen: Counter[tuple[str, str, int | None]] = field(default_factory=Counter)
    open: int = 0

    def add(self, lines: Sequence[str], phones: Iterable[str], statuses: Sequence[int | None]) -> None:
        """Columns of one length."""
        count(self.seen, lines, map(_PREFIX, phones), statuses)

    def delivery(self, asked: float) -> Delivery:
        places: dict[Place, Counter[int]] = {}
        for (line, prefix, status), messages in self.seen.items():
            places.setdefault(Place(line, operator(prefix)), Counter())[status or 0] += messages
        return Delivery(asked, self.open, sum(places.values(), Counter()), places)


def count(seen: Counter[tuple[T, T, S]], lines: Sequence[T], prefixes: Iterable[T], statuses: Sequence[S]) -> None:
    """Add columns of one length; of lines and statuses, which mostly are all the same, a tuple each is saved then."""
    if lines and lines.count(lines[0]) == len(lines) and statuses.count(statuses[0]) == len(statuses):
        for prefix, messages in Counter(prefixes).items():
            seen[lines[0], prefix, statuses[0]] += messages
    else:
        seen.update(zip(lines, prefixes, statuses, strict=True))


def status_word(status: int) -> str:
    """A status code in English, also one that no table lists."""
    known = MESSAGE_STATUSES.get(status)
    return known.english if known else f"Status {status}" if status else _NOT_TOLD


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    """The delivery for programs: what `status --format json` and `report.json` have in common."""
    return {
        "asked_at": iso(delivery.asked),
        "accepted": delivery.statuses.total(),
        "open": delivery.open,
        "statuses": _by_code(delivery.statuses),
        "words": {str(status): status_word(status) for status in sorted(delivery.statuses)},
        "places": [
            {**place._asdict(), "statuses": _by_code(statuses)} for place, statuses in sorted(delivery.places.items())
        ],
    }


def _by_code(statuses: Mapping[int, int]) -> dict[str, int]:
    return {str(status): messages for status, messages in sorted(statuses.items())}
