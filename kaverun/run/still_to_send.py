"""What a person is shown of a plan that is gone on with: samples and extremes of messages that are still to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from kaverun.columns import Columns
from kaverun.plan.plan import Entry, Plan, Sample
from kaverun.plan.totals import SAMPLES, sample_of

_ACTION, _UNITS, _COST, _PARTS = map(Entry._fields.index, ("action", "units", "cost", "parts"))


class Shown(NamedTuple):
    """The fields of a `Plan` of these names; `worst` is the most parts of one message."""

    samples: tuple[Sample, ...]
    longest: Sample | None
    most_expensive: Sample | None
    worst: int


def still_to_send(plan: Plan, last_row: int, again: Sequence[Entry], untouched: Iterable[Columns]) -> Shown:
    """`again` are messages that are tried again or in doubt, `untouched` the rows after `last_row`.

    The extremes of the plan hold where they are still to be sent; else all that is left is looked through once.
    """
    rows = iter(untouched)
    first = [*islice(rows, 1)]
    samples = islice(chain(again, _to_send(first)), SAMPLES)
    left = {entry.row for entry in again}
    known = [sample for sample in (plan.longest, plan.most_expensive) if sample]
    longest, most_expensive, worst = plan.longest, plan.most_expensive, plan.totals.worst
    if any(sample.row <= last_row and sample.row not in left for sample in known):
        longest, most_expensive, worst = _extremes(again, chain(first, rows))
    return Shown(tuple(map(sample_of, samples)), longest, most_expensive, worst)


def _to_send(blocks: Iterable[Columns]) -> Iterator[Entry]:
    for columns in blocks:
        yield from (entry for entry in map(Entry._make, zip(*columns, strict=True)) if entry.action == "send")


def _extremes(again: Sequence[Entry], blocks: Iterable[Columns]) -> tuple[Sample | None, Sample | None, int]:
    longest = max(again, key=lambda entry: entry.units, default=None)
    dearest = max(again, key=_cost, default=None)
    worst = max((entry.parts for entry in again), default=0)
    for columns in blocks:
        if not columns[0] or "send" not in columns[_ACTION]:
            continue
        highest_cost = max((cost for cost in columns[_COST] if cost is not None), default=0)
        longer = longest is None or max(columns[_UNITS]) > longest.units
        if longer or max(columns[_PARTS]) > worst or highest_cost > _cost(dearest):
            entries = [*_to_send([columns])]
            longest = max([*([longest] if longest else []), *entries], key=lambda entry: entry.units)
            dearest = max([*([dearest] if dearest else []), *entries], key=_cost)
            worst = max(worst, *(entry.parts for entry in entries))
    priced = sample_of(dearest) if dearest and dearest.cost is not None else None
    return sample_of(longest) if longest else None, priced, worst


def _cost(entry: Entry | None) -> int:
    return (entry.cost if entry else None) or 0
