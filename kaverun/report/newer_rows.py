"""`messages.csv` once more, with the statuses of today; nothing else in it changes, not by a byte."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, compress
from pathlib import Path
from typing import IO

from kaverun.plan.cells import safe_cell, text_of_cell
from kaverun.report.delivery import Tally, count
from kaverun.report.folder import own_file, replacing, write_behind
from kaverun.report.standings import Now, Walk
from kaverun.report.written_rows import Rows, blocks

_PIECE = 2**20
_NOTHING = b","


class Foreign(Exception):
    """The file is not as kaverun wrote it."""


def refresh_rows(path: Path, walk: Walk, texts: Callable[[], Mapping[int, str]]) -> tuple[Tally, bool]:
    """Bring a file's rows up to date; returns the sums of those with a messageid, and whether any row was changed.

    `texts` gives the provider's words for its status codes, those told meanwhile too. Rows are read in blocks, so
    memory does not grow with them. Raises `Foreign`, `OSError`.
    """
    rows = _NewerRows(path, walk, texts)
    try:
        changed = _write(path, rows.blocks())
        return rows.tally(), changed
    except (ValueError, IndexError) as error:
        raise Foreign(f"{path.name} is not as kaverun wrote it: {error}") from None


def _write(path: Path, newer: Iterator[tuple[bytes, bytes]]) -> bool:
    """Write a file anew from the first block that changed; where there is none it stays untouched."""
    same = 0
    for before, after in newer:
        if before != after:
            break
        same += len(before)
    else:
        return False
    with replacing(path) as draft, own_file(draft) as file, path.open("rb") as old:
        write_behind(file, chain(_pieces(old, same), [after], (after for _, after in newer)))
    return True


class _NewerRows:
    """A file's blocks of rows, as they are and as they should be."""

    def __init__(self, path: Path, walk: Walk, texts: Callable[[], Mapping[int, str]]) -> None:
        self._path = path
        self._walk = walk
        self._texts = texts
        self._cells: dict[int | None, bytes] = {None: _NOTHING}
        # Rows with a messageid by line, first digits of the number, and the cells of their status, as written.
        self._seen: Counter[tuple[bytes, bytes, bytes]] = Counter()
        self._open = 0

    def blocks(self) -> Iterator[tuple[bytes, bytes]]:
        for before, rows in blocks(self._path):
            yield before, self._after(before, rows) if rows else before

    def tally(self) -> Tally:
        """The sums of all rows that passed by."""
        tally = Tally(open=self._open)
        for (line, prefix, told), rows in self._seen.items():
            status, _, _ = told.partition(b",")
            tally.seen[text_of_cell(_value(line)), prefix.decode(), int(status) if status else None] += rows
        return tally

    def _after(self, before: bytes, rows: Rows) -> bytes:
        if b"" not in rows.messageids:
            told = self._told(rows.messageids, rows.phones, rows.lines, rows.told)
        elif any(rows.messageids):
            columns = (rows.messageids, rows.phones, rows.lines, rows.told)
            news = iter(self._told(*([*compress(column, rows.messageids)] for column in columns)))
            told = [next(news) if messageid else old for messageid, old in zip(rows.messageids, rows.told, strict=True)]
        else:
            return before
        return before if told == rows.told else rows.written(told)

    def _told(
        self, messageids: list[bytes], phones: list[bytes], lines: list[bytes], before: list[bytes]
    ) -> list[bytes]:
        """What the ledger knows now, as cells of rows that have a messageid."""
        standings = self._walk.find(messageids)
        cases = Counter(standings)
        self._open += sum(rows for now, rows in cases.items() if now and now.is_open)
        if len(cases) == 1 and standings[0]:
            told = [self._cell(standings[0], b"")] * len(standings)
        else:
            told = [self._cell(now, old) for now, old in zip(standings, before, strict=True)]
        count(self._seen, lines, phones, told)
        return told

    def _cell(self, now: Now | None, before: bytes) -> bytes:
        """The cells of a status and its text."""
        if now is None:
            return before
        if now.status not in self._cells:
            self._cells[now.status] = self._written(now.status)
        return self._cells[now.status]

    def _written(self, status: int | None) -> bytes:
        row = io.StringIO()
        text = self._texts().get(status or 0, "")
        csv.writer(row, lineterminator="").writerow([status, safe_cell(text)])
        return row.getvalue().encode()


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    """So many bytes of a file."""
    while piece := file.read(min(size, _PIECE)):
        yield piece
        size -= len(piece)


def _value(cell: bytes) -> str:
    text = cell.decode()
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
