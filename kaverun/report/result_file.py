"""Writes a report to a chosen file: whole or not at all, and without losing what is already there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from kaverun.errors import Problem, Refused
from kaverun.files.drafts import draft_of
from kaverun.report.forms import FORMS, form_of_suffix
from kaverun.report.renderings import Drawing

_AUTHOR = b"<dc:creator>kaverun</dc:creator>"


def form_of(target: Path) -> str:
    """The form that a file's name asks for, csv if it asks for none."""
    return form_of_suffix(target.suffix)


def put(drawing: Drawing, target: Path, form: str) -> None:
    """Write a report to a file, whole or not at all. Raises `Refused`."""
    with placed(target) as draft:
        if form == "xlsx":
            drawing.write_workbook(draft)
        else:
            with draft.open("w", encoding="utf-8", newline="") as file:
                drawing.write(form, file, FORMS[form].line_end)


def check_result_file(target: Path, form: str) -> None:
    """Raise `Refused` if the file exists and is not such a report; called before anything is read or written."""
    if not os.path.lexists(target):
        return
    try:
        is_ours = target.is_file() and _is_report(target, form)
    except OSError as error:
        raise _refused(target, f"cannot be read: {error.strerror}") from None
    if not is_ours:
        raise _refused(target, f"already exists and is not a report in {form}: name another file, or remove it")


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A file that only its owner may read; it replaces `target` once the block has succeeded."""
    try:
        with draft_of(target) as draft:
            yield draft
    except OSError as error:
        raise _refused(target, f"cannot be written: {error.strerror}") from None


def _is_report(path: Path, form: str) -> bool:
    begins = FORMS[form].begins
    with path.open("rb") as file:
        found = file.read(len(begins))
    if form != "xlsx" or found != begins:
        return found in (begins, b"")
    try:
        with ZipFile(path) as workbook:
            return _AUTHOR in workbook.read("docProps/core.xml")
    except (BadZipFile, KeyError):
        return False


def _refused(target: Path, words: str) -> Refused:
    return Refused(str(Problem(f"{words}; nothing was written", str(target), key="--out")))
