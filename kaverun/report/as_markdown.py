"""A report for a pull request, a chat or a wiki: sums first; phone numbers masked, and foreign text inert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from kaverun.ledger.store import Row
from kaverun.report.bill import LineBill
from kaverun.report.campaign import OccurrenceReport
from kaverun.report.delivery import status_word
from kaverun.report.report import Counts, Reason, Report
from kaverun.text.controls import harmless
from kaverun.text.excerpt import masked
from kaverun.text.markdown import code, inert
from kaverun.text.plurals import plural

#: A comment is read by people; other formats have every row.
MOST_ROWS = 100
_SHOWN = ("row", "key", "phone", "action", "outcome", "status", "reason")
_NOT_RECORDED = "not recorded"
_COUNTS = {
    "accepted": "accepted",
    "rejected": "rejected",
    "unknown": "unknown",
    "not_sent": "not sent",
    "done": "sent earlier",
    "skip": "skipped",
    "invalid": "invalid",
    "gone": "no longer on the list",
}


def run_markdown(report: Report, statuses: dict[int, int]) -> str:
    """What a run did; `statuses` are the accepted messages by code."""
    facts = [
        ("status", report.status),
        ("exit", "" if report.status == "running" else str(report.exit_code)),
        *_counts(report.counts),
        ("cost", _cost(report.cost, report.counts.accepted)),
        ("who", report.who or _NOT_RECORDED),
        ("commit", report.commit or _NOT_RECORDED),
        ("provider", report.provider),
        ("digest", report.digest),
    ]
    notes = [*([f"stopped: {report.stop.words}"] if report.stop else []), *report.notes, *report.advice]
    lines = [f"### kaverun run {code(report.run_id)} of {code(report.campaign)}", "", *_table(facts)]
    lines += [*_sums(statuses, report.lines, report.reasons), *_list("Notes", notes)]
    return harmless("\n".join(lines))


def campaign_markdown(reports: list[OccurrenceReport]) -> str:
    """What became of a campaign, occurrence by occurrence."""
    lines: list[str] = []
    for one in reports:
        sums = one.totals
        facts = [*_counts(sums.counts), ("cost, net of refunds", _cost(sums.cost, sums.counts.accepted))]
        facts += [("runs", f"{len(one.runs):,}"), ("provider", one.scope.provider)]
        lines += [f"### kaverun report: {code(one.scope.campaign)}, {code(one.scope.occurrence)}", "", *_table(facts)]
        lines += [*_sums(sums.statuses, sums.lines, sums.reasons), ""]
    return harmless("\n".join(lines).rstrip())


def rows_markdown(columns: tuple[str, ...], lines: Iterable[Row]) -> Iterator[str]:
    """The first rows as a table, in lines of text."""
    places = [columns.index(name) for name in _SHOWN]
    rows = iter(lines)
    yield ""
    yield f"| {' | '.join(_SHOWN)} |"
    yield f"|{'---|' * len(_SHOWN)}"
    for row in islice(rows, MOST_ROWS):
        cells = ("" if row[place] is None else inert(masked(str(row[place]))) for place in places)
        yield harmless(f"| {' | '.join(cells)} |")
    if more := sum(1 for _ in rows):
        yield f"\nand {plural(more, 'more row', 'more rows')}: get them as csv, json or xlsx"


def _counts(counts: Counts) -> Iterator[tuple[str, str]]:
    yield "rows", f"{counts.rows:,}"
    for name, words in _COUNTS.items():
        if count := getattr(counts, name):
            yield words, f"{count:,}"


def _cost(cost: int | None, accepted: int) -> str:
    return f"{cost:,} Rial" if cost is not None else "not reported by the provider" if accepted else ""


def _table(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {inert(value)} |" for name, value in facts if value)


def _sums(statuses: dict[int, int], bills: Iterable[LineBill], reasons: Iterable[Reason]) -> Iterator[str]:
    yield from _list("Delivery", (f"{messages:,} {status_word(status)}" for status, messages in statuses.items()))
    yield from _list("Lines", map(_bill, bills))
    yield from _list("Reasons", (f"{one.messages:,} {one.outcome}: {one.words or 'no reason'}" for one in reasons))


def _bill(bill: LineBill) -> str:
    billed = "cost not reported" if bill.billed_cost is None else f"{bill.billed_cost:,} Rial"
    return (
        f"{bill.line or 'the default line'}: {plural(bill.messages, 'message')}, {plural(bill.parts, 'part')}, {billed}"
    )


def _list(title: str, points: Iterable[str]) -> Iterator[str]:
    found = list(points)
    if found:
        yield from ("", f"**{title}**", "", *(f"- {inert(point)}" for point in found))
