from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from kaverun.disguise import conflict, no_csv, nul_tail
from kaverun.errors import Invalid
from kaverun.strict_yaml.text import decoded

BY_PROGRAM = Path(__file__).parents[1] / "data" / "lists" / "by-program"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nTEL:09121234567\r\nEND:VCARD\r\n"
CONFLICT = "phone\n<<<<<<< HEAD\n0912\n=======\n0935\n>>>>>>> theirs\n"


def zipped(*names: str, mimetype: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")  # whose time is always the same
    return made.getvalue()


def named(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    return no_csv(path, content[:4096])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (LFS, "is a Git LFS pointer, not the file itself: run `git lfs pull`"),
        (b"/annex/objects/SHA256E-s3--4d7a.csv\n", "is a git-annex pointer"),
        (VCARD, "is a vCard file: export the contacts as CSV"),
        (b"\xef\xbb\xbfbegin:vcard\n", "is a vCard file"),
        (b"%PDF-1.4\n%\xe2", "is a PDF"),
        (b"\x1f\x8b\x08\x00\x00", "is compressed with gzip: unpack it"),
        (zipped("list.csv"), "is a zip archive: unpack it"),
        (zipped("xl/workbook.xml"), "is an .xlsx workbook by its content: call it .xlsx"),
        (zipped("xl/workbook.bin"), "is a binary workbook (.xlsb)"),
        (zipped("word/document.xml"), "is a text document"),
        (zipped("Index/Document.iwa"), "is an Apple Numbers workbook"),
        (zipped("content.xml", mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "is an .ods workbook"),
        (zipped("x")[:20], "is a broken zip archive or workbook"),
        (b"<!DOCTYPE html>\n<html>", "is a web page or XML"),
        (b"\r\n <table><tr><td>phone", "is a web page or XML"),
        (b'<?xml version="1.0"?>', "is a web page or XML"),
        ("<html><table>".encode("utf-16"), "is a web page or XML"),
        (b'[{"phone": "09121234567"}]', "is JSON: "),
        (b'{\n  "recipients": []\n}', "is JSON: "),
        (b'{"phone": "09121234567"}\n{"phone": "09351234567"}\n', "is JSON Lines: call it .jsonl"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "is encrypted with age"),
        (b"SQLite format 3\x00", "is an SQLite database"),
    ],
)
def test_a_list_that_is_something_else_is_named_for_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    assert named(tmp_path, content).startswith(words)


@pytest.mark.parametrize("name", ["libreoffice.xls", "libreoffice.xlsx", "libreoffice.ods"])
def test_a_workbook_named_csv_is_named_by_its_kind(tmp_path: Path, name: str) -> None:
    words = named(tmp_path, (BY_PROGRAM / name).read_bytes())
    assert words.startswith(f"is an {Path(name).suffix} workbook by its content: call it {Path(name).suffix}")


@pytest.mark.parametrize(
    "text", ["", "phone,name\n", "<نام>,phone\n", "{name},phone\n", "[phone],[name]\n", "version,phone\n", "=======\n"]
)
def test_a_list_with_odd_headers_is_still_a_list(tmp_path: Path, text: str) -> None:
    assert named(tmp_path, text.encode()) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CONFLICT, 2),
        (CONFLICT.replace("\n", "\r\n"), 2),
        ("<<<<<<< HEAD\nx\n", 1),
        ("a\n=======\nb\n>>>>>>> 1f3c (theirs)\n", 2),
        ("a\n>>>>>>> theirs", 2),
        ("a\n||||||| base\nb\n>>>>>>> theirs\n", 2),
        ("سلام\n=======\nلغو11\n", 0),
        ("a <<<<<<< b\n", 0),
        ("<<<<<<<< eight\n", 0),
        ("  <<<<<<< HEAD\n", 0),
    ],
)
def test_a_merge_conflict_is_found_where_it_begins(text: str, line: int) -> None:
    assert conflict(text) == line


@pytest.mark.parametrize(("source", "count"), [(b"a\0\0\0", 3), (b"a\0", 1), (b"a\0b\0", 0), (b"a", 0), (b"", 0)])
def test_nuls_at_the_end_are_counted_where_no_others_are(source: bytes, count: int) -> None:
    assert nul_tail(source) == count


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (LFS, "c.yaml:1:1: the file is a Git LFS pointer"),
        (b"\xef\xbb\xbf" + LFS, "c.yaml:1:1: the file is a Git LFS pointer"),
        (CONFLICT.encode(), "c.yaml:2:1: a Git merge conflict is left here"),
        (b"version: 1\nname: x\n\0\0\0\0", "c.yaml:3: 4 NUL bytes are at the end"),
        (b"%PDF-1.7", "c.yaml:1:1: the file is a PDF"),
        (zipped("x"), "c.yaml:1:1: the file is a document or an archive, not text"),
        (b"\x1f\x8b\x08\x00\x00\x00", "c.yaml:1:1: the file is compressed with gzip"),
    ],
)
def test_campaigns_templates_and_tariffs_that_are_something_else_are_named(source: bytes, words: str) -> None:
    with pytest.raises(Invalid) as raised:
        decoded(source, "c.yaml")
    assert str(raised.value).startswith(words)
