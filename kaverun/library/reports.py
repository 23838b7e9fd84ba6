"""What happened in a run, or became of a campaign, from the ledger alone."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kaverun.campaign.loader import LoadedCampaign
from kaverun.ledger.opening import read_ledger
from kaverun.ledger.place import known_run
from kaverun.ledger.runs import Run, occurrence_of
from kaverun.ledger.store import Store
from kaverun.library.subject import ledger_of, named
from kaverun.report.bill import LineBill
from kaverun.report.campaign import LAST, OccurrenceReport, campaign_report
from kaverun.report.renderings import Drawing, drawing_of_campaign, drawing_of_run
from kaverun.report.report import Counts, Reason, Report
from kaverun.report.result_file import check_result_file, form_of, put
from kaverun.report.rows import Extent
from kaverun.report.totals import totals

#: Rows of a report by what became of them, as `--only` of the command names them.
Choice = Literal["delivered", "undelivered", "blocked", "rejected", "unknown", "not_sent", "skipped", "invalid"]
Form = Literal["json", "csv", "xlsx", "markdown"]


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What became of the rows of a run (`run_id`), or of an occurrence with all its `runs` merged, each person once.

    Costs are in Rial: for a run as billed, for an occurrence net of refunds; None if the provider reported none.
    `unsent_cost` is the planned cost of what was not sent, None without a tariff. `statuses` counts accepted messages
    by Kavenegar's code, 0 if none is known yet; `runs` are the latest first.
    """

    campaign: str
    occurrence: str
    provider: str
    run_id: str
    runs: tuple[Run, ...]
    counts: Counts
    parts: int
    cost: int | None
    unsent_cost: int | None
    statuses: Mapping[int, int]
    lines: tuple[LineBill, ...]
    reasons: tuple[Reason, ...]
    ledger: Path

    def rows(self, *only: Choice) -> Iterator[dict[str, Any]]:
        """Each row by the columns of `messages.csv`, as the ledger has it now; with `only`, just the ones named.

        Read one at a time: memory does not grow with them.
        """
        with closing(read_ledger(self.ledger)) as store:
            drawing = self._drawing(store, only)
            columns = drawing.columns
            for cells in drawing.cells(guarded=False):
                yield dict(zip(columns, cells, strict=True))

    def write(self, path: str | os.PathLike[str], form: Form | None = None, only: Collection[Choice] = ()) -> None:
        """Write to a file as csv, json, xlsx or markdown, by its suffix unless a `form` is given; whole or not at all.

        Raises `Refused` if the file exists and is not such a report, or if it cannot be written.
        """
        target = Path(path)
        chosen = form or form_of(target)
        check_result_file(target, chosen)
        with closing(read_ledger(self.ledger)) as store:
            put(self._drawing(store, only), target, chosen)

    def _drawing(self, store: Store, only: Collection[str]) -> Drawing:
        if self.run_id:
            return drawing_of_run(store, known_run(store, self.run_id), only)
        return drawing_of_campaign(store, self.campaign, self.occurrence, only)


def report(
    subject: LoadedCampaign | Report | str,
    *,
    ledger: str | os.PathLike[str] | None = None,
    occurrence: str = LAST,
) -> CampaignReport:
    """Report a campaign (loaded, or by its name) with all its runs merged, or a run (its report, or its id).

    From the ledger alone, and so at any later time. `occurrence` is one of the campaign's by its name, the last by
    default. Raises `Refused` if the ledger knows nothing of it.
    """
    name, run_id = named(subject)
    path = ledger_of(subject, ledger)
    with closing(read_ledger(path)) as store:
        if run_id:
            run = known_run(store, run_id)
            extent = Extent(occurrence_of(store, run.scope), run.number)
            found = OccurrenceReport(run.scope, extent, (run,), totals(store, extent))
        else:
            found = campaign_report(store, name, occurrence)[0]
    sums = found.totals
    return CampaignReport(
        campaign=found.scope.campaign,
        occurrence=found.scope.occurrence,
        provider=found.scope.provider,
        run_id=run_id,
        runs=found.runs,
        counts=sums.counts,
        parts=sums.parts,
        cost=sums.cost,
        unsent_cost=sums.unsent_cost,
        statuses=sums.statuses,
        lines=sums.lines,
        reasons=sums.reasons,
        ledger=path,
    )
