"""Totals of a plan: what its rows amount to, asked of the temporary view `planned`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kaverun.ledger.store import Store
from kaverun.plan.plan import ANEW_CAUSE, IN_DOUBT_CAUSE, Cause, LineTotals, Sample, Totals
from kaverun.recipients.phone import mask

#: Messages that are shown as samples.
SAMPLES = 3
_SEND = "FROM temp.planned WHERE action = 'send'"
_COUNTS = f"""
SELECT count(*), count(*) FILTER (WHERE action = 'send'), count(*) FILTER (WHERE action = 'done'),
    count(*) FILTER (WHERE action = 'skip'), count(*) FILTER (WHERE action = 'invalid'),
    count(*) FILTER (WHERE action = 'send' AND cause = '{IN_DOUBT_CAUSE}'),
    count(*) FILTER (WHERE action = 'send' AND cause = '{ANEW_CAUSE}')
FROM temp.planned
"""
_LINES = f"""
SELECT line, count(*), sum(parts), sum(cost), count(cost), max(parts), min(text) = max(text), min(text) {_SEND}
GROUP BY line ORDER BY count(*) DESC, min(row)
"""
_CAUSES = """
SELECT action, cause, count(*), min(row) FROM temp.planned WHERE action <> 'send' GROUP BY action, cause
ORDER BY count(*) DESC, min(row)
"""
_UNPRICED = f"""
SELECT line, encoding, count(*), min(row) {_SEND} AND encoding <> '' AND cost IS NULL GROUP BY line, encoding
ORDER BY min(row)
"""
_SAMPLE = "SELECT row, phone, line, text, encoding, units, parts, cost"


class Unpriced(NamedTuple):
    """Messages that the tariff has no price for, and the first row of them."""

    line: str
    encoding: str
    messages: int
    row: int


def totals(store: Store, *, priced: bool) -> Totals:
    """All rows of a plan by action, and what the messages to send amount to; `priced` is whether there is a tariff."""
    ((rows, send, done, skip, invalid, in_doubt, again),) = store.rows(_COUNTS)
    lines, worst, texts, alike = dict[str, LineTotals](), 0, set[str](), True
    for line, messages, parts, cost, known, most, same, text in store.rows(_LINES):
        lines[line] = LineTotals(messages, parts, cost if priced and known == messages else None)
        worst, alike = max(worst, most), alike and bool(same)
        texts.add(text)
    return Totals(
        rows,
        send,
        done,
        skip,
        invalid,
        in_doubt,
        again,
        parts=sum(line.parts for line in lines.values()),
        cost=_cost(lines) if priced else None,
        worst=worst,
        by_line=lines,
        unpriced=sum(one.messages for one in unpriced(store)) if priced else 0,
        same_text=alike and len(texts) < 2,
    )


def unpriced(store: Store) -> list[Unpriced]:
    """What is to be sent and has no price, by line and encoding."""
    return [Unpriced(*values) for values in store.rows(_UNPRICED)]


def causes(store: Store) -> tuple[Cause, ...]:
    """Why rows are not sent, the most frequent cause first, each with its first row."""
    found = store.rows(_CAUSES)
    reasons = dict[int, str]()
    for _, _, _, row in found:
        reasons.update(store.rows("SELECT row, reason FROM temp.planned WHERE row = ?", (row,)))
    return tuple(Cause(action, cause, rows, f"row {row}: {reasons[row]}") for action, cause, rows, row in found)


def samples(store: Store) -> tuple[Sample, ...]:
    """The first messages to send."""
    return _samples(store, f"ORDER BY row LIMIT {SAMPLES}")


def longest(store: Store) -> Sample | None:
    """The message to send of most units."""
    return next(iter(_samples(store, "ORDER BY units DESC, row LIMIT 1")), None)


def most_expensive(store: Store) -> Sample | None:
    """The message to send of the highest price; None without a price."""
    return next(iter(_samples(store, "AND cost IS NOT NULL ORDER BY cost DESC, row LIMIT 1")), None)


def _samples(store: Store, which: str) -> tuple[Sample, ...]:
    rows = store.rows(f"{_SAMPLE} {_SEND} {which}")
    return tuple(Sample(row, mask(phone), *rest) for row, phone, *rest in rows)


def _cost(lines: Mapping[str, LineTotals]) -> int | None:
    costs = [line.cost for line in lines.values()]
    return None if None in costs else sum(cost for cost in costs if cost is not None)
