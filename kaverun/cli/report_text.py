"""The summary of a run for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kaverun.cli.words import isolated
from kaverun.report.report import Counts, Report
from kaverun.report.write import MESSAGES_CSV, REPORT_JSON
from kaverun.text.plurals import plural


def report_text(report: Report) -> str:
    return "\n".join(_lines(report))


def _credit(credit: int, needed: int | None) -> str:
    left = f"{credit:,} Rial left"
    if needed is None:
        return f"{left}: top up the account and apply again"
    return f"{left}, and what was not sent costs {needed:,} Rial: {max(needed - credit, 0):,} Rial are missing"


def _why_nothing(counts: Counts) -> str:
    if not counts.rows:
        return "the list has no rows"
    if counts.done == counts.rows:
        return "everyone on the list was served before"
    left_out = ((counts.done, "served before"), (counts.skip, "skipped"), (counts.invalid, "invalid"))
    parts = ", ".join(f"{rows:,} {words}" for rows, words in left_out if rows)
    return f"{parts} of {plural(counts.rows, 'row')}"


def _lines(report: Report) -> Iterator[str]:
    counts = report.counts
    took = "" if report.finished is None else f" in {report.finished - report.started:.1f} s"
    yield f"{report.campaign}: {report.status}{took}" + (f" (run {report.run_id})" if report.run_id else "")
    yield f"  accepted      {counts.accepted:,}" + (f" in {plural(report.parts, 'part')}" if report.parts else "")
    for name, count in (
        ("rejected", counts.rejected),
        ("unknown", counts.unknown),
        ("not sent", counts.not_sent),
        ("sent earlier", counts.done),
        ("skipped", counts.skip),
        ("invalid", counts.invalid),
        ("off the list", counts.gone),
    ):
        if count:
            yield f"  {name:<13} {count:,}"
    for reason in report.reasons:
        yield f"      {reason.messages:,} {reason.outcome}: {isolated(reason.words)}"
    if counts.accepted:
        yield f"  cost          {'not reported by the provider' if report.cost is None else f'{report.cost:,} Rial'}"
    if not counts.send:
        yield f"  nothing to send: {_why_nothing(counts)}"
    if report.stop:
        yield f"  stopped: {isolated(report.stop.words)}"
    if report.credit is not None:
        yield f"  credit        {_credit(report.credit, report.unsent_cost)}"
    yield from (f"  note: {words}" for line in report.lines for words in line.words)
    yield from (f"  note: {isolated(note)}" for note in report.notes)
    yield from (f"  {words}" for words in report.advice)
    for words, name in (("report", REPORT_JSON), ("every row", MESSAGES_CSV)):
        # `report.formats` may leave one out.
        if report.folder and (report.folder / name).exists():
            yield f"  {words:<13} {report.folder / name}"
