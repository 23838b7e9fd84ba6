"""What became of messages after they were accepted, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from kaverun.documents import Time, iso
from kaverun.kavenegar.codes import MESSAGE_STATUSES
from kaverun.ledger.runs import Run
from kaverun.ledger.statuses import ASKED_FOR, StatusSum
from kaverun.message.scope import Scope
from kaverun.text.paths import path_text
from kaverun.text.phone import operator

_NO_STATUS = "No status yet"


class Place(NamedTuple):
    """A sender line and an operator (a hint from the number's prefix, "" if it names none)."""

    line: str
    operator: str


class Delivery(NamedTuple):
    """Accepted messages by status code (0: none is known yet), in total and by line and operator.

    `open` are those whose status may still change and can still be asked for. `asked` is when the provider was asked,
    in unix seconds. `expired` are those whose status was not final when it could last be asked for; since
    `expired_since` (unix seconds) none of them can be asked for, and their status here is the last known one.
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
    """A status code in English, even if no table lists it."""
    known = MESSAGE_STATUSES.get(status)
    return known.english if known else f"Status {status}" if status else _NO_STATUS


class PlaceSums(TypedDict):
    """Accepted messages of a sender line to numbers of an operator."""

    line: str
    """The sender number."""
    operator: str
    """The operator that issued the numbers, by their prefix; empty if it is unknown."""
    statuses: dict[str, int]
    """Messages by status code."""


class DeliveryDocument(TypedDict):
    """What became of accepted messages."""

    asked_at: Time
    """When the provider was asked."""
    accepted: int
    """All of them."""
    open: int
    """Those whose status may still change and can still be asked for."""
    statuses: dict[str, int]
    """Messages by status code of Kavenegar; 0: none is known yet."""
    words: dict[str, str]
    """What these codes mean."""
    places: list[PlaceSums]
    """The same by sender line and operator."""


class StatusDocument(DeliveryDocument):
    """What `kaverun status --format json` prints."""

    version: Literal[1]
    """Counts changes to these keys."""
    campaign: str
    """The campaign's name."""
    occurrence: str
    """Which occurrence of the campaign it is."""
    run_id: str | None
    """The run that was asked about; null for all of them."""
    not_known: int
    """Messages that the provider does not know."""
    expired: int
    """Messages whose status was not final when it could last be asked for."""
    expired_since: Time | None
    """Since when none of these can be asked for; null if there are none."""
    reports: list[str]
    """Folders of the reports that were redrawn."""


def delivery_document(delivery: Delivery) -> DeliveryDocument:
    """The delivery for programs, as `report.json` has it."""
    return DeliveryDocument(
        asked_at=iso(delivery.asked),
        accepted=delivery.statuses.total(),
        open=delivery.open,
        statuses=_by_code(delivery.statuses),
        words={str(status): status_word(status) for status in sorted(delivery.statuses)},
        places=[
            PlaceSums(line=place.line, operator=place.operator, statuses=_by_code(statuses))
            for place, statuses in sorted(delivery.places.items())
        ],
    )


def status_document(
    scope: Scope, run: Run | None, delivery: Delivery, not_known: int, folders: Iterable[Path]
) -> StatusDocument:
    """What became of the messages of an occurrence, or of one `run`, for programs."""
    return {
        "version": 1,
        "campaign": scope.campaign,
        "occurrence": scope.occurrence,
        "run_id": run.run_id if run else None,
        **delivery_document(delivery),
        "not_known": not_known,
        "expired": delivery.expired,
        "expired_since": iso(delivery.expired_since),
        "reports": list(map(path_text, folders)),
    }


def _by_code(statuses: Mapping[int, int]) -> dict[str, int]:
    return {str(status): messages for status, messages in sorted(statuses.items())}
