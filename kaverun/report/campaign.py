"""The report of a campaign: all runs of an occurrence merged, each person once with the final status."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

from kaverun.errors import Refused
from kaverun.ledger.runs import Run, runs
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.report.report_json import iso
from kaverun.report.rows import Extent
from kaverun.report.table import NET_COST
from kaverun.report.totals import Totals, totals

VERSION = 1
LAST, ALL = "last", "all"
#: Sandboxes; what went to them is reported where a campaign was never sent in earnest.
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

    What went to a provider in earnest comes before what went to a sandbox; rehearsals are found only by their names.
    Raises `Refused` where the ledger knows no such campaign or occurrence.
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
    """Raise `Refused`, with the campaigns that there are, where the ledger does not know one."""
    if store.rows(_OCCURRENCES, (campaign,)):
        return
    names = ", ".join(name for (name,) in store.rows("SELECT DISTINCT campaign FROM occurrence ORDER BY 1 LIMIT 20"))
    known = f"it knows {names}" if names else "it knows none at all: name the ledger with --ledger"
    raise Refused(f"the ledger {store.place} knows no campaign {campaign}; {known}")


def campaign_document(reports: list[OccurrenceReport]) -> dict[str, Any]:
    """The report for programs, without its rows."""
    return {
        "version": VERSION,
        "campaign": reports[0].scope.campaign,
        "provider": reports[0].scope.provider,
        "currency": "IRR",
        "occurrences": [
            {
                "occurrence": one.scope.occurrence,
                "counts": asdict(one.totals.counts),
                "parts": one.totals.parts,
                "cost": one.totals.cost,
                "statuses": {str(status): messages for status, messages in one.totals.statuses.items()},
                "lines": [line._asdict() for line in one.totals.lines],
                "reasons": [reason._asdict() for reason in one.totals.reasons],
                "runs": [_run_document(run) for run in one.runs],
            }
            for one in reports
        ],
    }


def _run_document(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "status": run.status,
        "exit_code": run.exit_code,
        "started_at": iso(run.started),
        "finished_at": iso(run.finished),
        "who": run.who,
        "host": run.host,
        "commit": run.revision,
        "kaverun": run.kaverun,
        "digest": run.digest,
    }


def _report(store: Store, scope: Scope, extent: Extent) -> OccurrenceReport:
    return OccurrenceReport(scope, extent, tuple(runs(store, scope)), totals(store, extent, NET_COST))
