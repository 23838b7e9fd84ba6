"""A report in the forms that people and programs ask for, row by row: memory does not grow with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from kaverun.documents import json_bytes
from kaverun.ledger.runs import Run, occurrence_of
from kaverun.ledger.store import Row, Store
from kaverun.report.campaign import CampaignSums, OccurrenceReport, campaign_document, campaign_report
from kaverun.report.messages_csv import write_csv
from kaverun.report.report_json import RunReport, report_json, with_rows
from kaverun.report.rows import Extent
from kaverun.report.table import CampaignRow, ReportRow, cells, columns_of
from kaverun.report.totals import totals
from kaverun.report.write import report_of


class RunReportWithRows(RunReport):
    """What `kaverun report RUN_ID --format json` prints: what happened in one run, with its rows."""

    messages: tuple[ReportRow, ...]
    """All rows, or those of `--only`."""


class CampaignReport(CampaignSums):
    """What `kaverun report CAMPAIGN --format json` prints: what became of it, with its rows."""

    messages: tuple[CampaignRow, ...]
    """All rows of all these occurrences, or those of `--only`."""


class Drawing(NamedTuple):
    """What to draw: a `run`, or occurrences of a campaign; `only` the rows in any of these `table.CHOICES`."""

    store: Store
    run: Run | None
    occurrences: tuple[OccurrenceReport, ...]
    only: Collection[str]

    def write(self, form: str, file: TextIO, line_end: str = "\n") -> None:
        """As csv, json or markdown, into a UTF-8 file that changes no line ends."""
        if form == "csv":
            write_csv(file, self.columns, self.cells(), line_end)
        elif form == "json":
            for piece in with_rows(self._document(), self.columns, self.cells(guarded=False)):
                file.write(piece.decode())
        else:
            file.writelines(f"{line}{line_end}" for line in self._markdown())

    def write_workbook(self, path: Path) -> None:
        """As xlsx. Raises `OSError`, and `Refused` if a worksheet cannot hold all rows."""
        from kaverun.report.as_xlsx import write_xlsx

        write_xlsx(path, self.columns, self.cells(guarded=False))

    @property
    def columns(self) -> tuple[str, ...]:
        return columns_of(self._extents[0])

    @property
    def _extents(self) -> list[Extent]:
        if self.run:
            return [Extent(occurrence_of(self.store, self.run.scope), self.run.number)]
        return [one.extent for one in self.occurrences]

    def cells(self, *, guarded: bool = True) -> Iterator[Row]:
        """Each row in the order of `columns`; if `guarded`, as text that no spreadsheet runs as a formula."""
        for extent in self._extents:
            yield from cells(self.store, extent, self.only, guarded=guarded)

    def _document(self) -> bytes:
        if self.run:
            return report_json(report_of(self.store, self.run))
        return json_bytes(campaign_document(self.occurrences))

    def _markdown(self) -> Iterator[str]:
        from kaverun.report.as_markdown import campaign_markdown, rows_markdown, run_markdown

        if self.run:
            yield run_markdown(report_of(self.store, self.run), totals(self.store, self._extents[0]).statuses)
        else:
            yield campaign_markdown(list(self.occurrences))
        if self.only:
            yield from rows_markdown(self.columns, self.cells(guarded=False))


def drawing_of_run(store: Store, run: Run, only: Collection[str] = ()) -> Drawing:
    return Drawing(store, run, (), only)


def drawing_of_campaign(store: Store, campaign: str, occurrence: str, only: Collection[str] = ()) -> Drawing:
    """Raises `Refused` if the ledger knows no such campaign or occurrence."""
    return Drawing(store, None, tuple(campaign_report(store, campaign, occurrence)), only)
