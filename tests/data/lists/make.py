"""Writes the lists of this folder, byte for byte as the programs named here write them.

    python tests/data/lists/make.py [FOLDER]

The rules (which byte-order mark, delimiter, quoting, line end) are those of traps.md *Lists*; all people and numbers
are invented. `LISTS` maps each file's name to its bytes, so that a test can compare. The files in `by-program` were
written by the programs themselves: see `make_by_program.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from workbooks import Day, Error, Formula, Sheet, xlsx

_CRLF = "\r\n"


def _lines(*lines: str, end: str = _CRLF) -> str:
    return "".join(line + end for line in lines)


_MEMBERS = ("phone,name,city", "09121234567,سارا,تهران", "09351234567,رضا,شیراز")
_SEMICOLONS = tuple(line.replace(",", ";") for line in _MEMBERS)

LISTS: dict[str, bytes] = {
    # Excel, English (United States) locale, "CSV UTF-8": byte-order mark, commas, CRLF.
    "excel-en-utf8.csv": _lines(*_MEMBERS).encode("utf-8-sig"),
    # Excel where the list separator is a semicolon (Persian and most European locales), "CSV UTF-8".
    "excel-fa-utf8.csv": _lines(*_SEMICOLONS).encode("utf-8-sig"),
    # Excel, Persian locale, plain "CSV": Windows-1256, which has no ی, so names and headers hold ي and ك.
    "excel-fa-cp1256.csv": _lines(
        "شماره;نام خانوادگي;شهر", "09121234567;كريمي;تهران", "09351234567;يوسفي;شيراز"
    ).encode("cp1256"),
    # Excel, "Unicode Text": UTF-16 little endian with a byte-order mark, tabs.
    "excel-unicode-text.txt": b"\xff\xfe" + _lines(*(line.replace(",", "\t") for line in _MEMBERS)).encode("utf-16-le"),
    # A database tool's export in UTF-16 without a byte-order mark.
    "utf16-no-bom.csv": _lines(*_MEMBERS).encode("utf-16-le"),
    # The line by which Excel is told the delimiter.
    "excel-sep-line.csv": _lines("sep=;", *_SEMICOLONS).encode("utf-8-sig"),
    # Excel, a column of numbers as numbers: the leading zero gone, wide ones in scientific notation.
    "excel-numbers.csv": _lines(
        "phone,name", "9121234567,سارا", "9.12E+09,رضا", "9.123456789E+09,مینا", "9351234567.0,علی", "989361234567,نرگس"
    ).encode("utf-8-sig"),
    # Excel, rows formatted below the list: delimiters only, and trailing delimiters after it.
    "excel-blank-rows.csv": _lines(
        "phone,name,,", "09121234567,سارا,,", ",,,", "09351234567,رضا,,", ",,,", ",,,"
    ).encode("utf-8-sig"),
    # LibreOffice, "quote all text cells", UTF-8 without a byte-order mark, LF.
    "libreoffice-quoted.csv": _lines(
        '"phone","name","note"', '"09121234567","سارا","گفت ""باشه"""', '"09351234567","رضا","خط اول\nخط دوم"', end="\n"
    ).encode(),
    # Google Sheets: UTF-8 without a byte-order mark, CRLF, no line end after the last row, Persian digits as typed.
    "google-sheets.csv": _lines("شماره موبایل,نام", "۰۹۱۲۱۲۳۴۵۶۷,سارا", "٠٩٣٥١٢٣٤٥٦٧,رضا").rstrip().encode(),
    # Formulas that keep the leading zero in Excel, and an error value.
    "formulas.csv": _lines("phone,name", '="09121234567",سارا', "#N/A,رضا", "'09351234567,مینا").encode(),
    # A quote that is never closed: it would swallow the rest of the list.
    "broken-quote.csv": _lines("phone,name", "09121234567,سارا", '09351234567,"رضا', "09361234567,مینا").encode(),
    # A quote that is not doubled inside a cell.
    "stray-quote.csv": _lines("phone,name", '09121234567,"شرکت "نمونه""', "09351234567,رضا").encode(),
    # Rows with a cell too many or too few.
    "ragged.csv": _lines("phone,name", "09121234567,سارا,تهران", "09351234567", "09361234567,مینا,").encode(),
    # Two exports put one below the other: the same people twice, their numbers written differently.
    "merged-duplicates.csv": _lines(
        "phone,name", "09121234567,سارا", "+98 912 123 4567,سارا", "۰۹۱۲۱۲۳۴۵۶۷,Sara", "09351234567,رضا"
    ).encode(),
    # A zero-width non-joiner and a byte-order mark inside headers, as pasted from a word processor.
    "pasted-headers.csv": _lines("\u200eشماره\u200c تماس,نام\u200cخانوادگی", "09121234567,کریمی").encode("utf-8-sig"),
    # A database's export of dates, amounts and flags, which a campaign gives types.
    "typed.csv": _lines(
        "phone,vip,amount,birthday",
        "09061234567,TRUE,1250000,1404-12-29",
        '09071234567,بله,"۱٬۲۵۰٬۰۰۰",۱۴۰۴/۱/۵',
        '09081234567,0,"1,250,000",2026-03-20 00:00:00',
        "09091234567,,,",
        "09241234567,maybe,12.5,1404-12-30",
        "09251234567,FALSE,1.25E+06,29/12/1404",
    ).encode("utf-8-sig"),
    # A database's export in JSON Lines: a key that one line lacks, one written twice, a nested value, no object.
    "export.jsonl": _lines(
        '{"phone": "09061234567", "نام": "سارا", "id": 1, "vip": true}',
        '{"phone": 9071234567, "نام": "رضا", "id": 12345678901234567890123}',
        "",
        '{"phone": "۰۹۰۸۱۲۳۴۵۶۷", "id": 3, "id": 4}',
        '{"phone": "09091234567", "نام": {"کوچک": "مینا"}}',
        '["09241234567"]',
        '{"phone": "09251234567", "نام": "علی",}',
        '{"phone": null, "نام": "نرگس"}',
        end="\n",
    ).encode(),
    # Excel, a members' list: numbers as numbers, errors, a hidden row, merged cells, formulas, a second sheet.
    "excel-members.xlsx": xlsx(
        Sheet(
            "Members",
            [
                ["phone", "name", "city", "vip", "amount", "joined", "code"],
                [9061234567.0, "سارا", "تهران", True, 1250000, Day(46101), Error("#N/A")],
                ["09071234567", "رضا", Formula("C2", "تهران"), False, 12.5, Day(46101.4375), "007"],
                [989081234567, "مینا", "", True, 0, None, 12.0],
                [None] * 7,
                [9.09123456e9, "علی", "شیراز", None, Formula("SUM(E2:E4)", 1250012.5), None, 6037991234567890.0],
                [Error("#REF!"), "نرگس", None, None, None, None, None],
                ["09241234567", "خانواده\u200cی کریمی", "یزد", None, None, None, None],
                ["09251234567", None, "یزد", None, None, None, None],
                ["09261234567", Formula("B8", None), "قم", None, None, None, None],
                [Formula("A10", None), None, None, None, None, None, None],
            ],
            hidden=[4],
            merged=["B8:B9"],
            blank_rows=5,
        ),
        Sheet("Opt-outs", [["09271234567"], ["+98 928 123 4567"]]),
        Sheet("Old", [["phone"], ["09291234567"]], state="hidden"),
    ),
    # Excel, Persian: headers as people write them, a title row left blank, numbers as text with Persian digits.
    "excel-fa.xlsx": xlsx(
        Sheet("برگه ۱", [[None], [None, "شماره همراه", "نام خانوادگي"], [None, "۰۹۰۶۱۲۳۴۵۶۷", "كريمی"]], blank_rows=3)
    ),
    # A server's export: names with a prefix, cells that do not say where they are, absolute targets.
    "server-export.xlsx": xlsx(
        Sheet("Sheet1", [["phone", "name"], [9061234567, "سارا"], [Error("#VALUE!"), "رضا"]], hidden=[2]),
        prefix="x:",
        references=False,
    ),
    # Excel, headers that mean the same, one without a name above data, merged over two columns.
    "excel-bad-headers.xlsx": xlsx(
        Sheet("A", [["phone", "نام پدر", "نام\u200cپدر", None], ["09061234567", "a", "b", "c"]], merged=["C1:D1"])
    ),
    # A web panel's "Excel export": a page of HTML, or text with tabs, under the name of a workbook.
    "panel-html.xls": b"<html><table><tr><td>phone</td></tr><tr><td>09061234567</td></tr></table></html>\r\n",
    "panel-tabs.xls": "phone\tname\r\n09061234567\tسارا\r\n".encode("utf-16"),
    # An opt-out list: one column, no header, some numbers as people write them.
    "opt-outs.csv": _lines("09121234567", "+98 935 123 4567", "۰۹۳۶۱۲۳۴۵۶۷", end="\n").encode(),
}


def main(folder: Path) -> None:
    """Write every list into `folder`."""
    for name, content in LISTS.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
