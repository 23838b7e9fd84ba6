"""Files that are not what their name says: recognised by how they begin, and named for what they are.

Each message completes a sentence that begins with the file, and says what to do.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

#: How many bytes of a file show what it is.
HEAD: Final = 4096
OLE: Final = b"\xd0\xcf\x11\xe0"
ZIP: Final = b"PK\x03\x04"
_UTF8_MARK: Final = b"\xef\xbb\xbf"

_UNPACK = "unpack it and name the file in it"
_SAVE_AS_CSV = "open it in a spreadsheet program and save it as CSV or .xlsx"
_EXPORT = "export the contacts as CSV"
_BROKEN = "is a broken zip archive or workbook: its end is missing, or something in its middle"
_PROTECTED = "is protected by a password: take it off in the spreadsheet program"
_BEGINNINGS: Final = (
    (b"version https://git-lfs.github.com/spec/", "is a Git LFS pointer, not the file itself: run `git lfs pull`"),
    (b"version https://hawser.github.com/spec/", "is a Git LFS pointer, not the file itself: run `git lfs pull`"),
    (b"/annex/objects/", "is a git-annex pointer, not the file itself: run `git annex get`"),
    (b"%PDF-", f"is a PDF: copy the table in it into a spreadsheet, or {_SAVE_AS_CSV}"),
    (b"\x1f\x8b", f"is compressed with gzip: {_UNPACK}"),
    (b"BZh", f"is compressed with bzip2: {_UNPACK}"),
    (b"\xfd7zXZ\x00", f"is compressed with xz: {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"is compressed with zstd: {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"is a 7z archive: {_UNPACK}"),
    (b"Rar!\x1a\x07", f"is a RAR archive: {_UNPACK}"),
    (b"{\\rtf", "is an RTF document: save it as plain text"),
    (b"SQLite format 3\x00", "is an SQLite database: export the table in it as CSV"),
    (b"\x89PNG", "is a picture (PNG), and contains no text: name another file"),
    (b"\xff\xd8\xff", "is a picture (JPEG), and contains no text: name another file"),
    (b"age-encryption.org/", "is encrypted with age: decrypt it"),
    (b"-----BEGIN AGE ENCRYPTED FILE", "is encrypted with age: decrypt it"),
    (b"-----BEGIN PGP ", "is encrypted or signed with PGP: decrypt it"),
)
_contacts = re.compile(rb"BEGIN:(VCARD|VCALENDAR)\s", re.IGNORECASE).match
_page = re.compile(rb"<(?:!doctype|html|head|meta|body|table|div|style|script|\?xml)\b", re.IGNORECASE).match
_json = re.compile(rb'\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\})|\[\s*[\[{\]]').match
_line_of_json = re.compile(rb"\{[^\n]*\}[ \t\r]*(?:\n|$)").match
_mark = re.compile(r"^(?:<{7}|>{7}|\|{7}|={7}(?=\r?$))(?: [^\n]*)?\r?$", re.MULTILINE)
#: How many bytes of a compound file are searched for its directory.
_MOST_SEARCHED: Final = 32 * 2**20
_OLE_STREAMS = (("Workbook", "xls"), ("Book", "xls"), ("WordDocument", "doc"), ("EncryptedPackage", ""))


def no_text(start: bytes) -> str:
    """What a file is that cannot be read as text, or is text that nobody writes by hand; "" for any other text."""
    for beginning, words in _BEGINNINGS:
        if start.removeprefix(_UTF8_MARK).startswith(beginning):
            return words
    text = _bare(start)
    if found := _contacts(text):
        return f"is a vCard file: {_EXPORT}" if found[1].upper() == b"VCARD" else "is a calendar (iCalendar)"
    if start.startswith((OLE, ZIP)):
        return "is a document or an archive, not text"
    return ""


def no_csv(path: Path, start: bytes) -> str:
    """What a file is that is named as CSV and begins with `start`; "" if it may be CSV."""
    if start.startswith(ZIP):
        return archive(path)
    if start.startswith(OLE):
        return compound(path)
    return no_text(start) or _page_words(start) or _json_words(start)


def no_workbook(path: Path, start: bytes) -> str:
    """What a file is that is named as a workbook and begins with `start`; "" if it is such a workbook, or broken."""
    if not start.startswith((OLE, ZIP)):
        return no_text(start) or _json_words(start)
    words = archive(path) if start.startswith(ZIP) else compound(path)
    suffix = path.suffix.lower().replace(".xlsm", ".xlsx")
    fits = words.startswith(f"is an {suffix} workbook") or (suffix == ".xls" and words == _PROTECTED)
    return "" if fits or words == _BROKEN else words


def archive(path: Path) -> str:
    """What a zip file is, by the names in it."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as file:
            names = file.namelist()
            kind = b""
            if "mimetype" in names:
                with file.open("mimetype") as part:
                    kind = part.read(80)
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return _BROKEN
    if "xl/workbook.bin" in names:
        return f"is a binary workbook (.xlsb): {_SAVE_AS_CSV}"
    if any(name.startswith("xl/") for name in names):
        return _workbook(".xlsx")
    if b"opendocument.spreadsheet" in kind:
        return _workbook(".ods")
    if any(name.startswith("word/") for name in names) or b"opendocument.text" in kind:
        return "is a text document, not a list: copy the table in it into a spreadsheet and save it as CSV"
    if any(name.endswith(".iwa") for name in names):
        return "is an Apple Numbers workbook: export it as .xlsx"
    return f"is a zip archive: {_UNPACK}"


def compound(path: Path) -> str:
    """What an OLE compound file is, by the names in its directory."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_SEARCHED)
    except OSError:
        content = b""
    kind = next((kind for name, kind in _OLE_STREAMS if name.encode("utf-16-le") in content), "xls")
    if kind == "xls":
        return _workbook(".xls")
    if kind == "doc":
        return "is a Word document, not a list: copy the table in it into a spreadsheet and save it as CSV"
    return _PROTECTED


def conflict(text: str) -> int:
    """The line, from 1, on which a Git merge conflict is left in a text; 0 if there is none."""
    if "<" not in text and ">" not in text:  # a hundred times faster than looking for the whole mark
        return 0
    found = [one for one in _mark.finditer(text) if one[0]]
    # A row of seven signs may be an ornament; what Git leaves has a beginning or an end with a name.
    if not any(one[0][0] in "<>" and one[0][7:8] == " " for one in found):
        return 0
    return text.count("\n", 0, found[0].start()) + 1


CONFLICT: Final = "a Git merge conflict is left here: keep one of the two sides, and delete the other and the marks"


def nul_tail(source: bytes) -> int:
    """How many NUL bytes a text ends in, as a power failure leaves them; 0 if it contains others too (UTF-16)."""
    bare = source.rstrip(b"\0")
    return len(source) - len(bare) if b"\0" not in bare else 0


def nul_words(count: int) -> str:
    what = f"{count:,} NUL bytes are" if count > 1 else "a NUL byte is"
    return f"{what} at the end: the file was not saved completely; take it from a backup, or save it again"


def _workbook(suffix: str) -> str:
    return f"is an {suffix} workbook by its content: call it {suffix} (as a list of recipients it belongs under excel:)"


def _page_words(start: bytes) -> str:
    return f"is a web page or XML: {_SAVE_AS_CSV}" if _page(_bare(start)) else ""


def _json_words(start: bytes) -> str:
    text = _bare(start)
    if not _json(text):
        return ""
    if _line_of_json(text):
        return "is JSON Lines: call it .jsonl (as a list of recipients it belongs under jsonl:)"
    return "is JSON: write each recipient as an object on its own line, and call the file .jsonl"


def _bare(start: bytes) -> bytes:
    """The beginning of a text without byte order mark and white space; of UTF-16, its ASCII characters."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\0", b"")
    return start.removeprefix(_UTF8_MARK).lstrip()
