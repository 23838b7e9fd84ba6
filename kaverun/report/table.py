"""The rows of a report as a table: its columns, which are a contract, and choices of rows by what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kaverun.kavenegar.codes import REFUNDED_STATUSES
from kaverun.ledger.store import Row, Store
from kaverun.plan.cells import RUNS_AS_FORMULA
from kaverun.report import rows
from kaverun.report.rows import Extent

#: What each column is, in SQL over what `kaverun.report.rows` names. New ones come at the end.
_COLUMNS = {
    "row": "listed.row",
    "key": "coalesce(message.key, listed.key)",
    "phone": "coalesce(message.phone, listed.phone)",
    "line": "message.line",
    "action": rows.ACTION,
    "outcome": rows.OUTCOME,
    "reason": rows.REASON,
    "localid": "message.localid",
    "messageid": rows.MESSAGEID,
    "status": rows.STATUS,
    "statustext": "status_text.text",
    "cost": rows.COST,
    "parts": "nullif(message.parts, 0)",
    "attempts": f"nullif({rows.ATTEMPTS}, 0)",
    "text": "message.text",
    "file": "source.path",
    "file_line": "listed.file_line",
    "generation": "message.generation",
    "price": "message.price",
    "date": "strftime('%Y-%m-%dT%H:%M:%SZ', batch.date, 'unixepoch')",
    "batch": "batch.id",
    # What a ledger that was lost is made from again, with those before: outcomes are words for people.
    "fate": "coalesce(outcome.fate, last.state, earlier.fate)",
    "spelling": "message.spelling",
}
COLUMNS = tuple(_COLUMNS)
#: What a message cost once all is known: what was not delivered to a blocked number, or was cancelled, is refunded.
NET_COST = f"CASE WHEN {rows.STATUS} IN ({', '.join(map(str, sorted(REFUNDED_STATUSES)))}) THEN 0 ELSE {rows.COST} END"
_OF_CAMPAIGN = {
    **_COLUMNS,
    "cost": NET_COST,
    "occurrence": "(SELECT name FROM occurrence WHERE id = :occurrence)",
    "run_id": "run.run_id",
}
_JOINS = f"""
LEFT JOIN status_text ON status_text.status = {rows.STATUS} LEFT JOIN source ON source.id = listed.source
LEFT JOIN run ON run.id = batch.run
"""
# Words of our own need no guard, and most rows have no others.
_IN_OUR_WORDS = "outcome.reason IS NULL AND earlier.reason IS NULL AND listed.reason IS NULL"
_WRITTEN_BY_OTHERS = ("key", "line", "statustext", "text", "file", "spelling")
_TO_SOMEBODY = f"{rows.ACTION} IN ('send', 'done') AND {rows.STATUS}"
#: Rows by what became of them. Who was left out is among the skipped and invalid ones alone, whatever was sent before.
CHOICES = {
    "delivered": f"{_TO_SOMEBODY} = 10",
    "undelivered": f"{_TO_SOMEBODY} IN (6, 11)",
    "blocked": f"{_TO_SOMEBODY} = 14",
    "rejected": f"{rows.OUTCOME} = 'rejected'",
    "unknown": f"{rows.OUTCOME} = 'unknown'",
    "not_sent": f"{rows.OUTCOME} = 'not_sent'",
    "skipped": f"{rows.ACTION} = 'skip'",
    "invalid": f"{rows.ACTION} = 'invalid'",
}


def columns_of(extent: Extent) -> tuple[str, ...]:
    """The columns of a run; for an occurrence with all its runs also which it is, and by which run each was sent."""
    return COLUMNS if extent.run is not None else tuple(_OF_CAMPAIGN)


def cells(store: Store, extent: Extent, only: Collection[str] = (), *, guarded: bool = True) -> Iterator[Row]:
    """The rows as cells in the order of `columns_of`; of those `only` the ones in any of these `CHOICES`.

    `guarded` cells are such that no spreadsheet that reads them from a text file runs one as a formula.
    """
    columns = _COLUMNS if extent.run is not None else _OF_CAMPAIGN
    if guarded:
        columns = {**columns, **{name: _cell(columns[name]) for name in _WRITTEN_BY_OTHERS}}
        columns["reason"] = f"CASE WHEN {_IN_OUR_WORDS} THEN {rows.REASON} ELSE {_cell(f'({rows.REASON})')} END"
    chosen = " OR ".join(f"({CHOICES[choice]})" for choice in only)
    yield from rows.rows(store, extent, ", ".join(columns.values()), _JOINS, chosen or "1")


_MARKS = sorted(map(ord, RUNS_AS_FORMULA))


def _cell(text: str) -> str:
    """As `kaverun.plan.cells.safe_cell`, in SQL: a call for each of many million cells takes longer than all else."""
    # Letters come after all marks, so that most cells are compared once.
    marked = f"unicode({text}) <= {_MARKS[-1]} AND unicode({text}) IN ({', '.join(map(str, _MARKS))})"
    return f"CASE WHEN {marked} THEN '''' || {text} ELSE {text} END"
