"""Writes a run's report: one pass over its lines, then the totals."""

from __future__ import annotations

from pathlib import Path

from kaverun.ledger.protocol import Ledger, RunRecord
from kaverun.plan.plan import Plan
from kaverun.report.folder import appearing, run_folder
from kaverun.report.lines import lines
from kaverun.report.messages_csv import write_messages
from kaverun.report.report import Count, Counts, Report, Status, StopLine
from kaverun.report.report_json import report_json

REPORT_JSON = "report.json"
MESSAGES_CSV = "messages.csv"


def write_report(
    directory: Path,
    plan: Plan,
    ledger: Ledger,
    run: RunRecord,
    *,
    stop: tuple[int, str] | None,
    interrupted: bool,
    failed: bool,
    notes: tuple[str, ...],
    credit: int | None,
    default_line: str,
    now: float,
) -> Report:
    """Write `<directory>/<campaign>/<run-id>/` whole or not at all; returns the report as a value.

    `credit` is what the account has left in Rial where that ended the run, else None.
    """
    folder = run_folder(directory, run.campaign, run.run_id)
    count = Count()
    with appearing(folder) as draft:
        write_messages(
            draft / MESSAGES_CSV,
            lines(plan, ledger, run.run_id),
            default_line=default_line,
            statustexts=ledger.status_texts(),
            seen=count.add,
        )
        counts = count.counts()
        report = Report(
            campaign=run.campaign,
            occurrence=run.occurrence,
            run_id=run.run_id,
            provider=run.provider,
            digest=run.digest,
            status=_status(counts, stopped=stop is not None, interrupted=interrupted, failed=failed),
            date=run.date,
            started=run.started,
            finished=now,
            counts=counts,
            parts=count.parts,
            cost=count.billed(),
            planned_cost=plan.totals.cost,
            unsent_cost=count.unsent_cost,
            credit=credit,
            batches=count.batch_lines(),
            stop=StopLine(*stop) if stop else None,
            notes=notes,
            folder=folder,
        )
        (draft / REPORT_JSON).write_bytes(report_json(report))
    return report


def _status(counts: Counts, *, stopped: bool, interrupted: bool, failed: bool) -> Status:
    if failed:
        return "failed"
    if counts.accepted == counts.send and not stopped:
        return "completed"
    if interrupted:
        return "interrupted"
    return "stopped" if stopped else "partial"
