"""Totals of a plan: what its rows amount to, asked of the temporary view `planned`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kaverun.ledger.store import Store
from kaverun.plan.plan import ANEW_CAUSE, IN_DOUBT_CAUSE, Cause, LineTotals, Sample, Totals
from kaverun.text.phone import mask

#: Messages that are shown as samples.
SAMPLES = 3
_SEND = "FROM temp.planned WHERE action = 'send'"
_AMOUNTS = "sum(parts), sum(cost), count(cost), max(parts)"
_COUNTS = f"""
SELECT count(*), count(*) FILTER (WHERE action = 'send'), count(*) FILTER (WHERE action = 'done'),
    count(*) FILTER (WHERE action = 'skip'), count(*) FILTER (WHERE action = 'invalid'),
    count(*) FILTER (WHERE action = 'send' AND cause = '{IN_DOUBT_CAUSE}'),
    count(*) FILTER (WHERE action = 'send' AND cause = '{ANEW_CAUSE}')
FROM temp.planned
"""
# Without GROUP BY, for which SQLite sorts all rows: nearly every campaign has one line.
_OF_ALL = f"SELECT min(line), max(line), count(*), {_AMOUNTS} {_SEND}"
_OF_LINES = f"SELECT line, count(*), {_AMOUNTS} {_SEND} GROUP BY line ORDER BY count(*) DESC, min(row)"
_DIFFERING = f"SELECT 1 {_SEND} AND text <> (SELECT text {_SEND} ORDER BY row LIMIT 1) LIMIT 1"
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
    lines, worst = _by_line(store, priced=priced) if send else ({}, 0)
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
        same_text=not store.rows(_DIFFERING),
    )


def _by_line(store: Store, *, priced: bool) -> tuple[dict[str, LineTotals], int]:
    """What each line sends, the busiest first, and the most parts of one message."""
    ((first, last, *amounts),) = store.rows(_OF_ALL)
    found = [(first, *amounts)] if first == last else store.rows(_OF_LINES)
    return {
        line: LineTotals(messages, parts, cost if priced and known == messages else None)
        for line, messages, parts, cost, known, _ in found
    }, amounts[-1]


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
    return _most(store, "units")


def most_expensive(store: Store) -> Sample | None:
    """The message to send of the highest price; None without a price."""
    return _most(store, "cost")


def _most(store: Store, column: str) -> Sample | None:
    # The highest value first, then its row: sorting would read every text.
    return next(iter(_samples(store, f"AND {column} = (SELECT max({column}) {_SEND}) ORDER BY row LIMIT 1")), None)


def _samples(store: Store, which: str) -> tuple[Sample, ...]:
    rows = store.rows(f"{_SAMPLE} {_SEND} {which}")
    return tuple(Sample(row, mask(phone), *rest) for row, phone, *rest in rows)


def _cost(lines: Mapping[str, LineTotals]) -> int | None:
    costs = [line.cost for line in lines.values()]
    return None if None in costs else sum(cost for cost in costs if cost is not None)
