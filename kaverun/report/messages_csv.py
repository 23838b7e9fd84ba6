"""`messages.csv`: a line per input row, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from kaverun.plan.cells import safe_cell
from kaverun.report.lines import Line

COLUMNS = (
    "row", "key", "phone", "line", "action", "outcome", "reason", "localid",
    "messageid", "status", "statustext", "cost", "parts", "attempts", "text",
)  # fmt: skip


def write_messages(
    path: Path,
    lines: Iterable[Line],
    *,
    default_line: str,
    statustexts: Mapping[int, str],
    seen: Callable[[Line], None],
) -> None:
    """Write every line, UTF-8 with a byte order mark as Excel wants it; `seen` is called for each."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for line in lines:
            seen(line)
            writer.writerow(_cells(line, default_line, statustexts))


def _cells(line: Line, default_line: str, statustexts: Mapping[int, str]) -> tuple[object, ...]:
    entry, result = line.entry, line.result
    sent = entry.action in ("send", "done")
    return (
        entry.row,
        safe_cell(entry.key),
        entry.phone,
        safe_cell(entry.line or default_line if sent else ""),
        entry.action,
        line.outcome,
        safe_cell(line.reason),
        entry.localid or "",
        result.messageid or "",
        "" if result.status is None else result.status,
        safe_cell(statustexts.get(result.status, "")) if result.status is not None else "",
        "" if result.cost is None else result.cost,
        entry.parts or "",
        result.attempts or "",
        safe_cell(entry.text),
    )
