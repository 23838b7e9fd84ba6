"""The sums of a report: its rows are read once, and summed up by kind in a temporary table."""

from __future__ import annotations

from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.ledger.store import Store
from kaverun.report import rows
from kaverun.report.bill import LineBill
from kaverun.report.report import RESEND_UNKNOWN, BatchLine, Counts, Reason
from kaverun.report.rows import Extent

_REASONS_SHOWN = 5
#: What the rows of one kind have in common: SQL over what `rows` names.
_KIND = {
    "action": rows.ACTION,
    "outcome": rows.OUTCOME,
    "gone": rows.IS_GONE,
    "line": "message.line",
    "parts": "message.parts",
    "price": "message.price",
    "cost": "{cost}",
    "status": rows.STATUS,
    "batch": "CASE WHEN batch.run = :run THEN batch.id END",
    "reason": f"CASE WHEN {rows.OUTCOME} IN ('rejected', 'unknown') THEN {rows.REASON} END",
}
# How many kinds are written at once.
_TOGETHER = 500
_COUNTED = ("send", "done", "skip", "invalid")
_OUTCOMES = ("accepted", "rejected", "unknown", "not_sent")
_LINES = """
SELECT line, sum(messages), sum(messages * coalesce(parts, 0)),
    CASE WHEN count(*) = count(price) THEN sum(messages * price) END, sum(messages * cost),
    sum(messages * (cost - price)), coalesce(sum(messages) FILTER (WHERE cost IS NULL), 0)
FROM temp.kind WHERE outcome = 'accepted' GROUP BY line ORDER BY sum(messages) DESC, line
"""
_REASONS = f"""
SELECT outcome, coalesce(reason, ''), sum(messages) FROM temp.kind WHERE outcome IN ('rejected', 'unknown')
GROUP BY outcome, reason ORDER BY sum(messages) DESC, outcome, reason LIMIT {_REASONS_SHOWN}
"""
_STATUSES = """
SELECT coalesce(status, 0), sum(messages) FROM temp.kind WHERE outcome = 'accepted' GROUP BY 1 ORDER BY 1
"""
_BATCHES = f"""
SELECT kind.batch, sum(messages),
    {", ".join(f"sum(CASE WHEN outcome = '{outcome}' THEN messages ELSE 0 END)" for outcome in _OUTCOMES)}, batch.begun
FROM temp.kind JOIN main.batch ON batch.id = kind.batch GROUP BY kind.batch ORDER BY kind.batch
"""


class Totals(NamedTuple):
    """What the rows of a report add up to: fields of a `Report`, and `statuses` of accepted messages by code.

    A status is 0 if the provider gave none yet.
    """

    counts: Counts
    parts: int
    cost: int | None
    unsent_cost: int | None
    undecided: int
    lines: tuple[LineBill, ...]
    batches: tuple[BatchLine, ...]
    reasons: tuple[Reason, ...]
    statuses: dict[int, int]


def totals(store: Store, extent: Extent, cost: str = rows.COST) -> Totals:
    """The sums of all rows; `cost` is what a message cost, in SQL."""
    store.write("DROP TABLE IF EXISTS temp.kind")
    store.write(f"CREATE TEMP TABLE kind ({', '.join(_KIND)}, messages)")
    for some in blocks(rows.kinds(store, extent, ", ".join(_KIND.values()).format(cost=cost)), _TOGETHER):
        store.insert("INSERT INTO temp.kind", [(*kind, messages) for kind, messages in some])
    lines = tuple(LineBill(line or "", *sums) for line, *sums in store.rows(_LINES))
    billed = [line.billed_cost for line in lines if line.billed_cost is not None]
    ((priced, unsent),) = store.rows(
        "SELECT count(*) = count(price), coalesce(sum(messages * price), 0) FROM temp.kind WHERE outcome = 'not_sent'"
    )
    ((undecided,),) = store.rows(
        "SELECT coalesce(sum(messages), 0) FROM temp.kind WHERE outcome = 'unknown' AND instr(reason, ?) > 0",
        (RESEND_UNKNOWN,),
    )
    return Totals(
        counts=_counts(store),
        parts=sum(line.parts for line in lines),
        cost=sum(billed) if billed or not lines else None,
        unsent_cost=unsent if priced else None,
        undecided=undecided,
        lines=lines,
        batches=tuple(BatchLine(*line) for line in store.each(_BATCHES)),
        reasons=tuple(Reason(*reason) for reason in store.rows(_REASONS)),
        statuses=dict(store.rows(_STATUSES)),
    )


def _counts(store: Store) -> Counts:
    found = store.rows("SELECT action, outcome, gone, sum(messages) FROM temp.kind GROUP BY 1, 2, 3")
    actions = {name: sum(n for action, _, gone, n in found if action == name and not gone) for name in _COUNTED}
    outcomes = {name: sum(n for _, outcome, gone, n in found if outcome == name and not gone) for name in _OUTCOMES}
    return Counts(rows=sum(actions.values()), **actions, **outcomes, gone=sum(n for _, _, gone, n in found if gone))
