"""The report of a campaign: all runs of an occurrence merged, each person once with the final status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypedDict

from kaverun.documents import Time, iso
from kaverun.errors import Refused
from kaverun.ledger.runs import Kind, Run, Status, runs
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.report.bill import LineBill
from kaverun.report.report import Counts, Reason
from kaverun.report.rows import Extent
from kaverun.report.table import NET_COST
from kaverun.report.totals import Totals, totals

VERSION: Literal[1] = 1
LAST, ALL = "last", "all"
#: Sandboxes; what went to them is reported only if a campaign was never really sent.
_LOOPBACK = "loopback"
_OCCURRENCES = """
SELECT occurrence.id, occurrence.name, provider.name, rehearsal
FROM occurrence JOIN provider ON provider.id = occurrence.provider JOIN run ON run.occurrence = occurrence.id
WHERE campaign = ? GROUP BY 1, 2, 3, 4 ORDER BY max(run.id) DESC
"""


class OccurrenceReport(NamedTuple):
    """What became of an occurrence: its runs, the latest first, and the sums of its rows; costs net of refunds."""

    scope: Scope
    extent: Extent
    runs: tuple[Run, ...]
    totals: Totals


def campaign_report(store: Store, campaign: str, occurrence: str = LAST) -> list[OccurrenceReport]:
    """The last occurrence of a campaign, all of them (the latest first), or the one with a name.

    What was really sent comes before what went to a sandbox; rehearsals are found only by their names.
    Raises `Refused` if the ledger knows no such campaign or occurrence.
    """
    refuse_unknown(store, campaign)
    found = store.rows(_OCCURRENCES, (campaign,))
    serious = [one for one in found if not one[3]]
    providers = [provider for _, _, provider, _ in serious]
    provider = next((name for name in providers if name != _LOOPBACK), _LOOPBACK)
    of_provider = [one for one in serious if one[2] == provider]
    if occurrence in (LAST, ALL):
        chosen = of_provider[:1] if occurrence == LAST else of_provider
    else:
        # The provider's, else one at another provider, or a rehearsal.
        chosen = [one for one in (*of_provider, *found) if one[1] == occurrence][:1]
    if not chosen:
        known = ", ".join(dict.fromkeys(name for _, name, _, _ in found))
        raise Refused(f"campaign {campaign} has no occurrence {occurrence!r} in {store.place}; it has {known}")
    return [_report(store, Scope(campaign, name, at), Extent(number)) for number, name, at, _ in chosen]


def refuse_unknown(store: Store, campaign: str) -> None:
    """Raise `Refused`, naming the campaigns there are, if the ledger does not know this one."""
    if store.rows(_OCCURRENCES, (campaign,)):
        return
    names = ", ".join(name for (name,) in store.rows("SELECT DISTINCT campaign FROM occurrence ORDER BY 1 LIMIT 20"))
    known = f"it knows {names}" if names else "it knows none at all: name the ledger with --ledger"
    raise Refused(f"the ledger {store.place} knows no campaign {campaign}; {known}")


class RunSummary(TypedDict):
    """One run of an occurrence; null is not recorded."""

    run_id: str
    """Identifies the run."""
    kind: Kind
    """`found`: its messages were found at the provider; `imported`: in the reports of a lost ledger."""
    status: Status
    """How the run ended."""
    exit_code: int | None
    """The command's; null while the run continues."""
    started_at: Time
    """When the run began."""
    finished_at: Time | None
    """When it ended; null while it continues."""
    who: str | None
    """The user who ran it."""
    host: str | None
    """The machine it ran on."""
    commit: str | None
    """The commit of the campaign's repository."""
    kaverun: str | None
    """The version that ran."""
    digest: str
    """The plan's: it covers everything that decides a message."""


class OccurrenceSums(TypedDict):
    """What became of one occurrence of a campaign, all its runs merged: each person once, with the final status."""

    occurrence: str
    """Which occurrence of the campaign it is."""
    counts: Counts
    """Rows of the list by action, and messages by outcome."""
    parts: int
    """Planned SMS of the accepted messages."""
    cost: int | None
    """Rial, as billed, net of refunds; null if the provider reported no price for any accepted message."""
    statuses: dict[str, int]
    """Accepted messages by status code of Kavenegar; 0: none is known yet."""
    lines: tuple[LineBill, ...]
    """What was billed and what was planned, by sender line."""
    reasons: tuple[Reason, ...]
    """Why messages were not accepted, the most frequent reasons first."""
    runs: tuple[RunSummary, ...]
    """Its runs, the latest first."""


class CampaignSums(TypedDict):
    """What became of a campaign, without its rows."""

    version: Literal[1]
    """Counts changes to these keys."""
    campaign: str
    """The campaign's name."""
    provider: str
    """Where it was sent; `loopback` for sandboxes."""
    currency: Literal["IRR"]
    """Iranian Rial."""
    occurrences: tuple[OccurrenceSums, ...]
    """The latest first."""


def campaign_document(reports: Sequence[OccurrenceReport]) -> CampaignSums:
    """The report for programs, without its rows."""
    return CampaignSums(
        version=VERSION,
        campaign=reports[0].scope.campaign,
        provider=reports[0].scope.provider,
        currency="IRR",
        occurrences=tuple(map(_sums, reports)),
    )


def _sums(report: OccurrenceReport) -> OccurrenceSums:
    sums = report.totals
    return OccurrenceSums(
        occurrence=report.scope.occurrence,
        counts=sums.counts,
        parts=sums.parts,
        cost=sums.cost,
        statuses={str(status): messages for status, messages in sums.statuses.items()},
        lines=sums.lines,
        reasons=sums.reasons,
        runs=tuple(map(_summary, report.runs)),
    )


def _summary(run: Run) -> RunSummary:
    return RunSummary(
        run_id=run.run_id,
        kind=run.kind,
        status=run.status,
        exit_code=run.exit_code,
        started_at=iso(run.started),
        finished_at=iso(run.finished),
        who=run.who,
        host=run.host,
        commit=run.revision,
        kaverun=run.kaverun,
        digest=run.digest,
    )


def _report(store: Store, scope: Scope, extent: Extent) -> OccurrenceReport:
    return OccurrenceReport(scope, extent, tuple(runs(store, scope)), totals(store, extent, NET_COST))
