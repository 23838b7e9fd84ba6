"""The runs of a ledger with what became of their messages, the latest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple, TypedDict

from kaverun.documents import Time, iso
from kaverun.ledger.batches import NOTHING_SENT
from kaverun.ledger.runs import Kind, Run, Status, runs
from kaverun.ledger.store import Store

_OUTCOMES = ("accepted", "rejected", "unknown", "not_sent")
# What a run handed over stays its own, even if a later run tried the message again.
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


class RunLine(TypedDict):
    """A run and its messages by outcome; null is not recorded."""

    started_at: Time
    """When the run began."""
    finished_at: Time | None
    """When it ended; null while it continues."""
    campaign: str
    """The campaign's name."""
    occurrence: str
    """Which occurrence of the campaign it is."""
    provider: str
    """Where it was sent; `loopback` for sandboxes."""
    run_id: str
    """Identifies the run."""
    kind: Kind
    """`found`: its messages were found at the provider; `imported`: in the reports of a lost ledger."""
    status: Status
    """How the run ended."""
    exit_code: int | None
    """The command's; null while the run continues."""
    who: str | None
    """The user who ran it."""
    accepted: int
    """Messages that the provider accepted."""
    rejected: int
    """Messages that the provider rejected."""
    unknown: int
    """Messages that the provider may have accepted."""
    not_sent: int
    """Messages that were not sent."""
    cost: int | None
    """Rial that the accepted messages cost; null if unknown."""
    planned_cost: int | None
    """Rial, by the tariff; null without one."""
    commit: str | None
    """The commit of the campaign's repository."""
    kaverun: str | None
    """The version that ran."""
    host: str | None
    """The machine it ran on."""
    digest: str
    """The plan's: it covers everything that decides a message."""
    report: str | None
    """The folder of its report."""


COLUMNS = tuple(RunLine.__annotations__)


class RunList(TypedDict):
    """What `kaverun runs --format json` prints."""

    version: Literal[1]
    """Counts changes to these keys."""
    runs: tuple[RunLine, ...]
    """The latest first."""


class ListedRun(NamedTuple):
    """A run, its messages by outcome, and what the accepted ones cost (Rial; None if unknown)."""

    run: Run
    outcomes: dict[str, int]
    cost: int | None

    @property
    def shown(self) -> RunLine:
        """For programs."""
        run = self.run
        return RunLine(
            started_at=iso(run.started),
            finished_at=iso(run.finished),
            campaign=run.scope.campaign,
            occurrence=run.scope.occurrence,
            provider=run.scope.provider,
            run_id=run.run_id,
            kind=run.kind,
            status=run.status,
            exit_code=run.exit_code,
            who=run.who,
            accepted=self.outcomes["accepted"],
            rejected=self.outcomes["rejected"],
            unknown=self.outcomes["unknown"],
            not_sent=self.outcomes["not_sent"],
            cost=self.cost,
            planned_cost=run.planned_cost,
            commit=run.revision,
            kaverun=run.kaverun,
            host=run.host,
            digest=run.digest,
            report=run.report,
        )


def run_list(found: Iterable[ListedRun]) -> RunList:
    """The runs for programs."""
    return RunList(version=1, runs=tuple(one.shown for one in found))


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
