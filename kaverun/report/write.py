"""Writes a run's report: one pass over its lines, then the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from kaverun.errors import ReportError
from kaverun.ledger.protocol import Ledger, RunRecord
from kaverun.plan.plan import Past, Plan
from kaverun.plurals import plural
from kaverun.report.bill import Bills
from kaverun.report.folder import appearing, hide, run_folder
from kaverun.report.lines import lines
from kaverun.report.messages_csv import write_messages
from kaverun.report.report import Count, Counts, Ended, Report, Status
from kaverun.report.report_json import write_json

REPORT_JSON = "report.json"
MESSAGES_CSV = "messages.csv"


def write_report(
    directory: Path,
    plan: Plan,
    ledger: Ledger,
    run: RunRecord,
    ended: Ended,
    default_line: str,
    formats: Collection[str] = ("json", "csv"),
) -> Report:
    """Write `<directory>/<campaign>/<run-id>/` whole or not at all; returns the report as a value.

    `default_line` is the line of messages for which the campaign names none; `formats` are those of `report.formats`.
    Raises `ReportError`.
    """
    folder = run_folder(directory, run.campaign, run.run_id)
    try:
        report = _written(folder, plan, ledger, run, ended, default_line, formats)
        hide(directory, run.campaign)
        return report
    except OSError as error:
        raise ReportError(
            f"the report {folder} cannot be written: {error.strerror}; what was sent is in the ledger: "
            "make room, or give another --report-dir, and apply again"
        ) from None


def _written(
    folder: Path,
    plan: Plan,
    ledger: Ledger,
    run: RunRecord,
    ended: Ended,
    default_line: str,
    formats: Collection[str],
) -> Report:
    count = Count(Bills(default_line))
    with appearing(folder) as draft:
        rows = lines(plan, ledger, run.run_id)
        if "csv" in formats:
            texts = ledger.status_texts()
            write_messages(draft / MESSAGES_CSV, rows, default_line=default_line, statustexts=texts, seen=count.add)
        else:
            for block in rows:
                for kind, messages in Counter(block.kinds).items():
                    count.add(kind, messages)
        report = _added_up(folder, plan, run, ended, count)
        if "json" in formats:
            write_json(draft / REPORT_JSON, report)
    return report


def _added_up(folder: Path, plan: Plan, run: RunRecord, ended: Ended, count: Count) -> Report:
    counts = count.counts()
    return Report(
        campaign=run.campaign,
        occurrence=run.occurrence,
        run_id=run.run_id,
        provider=run.provider,
        digest=run.digest,
        status=_status(counts, ended),
        date=run.date,
        started=run.started,
        finished=ended.at,
        counts=counts,
        parts=count.parts,
        cost=count.billed(),
        planned_cost=plan.totals.cost,
        unsent_cost=count.unsent_cost,
        credit=ended.credit,
        lines=count.bills.lines(),
        batches=count.batch_lines(),
        stop=ended.stop,
        reasons=count.told_reasons(),
        notes=(*_notes(plan.past), *ended.notes),
        folder=folder,
        undecided=count.undecided,
    )


def _notes(past: Past) -> Iterator[str]:
    """What earlier runs handed over and the file does not say any more."""
    if past.scheduled:
        yield f"scheduled by earlier runs and yet to go out: {plural(past.scheduled, 'message')}"
    if past.edited:
        what = plural(past.edited.messages, "recipient", "recipients")
        yield f"{what} served earlier got another text than the file has now, and no second message"


def _status(counts: Counts, ended: Ended) -> Status:
    if ended.failed:
        return "failed"
    if counts.accepted == counts.send and not ended.stop:
        return "completed"
    if ended.interrupted:
        return "interrupted"
    return "stopped" if ended.stop else "partial"
