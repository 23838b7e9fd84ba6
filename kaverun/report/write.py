"""Ends a run: records how it ended, and writes its report from the ledger alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from kaverun.errors import ReportError
from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.runs import Run, Status, inputs_of, numbered, occurrence_of, update
from kaverun.ledger.store import Store
from kaverun.message.batch import Shared
from kaverun.plan.plan import Plan
from kaverun.planning.fates import SENT_OTHERWISE
from kaverun.report.folder import appearing, hide, run_folder
from kaverun.report.messages_csv import write_messages
from kaverun.report.report import Counts, Ended, Report, Stop
from kaverun.report.report_json import write_json
from kaverun.report.rows import Extent
from kaverun.report.totals import totals
from kaverun.text.plurals import plural

REPORT_JSON = "report.json"
MESSAGES_CSV = "messages.csv"
_SCHEDULED = f"""
SELECT count(*) FROM message JOIN outcome ON outcome.message = message.id JOIN batch ON batch.id = outcome.batch
WHERE message.occurrence = :occurrence AND batch.run <> :run AND batch.date > :at
AND outcome.fate = 'accepted' AND coalesce(outcome.status, 0) NOT IN ({", ".join(map(str, sorted(FINAL_STATUSES)))})
"""
_EDITED = """
SELECT count(*) FROM message JOIN batch ON batch.id = message.batch
WHERE message.occurrence = :occurrence AND batch.run <> :run AND message.remark = :remark
"""


def close_run(store: Store, number: int, ended: Ended, directory: Path, formats: Collection[str]) -> Report:
    """Record how a run ended, and write `<directory>/<campaign>/<run-id>/` whole or not at all.

    `number` is the ledger's, `formats` are those of `report.formats`. Raises `ReportError`.
    """
    run = numbered(store, number)
    folder = run_folder(directory, run.scope.campaign, run.run_id)
    run = run._replace(
        finished=ended.at,
        stop_code=ended.stop.code if ended.stop else None,
        stop_reason=ended.stop.words if ended.stop else None,
        credit=ended.credit,
        notes=(*_notes(store, run, ended.at), *ended.notes),
        report=str(folder.absolute()),
    )
    report = report_of(store, run, folder)
    report = replace(report, status=_status(report.counts, ended))
    kept = ("finished", "stop_code", "stop_reason", "credit", "notes", "report")
    fields = {name: getattr(run, name) for name in kept}
    update(store, number, status=report.status, exit_code=report.exit_code, **fields)
    try:
        with appearing(folder) as draft:
            if "csv" in formats:
                write_messages(draft / MESSAGES_CSV, store, Extent(occurrence_of(store, run.scope), number))
            if "json" in formats:
                write_json(draft / REPORT_JSON, report)
        hide(directory, run.scope.campaign)
    except OSError as error:
        raise ReportError(
            f"the report {folder} cannot be written: {error.strerror}; what was sent is in the ledger: make room, and "
            f"draw it with `kaverun report {run.run_id}`"
        ) from None
    return report


def report_of(store: Store, run: Run, folder: Path | None = None) -> Report:
    """The report of a run as the ledger has it now; `folder` is where its files are."""
    number = run.number
    sums = totals(store, Extent(occurrence_of(store, run.scope), number))
    shared = store.rows(
        "SELECT channel, date, type, tag, hide, policy FROM batch WHERE run = ? ORDER BY id DESC LIMIT 1", (number,)
    )
    channel, date, kind, tag, hide_it, policy = shared[0] if shared else (None,) * 6
    return Report(
        campaign=run.scope.campaign,
        occurrence=run.scope.occurrence,
        run_id=run.run_id,
        provider=run.scope.provider,
        digest=run.digest,
        status=run.status,
        date=date,
        started=run.started,
        finished=run.finished,
        counts=sums.counts,
        parts=sums.parts,
        cost=sums.cost,
        planned_cost=run.planned_cost,
        unsent_cost=sums.unsent_cost,
        credit=run.credit,
        lines=sums.lines,
        batches=sums.batches,
        stop=None if run.stop_code is None else Stop(run.stop_code, run.stop_reason or ""),
        reasons=sums.reasons,
        notes=run.notes,
        folder=folder,
        undecided=sums.undecided,
        recorded_exit=run.exit_code,
        kaverun=run.kaverun,
        commit=run.revision,
        host=run.host,
        who=run.who,
        inputs=tuple(inputs_of(store, number)),
        channel=channel,
        shared=Shared(date, kind, tag, bool(hide_it), policy),
        key_column=run.key_column,
    )


def nothing_to_do(plan: Plan, provider: str, now: float) -> Report:
    """The report of a plan with nothing to send: there is no run, and nothing is kept."""
    totals = plan.totals
    counts = Counts(totals.rows, totals.send, totals.done, totals.skip, totals.invalid, 0, 0, 0, 0)
    return Report(
        campaign=plan.campaign,
        occurrence=plan.occurrence,
        run_id="",
        provider=provider,
        digest=plan.digest,
        status="completed",
        date=plan.date,
        started=now,
        finished=now,
        counts=counts,
        parts=0,
        cost=0,
        planned_cost=totals.cost,
        unsent_cost=0,
        credit=None,
        lines=(),
        batches=(),
        stop=None,
        reasons=(),
        notes=(*_past_notes(plan.past.scheduled, plan.past.edited.messages if plan.past.edited else 0),),
        folder=None,
    )


def _notes(store: Store, run: Run, at: float) -> Iterator[str]:
    values = {"occurrence": occurrence_of(store, run.scope), "run": run.number}
    ((scheduled,),) = store.rows(_SCHEDULED, {**values, "at": at})
    ((edited,),) = store.rows(_EDITED, {**values, "remark": SENT_OTHERWISE["text"]})
    return _past_notes(scheduled, edited)


def _past_notes(scheduled: int, edited: int) -> Iterator[str]:
    """What earlier runs handed over that the file no longer says."""
    if scheduled:
        yield f"scheduled by earlier runs and still to go out: {plural(scheduled, 'message')}"
    if edited:
        what = plural(edited, "recipient", "recipients")
        yield f"{what} served earlier got another text than the file has now, and no second message"


def _status(counts: Counts, ended: Ended) -> Status:
    if ended.failed:
        return "failed"
    if counts.accepted == counts.send and not ended.stop:
        return "completed"
    if ended.interrupted:
        return "interrupted"
    return "stopped" if ended.stop else "partial"
