"""`messages.csv` once more, with the statuses of today; nothing else in it changes, not by a byte."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from kaverun.ledger.protocol import Standing, Standings
from kaverun.plan.cells import safe_cell, text_of_cell
from kaverun.report.delivery import Tally
from kaverun.report.folder import replacing

# Bytes read at a time: some hundred rows.
_BLOCK = 2**16
_MARK = b"\xef\xbb\xbf"  # the byte order mark
# A longer row is none: a quote that was opened was not closed.
_LONGEST_ROW = 2**20


class Foreign(Exception):
    """The file is not as kaverun wrote it."""


class News(NamedTuple):
    """What the ledger knows now.

    `texts` are the provider's words for its status codes, `is_open` says whether a standing may still change.
    """

    standings: Standings
    texts: Mapping[int, str]
    is_open: Callable[[Standing], bool]


def refresh_rows(path: Path, news: News) -> tuple[Tally, bool]:
    """Bring a file's rows up to date; returns the sums of those with a messageid, and whether any row was changed.

    Rows are read in blocks, so memory does not grow with them. Raises `Foreign`, `OSError`.
    """
    rows = _Rows(path, news)
    if all(before == after for before, after in rows.blocks()):
        return rows.tally(), False
    rows = _Rows(path, news)
    with replacing(path) as draft, draft.open("wb") as file:
        for _, after in rows.blocks():
            file.writelines(after)
    return rows.tally(), True


class _Rows:
    """A file's rows in their bytes: only the cells up to the statustext are looked at, the others pass as they are."""

    def __init__(self, path: Path, news: News) -> None:
        self._path = path
        self._news = news
        self._told: dict[int | None, list[bytes]] = {None: [b"", b""]}
        # Rows with a messageid by line, first digits of the number, and status, as written.
        self._seen: Counter[tuple[bytes, bytes, bytes]] = Counter()
        self._open = 0

    def blocks(self) -> Iterator[tuple[list[bytes], list[bytes]]]:
        """Rows as they are, and as they should be, in their order; the header first."""
        with self._path.open("rb") as file:
            try:
                header = file.readline()
                columns = _Columns.of(header)
                yield [header], [header]
                for before in _blocks(file):
                    yield before, self._after(before, columns)
            except (ValueError, IndexError) as error:
                raise Foreign(f"{self._path.name} is not as kaverun wrote it: {error}") from None

    def tally(self) -> Tally:
        """The sums of all rows that passed by."""
        tally = Tally(open=self._open)
        for (line, prefix, status), rows in self._seen.items():
            tally.seen[text_of_cell(_value(line)), prefix.decode(), int(status) if status else None] += rows
        return tally

    def _after(self, before: list[bytes], columns: _Columns) -> list[bytes]:
        split = _split(before, columns.looked_at)
        taken = [(int(cells[columns.messageid]), cells) for cells in split if cells[columns.messageid]]
        standings = self._news.standings.find([messageid for messageid, _ in taken])
        counted = Counter(standings.values())
        self._open += sum(rows for standing, rows in counted.items() if self._news.is_open(standing))
        status = columns.status
        for messageid, cells in taken:
            if standing := standings.get(messageid):
                cells[status : status + 2] = self._told.get(standing[0]) or self._tell(standing[0])
        self._seen.update((cells[columns.line], cells[columns.phone][:4], cells[status]) for _, cells in taken)
        return [b",".join(cells) for cells in split]

    def _tell(self, status: int | None) -> list[bytes]:
        """The cells of a status and its text."""
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow([status, safe_cell(self._news.texts.get(status or 0, "")), ""])
        cells = self._told[status] = _quoted_cells(row.getvalue().encode(), 2)[:2]
        return cells


class _Columns(NamedTuple):
    """Where the cells of a row are; the statustext follows the status."""

    phone: int
    line: int
    messageid: int
    status: int

    @property
    def looked_at(self) -> int:
        """How many cells it takes to have all of them."""
        return max(self) + 2

    @classmethod
    def of(cls, header: bytes) -> _Columns:
        """Raises `ValueError` where one is missing."""
        names = header.removeprefix(_MARK).decode().rstrip().split(",")
        columns = cls(*map(names.index, cls._fields))
        if names.index("statustext") != columns.status + 1:
            raise ValueError("its columns were moved")
        return columns


def _blocks(file: IO[bytes]) -> Iterator[list[bytes]]:
    """The rows, a few hundred at a time; a cell in quotes may hold line ends."""
    while lines := file.readlines(_BLOCK):
        yield list(_rows(lines, file)) if any(b'"' in line for line in lines) else lines


def _rows(lines: list[bytes], file: IO[bytes]) -> Iterator[bytes]:
    """`lines` joined to rows, the last of them with lines that follow. Raises `ValueError` for an open quote."""
    following = iter(lines)
    for line in following:
        pieces, size, is_open = [line], len(line), line.count(b'"') % 2
        while is_open:
            more = next(following, b"") or file.readline()
            if not more or size > _LONGEST_ROW:
                raise ValueError("a quotation mark is not closed")
            pieces.append(more)
            size += len(more)
            is_open ^= more.count(b'"') % 2
        yield b"".join(pieces)


def _split(rows: list[bytes], count: int) -> list[list[bytes]]:
    """Of each row the first `count` cells as they are written, then the rest. Raises `ValueError` for a short row."""
    split = [row.split(b",", count) if b'"' not in row else _quoted_cells(row, count) for row in rows]
    if any(len(cells) <= count for cells in split):
        raise ValueError("a row has too few cells")
    return split


def _quoted_cells(row: bytes, count: int) -> list[bytes]:
    cells: list[bytes] = []
    pieces = row.split(b",")
    first = 0
    for end in range(1, len(pieces) + 1):
        cell = b",".join(pieces[first:end])
        if len(cells) == count:
            break
        if cell.count(b'"') % 2 == 0:
            cells.append(cell)
            first = end
    return [*cells, b",".join(pieces[first:])]


def _value(cell: bytes) -> str:
    text = cell.decode()
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
