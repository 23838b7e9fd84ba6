"""How the files in `by-program` were made, each by the program it is named after; to be run by hand.

    pip install openpyxl xlwt
    python tests/data/lists/make_by_program.py FOLDER

in an environment of its own, with LibreOffice 7.4's `soffice` on the path. Their bytes hold times and versions and so
differ from run to run: what is committed is one run of it.
"""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import openpyxl
import xlwt

MEMBERS = [
    ["شماره", "نام", "عضویت", "مبلغ", "جمع", "ویژه", "خطا"],
    [9061234567, "سارا", datetime.date(2026, 3, 20), 1250000, "=D2*2", True, "=NA()"],
    ["۰۹۰۷۱۲۳۴۵۶۷", "رضا", datetime.datetime(2026, 3, 20, 10, 30), 12.5, "=D3*2", False, "=1/0"],
    [9081234567, "مینا", None, 0, None, None, None],
    [9091234567, "خانواده", None, None, None, None, None],
    [9241234567, None, None, None, None, None, None],
    [None, None, None, None, None, None, None],
    ["=A4", "علی", None, None, None, None, None],
    [6037991234567890123, "نرگس", None, None, None, None, None],
]


def by_openpyxl(path: Path) -> None:
    """Formulas without results: openpyxl computes nothing."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "اعضا"
    for row in MEMBERS:
        sheet.append(row)
    sheet.row_dimensions[4].hidden = True
    sheet.merge_cells("B5:B6")
    other = book.create_sheet("لغو")
    other.append([9271234567])
    book.save(path)


def by_xlwt(path: Path) -> None:
    """As panels in Python export: everything text but the numbers."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    rows = [["phone", "name", "date"], [9061234567, "سارا", 46101], ["09071234567", "رضا", "1404/12/29"]]
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    book.save(str(path))


def by_libreoffice(source: Path, folder: Path, kind: str) -> None:
    """What LibreOffice makes of a workbook when it saves it: results computed, errors among them."""
    made = folder / kind
    subprocess.run(["soffice", "--headless", "--convert-to", kind, "--outdir", made, source], check=True)
    (made / source.with_suffix(f".{kind}").name).rename(folder / f"libreoffice.{kind}")
    made.rmdir()


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    by_openpyxl(folder / "openpyxl.xlsx")
    by_xlwt(folder / "xlwt.xls")
    for kind in ("ods", "xls", "xlsx"):
        by_libreoffice(folder / "openpyxl.xlsx", folder, kind)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
