"""The rows of a report as a table: its columns, which are a contract, and selections of rows by what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, TypedDict

from kaverun.documents import Time
from kaverun.kavenegar.codes import REFUNDED_STATUSES
from kaverun.ledger.store import Row, Store
from kaverun.message.fate import Fate
from kaverun.report import rows
from kaverun.report.rows import Extent
from kaverun.text.csv_cells import RUNS_AS_FORMULA


class ReportRow(TypedDict):
    """A row of the list, or a message to somebody who is no longer on it; null means not recorded or not applicable."""

    row: int | None
    """The row of the list, counted over all its files; null if it is no longer there."""
    key: str
    """Identifies the recipient, in its normal form."""
    phone: str
    """The number as 09…; empty if it is not a mobile number."""
    line: str | None
    """The sender line."""
    action: Literal["send", "done", "skip", "invalid"]
    """What the plan decided: to be sent, served by an earlier run, left out as the file says, or wrong."""
    outcome: Literal["accepted", "rejected", "unknown", "not_sent", ""]
    """The result of sending it; empty if it was not to be sent."""
    reason: str
    """Why it was left out, not accepted, or not sent; empty if it was accepted."""
    localid: int | None
    """Our identity of the message."""
    messageid: int | None
    """The provider's."""
    status: int | None
    """The last status code of Kavenegar that is known."""
    statustext: str | None
    """What the provider calls it."""
    cost: int | None
    """Rial, as billed."""
    parts: int | None
    """Planned SMS."""
    attempts: int | None
    """How many requests contained it."""
    text: str | None
    """The text that was sent."""
    file: str | None
    """The file that the row is in."""
    file_line: int | None
    """Its line there."""
    generation: int | None
    """How many earlier messages to the same recipient were cancelled."""
    price: int | None
    """Rial, by the tariff."""
    date: Time | None
    """When the provider was asked to send; null for at once."""
    batch: int | None
    """The request's number in the ledger."""
    fate: Fate | None
    """What became of it, in the words of the ledger."""
    spelling: str | None
    """How the key was written when the message was first planned; null if that was its normal form."""


class CampaignRow(ReportRow):
    """A person of an occurrence with what became of the message in the end; its cost is net of refunds."""

    occurrence: str
    """Which occurrence of the campaign it is."""
    run_id: str | None
    """The run that sent it last."""


#: Each column in SQL, over what `kaverun.report.rows` names. New ones come at the end.
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
    # A lost ledger is rebuilt from this and the columns before it: outcomes are text for people.
    "fate": "coalesce(outcome.fate, last.state, earlier.fate)",
    "spelling": "message.spelling",
}
COLUMNS = tuple(_COLUMNS)
#: What a message cost in the end: refunded if its number is blocked, or if it was cancelled.
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
# Our own text needs no guard, and most rows have no other.
_IN_OUR_WORDS = "outcome.reason IS NULL AND earlier.reason IS NULL AND listed.reason IS NULL"
_WRITTEN_BY_OTHERS = ("key", "line", "statustext", "text", "file", "spelling")
_TO_SOMEBODY = f"{rows.ACTION} IN ('send', 'done') AND {rows.STATUS}"
#: Rows by what became of them. What is left out is only among the skipped and invalid ones, whatever was sent before.
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
    """The columns of a run; for an occurrence with all its runs, also its name and the run that sent each row."""
    return COLUMNS if extent.run is not None else tuple(_OF_CAMPAIGN)


def cells(store: Store, extent: Extent, only: Collection[str] = (), *, guarded: bool = True) -> Iterator[Row]:
    """The rows as cells in the order of `columns_of`; of those `only` the ones in any of these `CHOICES`.

    `guarded` cells are never run as a formula by a spreadsheet that reads them from a text file.
    """
    columns = _COLUMNS if extent.run is not None else _OF_CAMPAIGN
    if guarded:
        columns = {**columns, **{name: _cell(columns[name]) for name in _WRITTEN_BY_OTHERS}}
        columns["reason"] = f"CASE WHEN {_IN_OUR_WORDS} THEN {rows.REASON} ELSE {_cell(f'({rows.REASON})')} END"
    chosen = " OR ".join(f"({CHOICES[choice]})" for choice in only)
    yield from rows.rows(store, extent, ", ".join(columns.values()), _JOINS, chosen or "1")


_MARKS = sorted(map(ord, RUNS_AS_FORMULA))


def _cell(text: str) -> str:
    """`safe_cell` in SQL: a call for each of many million cells would take longer than all else."""
    # Letters come after all marks, so most cells are compared once.
    marked = f"unicode({text}) <= {_MARKS[-1]} AND unicode({text}) IN ({', '.join(map(str, _MARKS))})"
    return f"CASE WHEN {marked} THEN '''' || {text} ELSE {text} END"
