"""What became of messages after they were accepted, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kaverun.kavenegar.codes import MESSAGE_STATUSES
from kaverun.ledger.statuses import ASKED_FOR, StatusSum
from kaverun.recipients.phone import operator
from kaverun.report.report_json import iso

_NO_STATUS = "No status yet"


class Place(NamedTuple):
    """A sender line and an operator (a hint from the number's prefix, "" where it names none)."""

    line: str
    operator: str


class Delivery(NamedTuple):
    """Accepted messages by status code (0: none is known yet), in all and by line and operator.

    `open` are those whose status may still change and can still be asked for. `asked` is when the provider was asked,
    in unix seconds. `expired` are those whose status was not final when it could be asked for the last time, which is
    over for all of them since `expired_since` (unix seconds): their status here is the last that was known.
    """

    asked: float
    open: int
    statuses: Counter[int]
    places: dict[Place, Counter[int]]
    expired: int = 0
    expired_since: float | None = None


def delivery_of(sums: Iterable[StatusSum], asked: float) -> Delivery:
    """What the ledger knows of messages; `asked` is when the provider was asked, in unix seconds."""
    places: dict[Place, Counter[int]] = {}
    open_ = expired = 0
    last: list[float] = []
    for row in sums:
        places.setdefault(Place(row.line, operator(row.prefix)), Counter())[row.status] += row.messages
        open_ += row.open
        expired += row.expired
        last += [row.last] if row.last is not None else []
    since = max(last) + ASKED_FOR if last else None
    return Delivery(asked, open_, sum(places.values(), Counter()), places, expired, since)


def status_word(status: int) -> str:
    """A status code in English, also one that no table lists."""
    known = MESSAGE_STATUSES.get(status)
    return known.english if known else f"Status {status}" if status else _NO_STATUS


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
