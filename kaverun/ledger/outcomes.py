"""What became of a batch's messages, as one value on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kaverun import columns
from kaverun.kavenegar.codes import CANCELLED
from kaverun.ledger.damage import sound
from kaverun.ledger.protocol import Outcomes, Result
from kaverun.plan.served import LIVE, TAKEN, Fate

_FATES = frozenset(map(int, Fate))
_STATUSES = Outcomes._fields.index("statuses")


def unpacked(size: int, blob: bytes | None, statuses: bytes | None) -> Outcomes:
    """The outcomes of a batch of `size` messages, with its newer statuses; without any, all are still being sent."""
    if not blob:
        return Outcomes.of({}, size)
    with sound():
        outcomes = columns.unpacked(blob)
        if statuses:
            (outcomes[_STATUSES],) = columns.unpacked(statuses)
        if {*map(len, outcomes)} != {size} or not _FATES.issuperset(outcomes[0]):
            raise ValueError("outcomes of another batch")
        return Outcomes(*outcomes)


def fates_in(outcomes: Outcomes) -> int:
    """Which fates there are, one bit each, so that batches can be chosen without looking into them."""
    return mask(set(outcomes.fates))


def mask(fates: Iterable[int]) -> int:
    """One bit for each of these fates."""
    return sum(1 << fate for fate in fates)


def with_results(known: Outcomes, results: Mapping[int, Result]) -> Outcomes:
    """What is known after newer results, by index.

    What the provider has accepted can never become anything else, except cancelled by a method of its own.
    """
    newer: list[list[Any]] = [list(column) for column in known]
    for index, result in results.items():
        if known.fates[index] not in TAKEN:
            for column, value in zip(newer, result, strict=True):
                column[index] = value
    return Outcomes(*newer)


def result_at(outcomes: Outcomes, index: int) -> Result:
    fates, messageids, statuses, costs, attempts, reasons = outcomes
    known = messageids[index], statuses[index], costs[index]
    return Result(Fate(fates[index]), *known, attempts[index], reasons[index])


def newer_statuses(known: Outcomes, statuses: Mapping[int, int]) -> list[int | None]:
    """Delivery statuses after newer ones, by index; that of a cancelled message stays."""
    newer = list(known.statuses)
    for index, status in statuses.items():
        if known.fates[index] != Fate.CANCELLED:
            newer[index] = status
    return newer


def with_cancelling(known: Outcomes, indexes: Iterable[int]) -> Outcomes:
    """With a cancellation of these messages begun, as far as they are accepted."""
    fates = list(known.fates)
    for index in indexes:
        if fates[index] == Fate.ACCEPTED:
            fates[index] = Fate.CANCELLING
    return known._replace(fates=fates)


def with_cancelled(known: Outcomes, indexes: Iterable[int]) -> Outcomes:
    """With these messages cancelled, as far as they were accepted."""
    fates, statuses = list(known.fates), list(known.statuses)
    for index in indexes:
        if fates[index] in LIVE:
            fates[index], statuses[index] = Fate.CANCELLED, CANCELLED
    return known._replace(fates=fates, statuses=statuses)


def with_kept(known: Outcomes, statuses: Mapping[int, int | None], reason: str) -> Outcomes:
    """With these messages accepted again whose cancellation was begun, by index, with the status each has now.

    Where that is None the last one stays, and `reason` says why.
    """
    fates, kept, reasons = list(known.fates), list(known.statuses), list(known.reasons)
    for index, status in statuses.items():
        if fates[index] == Fate.CANCELLING:
            fates[index] = Fate.ACCEPTED
            if status is None:
                reasons[index] = reason or reasons[index]
            else:
                kept[index] = status
    return known._replace(fates=fates, statuses=kept, reasons=reasons)
