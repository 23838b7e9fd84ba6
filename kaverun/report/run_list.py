"""The runs of a ledger with what became of their messages, the latest first."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from kaverun.ledger.batches import NOTHING_SENT
from kaverun.ledger.runs import Run, runs
from kaverun.ledger.store import Store
from kaverun.report.report_json import iso

_OUTCOMES = ("accepted", "rejected", "unknown", "not_sent")
# What a run handed over stays its own, also where a later run tried the message again.
_FATES = """
SELECT run, fate, count(*), sum(cost) FROM (
    SELECT batch.run, CASE WHEN outcome.reason = :nothing_sent THEN 'not_sent' ELSE outcome.fate END AS fate, cost
    FROM outcome JOIN batch ON batch.id = outcome.batch
    UNION ALL
    SELECT batch.run, earlier.fate, earlier.cost
    FROM earlier_outcome AS earlier JOIN batch ON batch.id = earlier.batch
    UNION ALL
    SELECT batch.run, batch.state, NULL FROM batch JOIN message ON message.batch = batch.id
    LEFT JOIN outcome ON outcome.message = message.id AND outcome.batch = batch.id
    WHERE batch.state <> 'settled' AND outcome.message IS NULL
) GROUP BY 1, 2
"""
_COUNTED_AS = {"cancelling": "accepted", "cancelled": "accepted", "sending": "unknown", "planned": "not_sent"}
COLUMNS = (
    "started_at", "finished_at", "campaign", "occurrence", "provider", "run_id", "kind", "status", "exit_code", "who",
    *_OUTCOMES, "cost", "planned_cost", "commit", "kaverun", "host", "digest", "report",
)  # fmt: skip


class ListedRun(NamedTuple):
    """A run, its messages by outcome, and what the accepted ones cost (Rial; None where nothing is known of that)."""

    run: Run
    outcomes: dict[str, int]
    cost: int | None

    def values(self) -> dict[str, Any]:
        """By the names of `COLUMNS`."""
        run = self.run
        found = (
            iso(run.started), iso(run.finished), *run.scope, run.run_id, run.kind, run.status, run.exit_code, run.who,
            *(self.outcomes[name] for name in _OUTCOMES), self.cost, run.planned_cost, run.revision, run.kaverun,
            run.host, run.digest, run.report,
        )  # fmt: skip
        return dict(zip(COLUMNS, found, strict=True))


def listed_runs(store: Store, campaign: str | None = None, since: float = 0.0) -> list[ListedRun]:
    """Those of a campaign, or of all, that began after a time in unix seconds."""
    outcomes: defaultdict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_OUTCOMES, 0))
    costs: dict[int, int] = {}
    for run, fate, messages, cost in store.rows(_FATES, {"nothing_sent": NOTHING_SENT}):
        outcomes[run][str(_COUNTED_AS.get(fate, fate))] += messages
        if cost is not None:
            costs[run] = costs.get(run, 0) + cost
    return [
        ListedRun(run, outcomes[run.number], costs.get(run.number))
        for run in runs(store)
        if run.started >= since and campaign in (None, run.scope.campaign)
    ]
