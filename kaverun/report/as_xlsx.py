"""The rows of a report as a workbook, for Excel: phone numbers and ids as text, and nothing is a formula."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

from kaverun.errors import Refused
from kaverun.ledger.store import Row

#: The author of a workbook, which tells an earlier report from a list of recipients.
AUTHOR = "kaverun"
# The most rows of a worksheet, including its header.
_MOST_ROWS = 1_048_576
# Numbers with more than fifteen digits, or that nobody calculates with.
_AS_TEXT = frozenset(("key", "phone", "line", "localid", "messageid"))
_WIDTHS = {"key": 14, "phone": 14, "line": 12, "reason": 32, "localid": 22, "messageid": 14, "text": 48, "file": 24}


def write_xlsx(path: Path, columns: tuple[str, ...], lines: Iterable[Row]) -> None:
    """Write one worksheet; memory does not grow with it. Raises `OSError`, and `Refused` if there are too many rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"author": AUTHOR})
        sheet = workbook.add_worksheet("report")
        bold = workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS.get(name, 10))
            sheet.write_string(0, place, name, bold)
        number = 0
        for number, line in enumerate(lines, 1):
            if number == _MOST_ROWS:
                raise Refused(f"a worksheet holds {_MOST_ROWS - 1:,} rows, and there are more: use csv, or --only")
            for place, (name, value) in enumerate(zip(columns, line, strict=True)):
                if value is None or value == "":
                    continue
                if isinstance(value, str) or name in _AS_TEXT:
                    sheet.write_string(number, place, str(value))
                else:
                    sheet.write_number(number, place, value)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
