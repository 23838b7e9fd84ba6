"""Opening a workbook by calamine: which sheet is meant, and why a file is no workbook."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from kaverun.disguise import HEAD, OLE, ZIP, no_workbook
from kaverun.errors import Invalid, Problem
from kaverun.recipients.rows import listed
from kaverun.recipients.workbook.marks import MAX_CELLS, Area, Marks, TooLarge
from kaverun.recipients.workbook.ooxml import has_values, marks_of_xlsx
from kaverun.recipients.workbook.opendocument import marks_of_ods
from kaverun.text.names import slug

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_NO_WORKBOOK = (
    LookupError,
    ValueError,
    BadZipFile,
    ParseError,
    ExpatError,
    OSError,
    RuntimeError,
    struct.error,
    zlib.error,
)
# All of a sheet is in memory, several times its bytes; a million rows of eight columns are some 300 MiB.
_MOST_UNPACKED = 512 * 2**20


def open_workbook(path: Path, shown: str) -> CalamineWorkbook:
    """The workbook in a file. Raises Invalid with what to do."""
    from python_calamine import CalamineWorkbook

    try:
        with path.open("rb") as file:
            start = file.read(HEAD)
    except OSError as error:
        raise _invalid(f"cannot be read: {error.strerror or error}", shown) from None
    if start.startswith(ZIP) and _unpacked(path) > _MOST_UNPACKED:
        words = f"unpacks to more than {_MOST_UNPACKED >> 20} MiB: save the sheet as CSV, which has no such limit"
        raise _invalid(words, shown)
    with _broken(shown, _what_it_is(start, path) or "is broken"):
        return CalamineWorkbook.from_path(path)


def _unpacked(path: Path) -> int:
    """Bytes that the parts of a workbook have in all; 0 where that cannot be read, which its opening will say."""
    try:
        with ZipFile(path) as archive:
            return sum(part.file_size for part in archive.infolist())
    except _NO_WORKBOOK:
        return 0


@contextmanager
def _broken(shown: str, what: str) -> Iterator[None]:
    """Turns what calamine raises into an Invalid; of a file cut short it may raise a Rust panic, no Exception."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError:
        raise _invalid("is protected by a password: take it off in the spreadsheet program", shown) from None
    except (CalamineError, OSError) as error:
        raise _invalid(f"{what}: {error}" if what.endswith("broken") else what, shown) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _invalid(f"{what}: its end is missing, or something in its middle", shown) from None


def _invalid(what: str, shown: str) -> Invalid:
    return Invalid([Problem(what, shown)])


def _what_it_is(start: bytes, path: Path) -> str:
    """Words for a file of another kind than its name says, by how it begins; "" where it is of that kind."""
    words = no_workbook(path, start)
    return words if words or start.startswith((OLE, ZIP)) else _what_else_it_is(start)


def _what_else_it_is(start: bytes) -> str:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "is empty"
    if not text.strip(b"\0"):
        return "holds nothing but NUL bytes: it was not saved to its end; take it from a backup, or save it again"
    if text.startswith(b"<"):
        return "is a web page or XML, and no workbook: open it in a spreadsheet program and save it as .xlsx"
    if b"\0" not in text or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is text, and no workbook: call it .csv and name it below csv:"
    return "is no workbook: open it in a spreadsheet program and save it as .xlsx"


def is_old(path: Path) -> bool:
    """Whether it is a workbook of Excel 97 to 2003, of which calamine gives values and merged cells, and we nothing."""
    return path.suffix.lower() == ".xls"


def choose_sheet(workbook: CalamineWorkbook, shown: str, wanted: str | None) -> str:
    """The name of the sheet that is meant: the one wanted, else the first visible one. Raises Invalid."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in sheets]
    if wanted is None:
        visible = (sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible)
        found = next(visible, None)
        if found is None:
            raise _invalid(f"no sheet in it is visible: name one after #; there are {listed(names)}", shown)
        return found
    found = next((name for name in names if name == wanted), None)
    found = found or next((name for name in names if slug(name) and slug(name) == slug(wanted)), None)
    if found is None:
        raise _invalid(f"there is no sheet '{wanted}' in it; the sheets are {listed(names)}", shown)
    return found


def unread_sheets(workbook: CalamineWorkbook, path: Path, chosen: str) -> list[str]:
    """The other sheets that hold anything."""
    return [name for name in workbook.sheet_names if name != chosen and _holds_anything(workbook, path, name)]


def _holds_anything(workbook: CalamineWorkbook, path: Path, name: str) -> bool:
    from python_calamine import CalamineError

    try:
        if path.suffix.lower() in (".xls", ".ods"):
            return workbook.get_sheet_by_name(name).height > 0
        return has_values(path, name)
    except (CalamineError, *_NO_WORKBOOK):  # a chart, or broken, which does not matter here
        return False


def read_sheet(workbook: CalamineWorkbook, path: Path, shown: str, name: str) -> tuple[CalamineSheet, Marks | None]:
    """A sheet and its marks; None where they cannot be read. Raises Invalid."""
    try:
        marks = _marks(path, name)
    except TooLarge as error:
        words = f"more than {MAX_CELLS:,} cells: delete what stands far out there"
        raise _invalid(f"the sheet reaches to cell {error.cell}, {words}", shown) from None
    with _broken(shown, f"the sheet '{name}' is broken"):
        sheet = workbook.get_sheet_by_name(name)
    if marks and sheet.merged_cell_ranges:
        marks.merged += [Area(*first, *last) for first, last in sheet.merged_cell_ranges]
    return sheet, marks


def _marks(path: Path, name: str) -> Marks | None:
    try:
        if is_old(path):
            return Marks()
        return marks_of_ods(path, name) if path.suffix.lower() == ".ods" else marks_of_xlsx(path, name)
    except TooLarge:
        raise
    except _NO_WORKBOOK:
        return None
