"""Every row of a plan as CSV, for spreadsheets: `plan --messages FILE.csv`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO

from kaverun.plan.plan import Entry, Plan
from kaverun.text.csv_cells import safe_cell

COLUMNS = (
    "row", "key", "phone", "line", "action", "reason", "text", "encoding", "units", "parts", "cost", "localid",
)  # fmt: skip


def write_plan_csv(plan: Plan, path: Path) -> None:
    """UTF-8 with a byte order mark, as Excel wants it; raises `OSError`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        write_plan_rows(plan, file)


def write_plan_rows(plan: Plan, file: TextIO, line_end: str = "\r\n") -> None:
    """The same into a file of UTF-8 that is open for writing and changes no line ends."""
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator=line_end)
    writer.writerow(COLUMNS)
    writer.writerows(map(_cells, plan.entries()))


def _cells(entry: Entry) -> tuple[object, ...]:
    rendered = entry.action in ("send", "done")
    return (
        entry.row,
        safe_cell(entry.key),
        entry.phone,
        safe_cell(entry.line),
        entry.action,
        safe_cell(entry.reason),
        safe_cell(entry.text),
        entry.encoding,
        entry.units if rendered else "",
        entry.parts or "",
        "" if entry.cost is None else entry.cost,
        entry.localid or "",
    )
