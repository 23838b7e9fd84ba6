from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kaverun.errors import Invalid
from kaverun.recipients.workbook.sheet import open_sheet

LISTS = Path(__file__).parents[3] / "data" / "lists"
BY_PROGRAM = LISTS / "by-program"


def complaint(path: Path) -> str:
    with pytest.raises(Invalid) as raised:
        open_sheet(path, path.name, None)
    (problem,) = raised.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        ("libreoffice.xls", "a.xlsx", "is an .xls workbook by its content"),
        ("libreoffice.ods", "a.xlsx", "is an .ods workbook by its content: call it .ods"),
        ("libreoffice.xlsx", "a.xls", "is an .xlsx workbook by its content: call it .xlsx"),
        ("libreoffice.xlsx", "a.ods", "is an .xlsx workbook by its content: call it .xlsx"),
    ],
)
def test_a_workbook_under_a_wrong_name_says_which(tmp_path: Path, source: str, name: str, words: str) -> None:
    shutil.copy(BY_PROGRAM / source, tmp_path / name)
    assert words in complaint(tmp_path / name)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_workbook_that_unpacks_to_gigabytes_is_refused_with_the_limit(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bomb{suffix}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(9):
            with archive.open(f"xl/sharedStrings{number}.xml", "w") as part:
                part.write(bytes(2**26))
    assert "unpacks to more than 512 MiB" in complaint(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"\xef\xbb\xbf<html><table>", "is a web page or XML"),
        (b'<?xml version="1.0"?><Workbook>', "is a web page or XML"),
        ("نام;شماره\n".encode(), "is text, and no workbook"),
        ("phone\tname\n".encode("utf-16"), "is text, and no workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3, "is a picture (PNG)"),
        (b"\x01\x02" + bytes(range(256)) * 3, "is no workbook"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "is a Git LFS pointer"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x1f\x8b\x08\x00", "is compressed with gzip"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "is a vCard file"),
        (b'[{"phone": "09121234567"}]', "is JSON: "),
        (b"\0" * 600, "holds nothing but NUL bytes"),
    ],
)
def test_what_is_no_workbook_says_what_to_do(tmp_path: Path, suffix: str, content: bytes, words: str) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    assert complaint(tmp_path / f"a{suffix}").startswith(f"a{suffix}: {words}")


@pytest.mark.parametrize("name", ["libreoffice.ods", "libreoffice.xls", "libreoffice.xlsx"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_workbook_that_is_cut_short_is_broken(tmp_path: Path, name: str, share: float) -> None:
    whole = (BY_PROGRAM / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    assert complaint(tmp_path / name).startswith(f"{name}: is broken: ")


def test_a_zip_of_something_else_is_named(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("readme.txt", "x")
    (tmp_path / "a.xlsx").write_bytes(made.getvalue())
    assert complaint(tmp_path / "a.xlsx").startswith("a.xlsx: is a zip archive: unpack it")


def test_a_missing_workbook_is_an_error(tmp_path: Path) -> None:
    assert complaint(tmp_path / "gone.xlsx") == "gone.xlsx: cannot be read: No such file or directory"


def test_a_password_is_told_of(tmp_path: Path, encrypted: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(encrypted)
    assert complaint(tmp_path / "a.xlsx") == (
        "a.xlsx: is protected by a password: take it off in the spreadsheet program"
    )


def test_a_value_far_out_is_refused_before_it_fills_the_memory(tmp_path: Path, excel: Any) -> None:
    path = tmp_path / "far.xlsx"
    near = excel.xlsx(excel.Sheet("S", [["phone"], ["0906"]]))
    path.write_bytes(rewritten(near, b'<row r="2"', b'<row r="60000"', b'"A2"', b'"XFD60000"'))
    assert complaint(path) == (
        "far.xlsx: the sheet reaches to cell XFD60000, more than 30,000,000 cells: delete what stands far out there"
    )


def rewritten(workbook: bytes, *pairs: bytes) -> bytes:
    """The workbook with its first sheet's XML changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                for old, new in zip(pairs[::2], pairs[1::2], strict=True):
                    content = content.replace(old, new)
            target.writestr(name, content)
    return made.getvalue()


def test_a_sheet_whose_marks_cannot_be_read_says_so(
    tmp_path: Path, excel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(path: Path, sheet: str) -> None:
        raise KeyError(sheet)

    monkeypatch.setattr("kaverun.recipients.workbook.opening.marks_of_xlsx", unreadable)
    path = tmp_path / "a.xlsx"
    path.write_bytes(excel.xlsx(excel.Sheet("S", [["phone"], ["0906"]])))
    (note,) = open_sheet(path, "a.xlsx", None).notes
    assert "could not be looked through for errors" in note.what
