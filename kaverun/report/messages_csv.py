"""`messages.csv`: a line per input row, for spreadsheets, and for a ledger that was lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from kaverun.ledger.store import Row, Store
from kaverun.plan.cells import RUNS_AS_FORMULA
from kaverun.report import rows
from kaverun.report.folder import own_file
from kaverun.report.rows import Extent

_MARKS = ", ".join(f"char({ord(mark)})" for mark in RUNS_AS_FORMULA)


def _cell(text: str) -> str:
    """As `kaverun.plan.cells.safe_cell`, in SQL: a call for each of many million cells takes longer than all else."""
    return f"CASE WHEN substr({text}, 1, 1) IN ({_MARKS}) THEN '''' || {text} ELSE {text} END"


#: What each column is, in SQL over what `kaverun.report.rows` names. They are a contract: new ones come at the end.
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
}
COLUMNS = tuple(_COLUMNS)
_JOINS = f"""
LEFT JOIN status_text ON status_text.status = {rows.STATUS} LEFT JOIN source ON source.id = listed.source
"""
_WRITTEN_BY_PEOPLE = ("key", "line", "reason", "statustext", "text", "file")


def cells(store: Store, extent: Extent) -> Iterator[Row]:
    """The rows of a report as cells of a spreadsheet, in the order of `COLUMNS`."""
    columns = (_cell(f"({sql})") if name in _WRITTEN_BY_PEOPLE else sql for name, sql in _COLUMNS.items())
    return rows.rows(store, extent, ", ".join(columns), _JOINS)


def write_messages(path: Path, store: Store, extent: Extent) -> None:
    """Write every row, UTF-8 with a byte order mark as Excel wants it. Raises `OSError`."""
    write_csv(path, COLUMNS, cells(store, extent))


def write_csv(path: Path, header: tuple[str, ...], lines: Iterable[Row]) -> None:
    """Write cells into a file for its owner's eyes only. Raises `OSError`."""
    with own_file(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows(lines)
