"""The files of tests/data/lists, each as a real program writes it: what is said of it, and what becomes of each row.

`expected.txt` holds a section for each file, read over by a person: warnings and errors, the columns, then the rows
with their lines: to whom it is sent with which values, or why not.
"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.errors import Invalid
from kaverun.files.named import kind_of
from kaverun.recipients.selection import Recipient, load_excluded, select
from kaverun.recipients.source import open_recipients
from kaverun.recipients.uncomputed import UnusableCell

LISTS = Path(__file__).parents[2] / "data" / "lists"
#: What a campaign has to say beside the name of the file.
SETTINGS = {
    "by-program/libreoffice.ods": "phone: شماره, columns: {ویژه: bool}",
    "by-program/libreoffice.xls": "phone: شماره",
    "by-program/libreoffice.xlsx": "phone: شماره",
    "by-program/openpyxl.xlsx": "phone: شماره",
    "by-program/xlwt.xls": "columns: {date: date}",
    "excel-fa-cp1256.csv": "phone: شماره",
    "excel-fa.xlsx": "phone: شماره همراه",
    "excel-members.xlsx": "exclude: excel-members.xlsx#Opt-outs",
    "google-sheets.csv": "phone: شماره موبایل",
    "merged-duplicates.csv": "exclude: opt-outs.csv",
    "pasted-headers.csv": "phone: شماره تماس",
    "typed.csv": "columns: {vip: bool, amount: int, birthday: date}",
}
_section = re.compile(r"^== (\S+)\n(.*?)\n(?=\n== |\Z)", re.DOTALL | re.MULTILINE)
EXPECTED = dict(_section.findall((LISTS / "expected.txt").read_text(encoding="utf-8")))


def lists() -> dict[str, Path]:
    """Every list by its name; one is only ever excluded."""
    files = [path for folder in (LISTS, LISTS / "by-program") for path in folder.iterdir() if path.is_file()]
    names = {path.relative_to(LISTS).as_posix(): path for path in sorted(files) if path.suffix != ".py"}
    return {name: path for name, path in names.items() if name not in ("expected.txt", "opt-outs.csv")}


def test_the_lists_are_what_their_script_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(LISTS))
    made = runpy.run_path(str(LISTS / "make.py"))["LISTS"]
    assert made.pop("opt-outs.csv") == (LISTS / "opt-outs.csv").read_bytes()
    assert made == {name: path.read_bytes() for name, path in lists().items() if "/" not in name}


def test_every_list_has_its_expectation() -> None:
    assert list(EXPECTED) == list(lists())


@pytest.mark.parametrize("name", lists())
def test_a_list_is_read_as_expected(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for needed in (name, "opt-outs.csv"):
        Path(needed).parent.mkdir(exist_ok=True)
        Path(needed).write_bytes((LISTS / needed).read_bytes())
    assert "\n".join(told(name)) == EXPECTED[name]


def told(name: str) -> Iterator[str]:
    """What is said of a list, and a line for each row."""
    settings = ", ".join(filter(None, (f"{kind_of(name)}: {name}", SETTINGS.get(name))))
    text = f"version: 1\nname: a\nsenders: 1000\nmessage: hi\nrecipients: {{{settings}}}\n"
    Path("c.yaml").write_text(text, encoding="utf-8")
    try:
        loaded = load_campaign(Path("c.yaml"))
        source, excluded = open_recipients(loaded), load_excluded(loaded)
        yield from map(str, source.notes)
        yield "columns " + ", ".join(column.name for column in source.columns)
        rows, typed = source.rows(), source.typed
        yield from map(line_of, select(rows, phone=source.phone, key=None, where=None, excluded=excluded, typed=typed))
    except Invalid as invalid:
        yield from map(str, invalid.problems)


def line_of(recipient: Recipient) -> str:
    if recipient.action != "send":
        return f"{recipient.line} {recipient.action}, {recipient.cause}: {recipient.reason}"
    return f"{recipient.line} {recipient.phone} {' '.join(map(shown, recipient.values.values()))}"


def shown(value: object) -> str:
    return f"<{value.what}>" if isinstance(value, UnusableCell) else repr(value)
