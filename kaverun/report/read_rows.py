"""The rows of `messages.csv`, for rebuilding a lost ledger. Nothing in them is taken on trust.

A row counts only if its localid is the one that its campaign, occurrence, key and generation lead to: rows of another
campaign, or of a file that a spreadsheet has changed, would mark unserved people as served, or the reverse.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from kaverun.blocks import blocks
from kaverun.errors import Problem
from kaverun.message.fate import Fate
from kaverun.message.identity import localids_of
from kaverun.message.scope import Scope
from kaverun.report.read_document import REMEDY, WITHOUT, ReportFiles
from kaverun.report.rows import MAY_HAVE_SENT, NEVER_TRIED, NO_LONGER_LISTED, OUR_WORDS
from kaverun.report.write import MESSAGES_CSV
from kaverun.text.csv_cells import text_of_cell
from kaverun.text.excerpt import excerpt
from kaverun.text.phone import NotAMobile, normalize

#: The columns that a ledger is made from.
_COLUMNS = (
    "row", "key", "phone", "line", "action", "reason", "localid", "messageid", "status", "statustext", "cost", "parts",
    "attempts", "text", "file", "file_line", "generation", "price", "date", "batch", "fate", "spelling",
)  # fmt: skip
_NUMBERS = (
    "row", "localid", "messageid", "status", "cost", "parts", "attempts", "file_line", "generation", "price", "batch",
)  # fmt: skip
_ACTIONS = ("send", "done", "skip", "invalid")
_LONGEST_CELL = 2**20
_TOGETHER = 500
_number = re.compile(r"-?[0-9]{1,19}", re.ASCII).fullmatch
_LARGEST = 2**63 - 1


class ReadRow(NamedTuple):
    """A row as `kaverun.ledger.importing` takes it, with its line in the file; last the text of its status."""

    place: int
    localid: int | None
    row: int | None
    key: str
    spelling: str | None
    generation: int
    phone: str
    line: str
    text: str
    parts: int | None
    price: int | None
    file: str | None
    file_line: int | None
    action: str
    listed: str | None
    fate: str | None
    messageid: int | None
    status: int | None
    cost: int | None
    attempts: int
    reason: str | None
    date: int | None
    batch: int | None
    statustext: str


class _Wrong(ValueError):
    """A row is not as kaverun wrote it; `column` says where."""

    def __init__(self, column: str, words: str) -> None:
        self.column = column
        self.words = words


def read_rows(files: ReportFiles, problems: list[Problem]) -> Iterator[list[ReadRow]]:
    """The rows of `messages.csv`, a few hundred at a time; what is wrong with others is added to `problems`."""
    path = files.folder / MESSAGES_CSV
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open("rb") as file:
            file.seek(-1, 2)
            ended = file.read() == b"\n"
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            try:
                yield from _read(reader, files.run.scope, str(path), problems)
            except (UnicodeDecodeError, csv.Error) as error:
                words = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
                problems.append(Problem(f"{words}: {REMEDY}", str(path), reader.line_num + 1))
            if not ended:
                problems.append(Problem(f"the file ends in the middle of a row: {REMEDY}", str(path), reader.line_num))
    except OSError as error:
        words = "is empty" if path.exists() and not path.stat().st_size else f"cannot be read: {error.strerror}"
        problems.append(Problem(f"{words}: {REMEDY}", str(path)))


def _read(reader: Any, scope: Scope, path: str, problems: list[Problem]) -> Iterator[list[ReadRow]]:
    header: list[str] = next(reader, [])
    if missing := [name for name in _COLUMNS if name not in header]:
        words = f"has no column {', '.join(missing)}: it was written by an earlier version of kaverun; {WITHOUT}"
        problems.append(Problem(words, path, 1))
        return

    def rows() -> Iterator[ReadRow]:
        place = reader.line_num + 1
        for cells in reader:
            try:
                if len(cells) != len(header):
                    raise _Wrong("", f"has {len(cells)} cells, and its header {len(header)}")
                yield _row(place, dict(zip(header, cells, strict=True)))
            except _Wrong as wrong:
                problems.append(Problem(f"{wrong.words}: {REMEDY}", path, place, key=wrong.column))
            place = reader.line_num + 1

    for some in blocks(rows(), _TOGETHER):
        yield list(_identified(some, scope, path, problems))


def _row(place: int, cells: dict[str, str]) -> ReadRow:
    numbers = {name: _as_number(name, cells[name]) for name in _NUMBERS}
    localid, batch, row = numbers["localid"], numbers["batch"], numbers["row"]
    action, written, reason = cells["action"], cells["fate"], text_of_cell(cells["reason"])
    _check_words(cells, localid)
    # What was never in a request was certainly not sent; what was in one when the report was drawn is in doubt.
    never = localid is not None and written in ("", Fate.PLANNED)
    fate = None if localid is None else Fate.NOT_SENT if never else Fate.UNKNOWN if written == Fate.SENDING else written
    return ReadRow(
        place=place,
        row=row,
        key=text_of_cell(cells["key"]),
        spelling=text_of_cell(cells["spelling"]) or None,
        phone=cells["phone"],
        line=text_of_cell(cells["line"]),
        text=text_of_cell(cells["text"]),
        file=text_of_cell(cells["file"]) or None,
        action=action,
        listed=_of_the_list(action, reason, fate),
        fate=fate,
        reason=_of_the_outcome(row, action, reason, never=never) or None,
        date=_as_time(cells["date"]),
        batch=None if never else batch,
        statustext=text_of_cell(cells["statustext"]),
        generation=numbers["generation"] or 0,
        attempts=numbers["attempts"] or 0,
        localid=localid,
        **{name: numbers[name] for name in ("messageid", "status", "cost", "parts", "price", "file_line")},
    )


def _check_words(cells: dict[str, str], localid: int | None) -> None:
    action, fate, phone = cells["action"], cells["fate"], cells["phone"]
    if action not in _ACTIONS:
        raise _Wrong("action", f"{excerpt(action)} is not one of {', '.join(_ACTIONS)}")
    if fate not in ("", *Fate):
        raise _Wrong("fate", f"{excerpt(fate)} is not one of {', '.join(Fate)}")
    if localid is None and (fate or action in ("send", "done")):
        raise _Wrong("localid", "is missing")
    if localid is None and not cells["row"]:
        raise _Wrong("row", "is missing")
    if fate in (Fate.ACCEPTED, Fate.CANCELLING) and not cells["messageid"]:
        raise _Wrong("messageid", f"is missing, and the message is {fate}")
    try:
        whole = not phone or normalize(phone) == phone
    except NotAMobile:
        whole = False
    if not whole:
        raise _Wrong("phone", f"{excerpt(phone)} is not a mobile number as kaverun writes it")


def _of_the_list(action: str, reason: str, fate: str | None) -> str | None:
    """What a row says, without what `kaverun.report.rows` adds to it."""
    if action == "done":
        return None if reason in OUR_WORDS else reason
    if action not in ("skip", "invalid"):
        return None
    words, _, added = reason.rpartition("; ")
    return words if fate and added in (*OUR_WORDS, MAY_HAVE_SENT) else reason


def _of_the_outcome(row: int | None, action: str, reason: str, *, never: bool) -> str:
    if action != "send":
        return ""
    if row is None:
        reason = reason.removeprefix(NO_LONGER_LISTED).removeprefix("; ")
    return "" if reason in (*OUR_WORDS, MAY_HAVE_SENT) or (reason == NEVER_TRIED and not never) else reason


def _as_number(column: str, cell: str) -> int | None:
    if not cell:
        return None
    if not _number(cell) or abs(int(cell)) > _LARGEST:
        raise _Wrong(column, f"{excerpt(cell)} is not a whole number")
    return int(cell)


def _as_time(cell: str) -> int | None:
    if not cell:
        return None
    try:
        return round(datetime.strptime(cell, "%Y-%m-%dT%H:%M:%S%z").timestamp())
    except ValueError:
        raise _Wrong("date", f"{excerpt(cell)} is not a time in UTC") from None


def _identified(rows: list[ReadRow], scope: Scope, path: str, problems: list[Problem]) -> Iterator[ReadRow]:
    """The rows whose localids are their own; a key that itself begins with a quote is restored."""
    for generation in {row.generation for row in rows}:
        own = [row for row in rows if row.generation == generation]
        hashed = [row.spelling or row.key for row in own]
        plain = localids_of(*scope[:2], hashed, generation)
        for row, key, localid in zip(own, hashed, plain, strict=True):
            # `kaverun ledger prune` leaves nothing of a person but the localid.
            erased = not row.phone and (not row.key or row.key.startswith("#"))
            if row.localid is None or row.localid == localid or erased:
                yield row
            elif row.localid == localids_of(*scope[:2], [f"'{key}"], generation)[0]:
                yield row._replace(spelling=f"'{key}") if row.spelling else row._replace(key=f"'{key}")
            else:
                words = (
                    f"{row.localid} is not the localid of {scope.campaign}, {scope.occurrence}, key {excerpt(key)}, "
                    f"generation {generation}, which is {localid}: the row was changed, or is from another campaign; "
                    f"{REMEDY}"
                )
                problems.append(Problem(words, path, row.place, key="localid"))
