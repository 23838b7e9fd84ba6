"""The rows of `messages.csv` in their bytes, many at a time: the cells that may change, and around them all others.

A regular expression goes over a block and takes each row apart. A cell in quotes may hold commas, quotes and line ends.
Rows that begin with cells without quotes, as nearly all do, have one that is twice as fast; its result is looked over,
and where a quote or a line end is found in it, the block is taken apart once more by the one that knows quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

# Bytes read at a time: some thousand rows.
_BLOCK = 2**18
_MARK = b"\xef\xbb\xbf"  # the byte order mark
# A longer row is none: a quote that was opened was not closed.
_LONGEST_ROW = 2**20

_ANY = rb"[^,]*+"
_UNQUOTED = rb'[^",\n]*+'
_QUOTED = rb'[^",\n]*+(?:"[^"]*+"[^",\n]*+)*+'
# What is left of a row, with the end of its line.
_REST = rb'[^"\n]*+(?:"[^"]*+"[^"\n]*+)*+\n'
_REST_UNQUOTED = rb".*+\n"
# All bytes from the first that begin no whole row, so that nothing is ever passed over.
_TAIL = rb"|(?s:(?P<tail>.+))"


class Rows(NamedTuple):
    """The rows of a block in columns of one length, each cell as it is written.

    `heads` reach up to the status, `told` are status and statustext, `rests` all that follows, with the line end.
    `phones` are the first digits only. Phones, lines and messageids stand in heads or rests as well.
    """

    heads: list[bytes]
    phones: list[bytes]
    lines: list[bytes]
    messageids: list[bytes]
    told: list[bytes]
    rests: list[bytes]

    def written(self, told: Sequence[bytes]) -> bytes:
        """The block with these statuses and statustexts."""
        pieces = [b""] * (3 * len(self.heads))
        pieces[::3], pieces[1::3], pieces[2::3] = self.heads, told, self.rests
        return b"".join(pieces)


def blocks(path: Path) -> Iterator[tuple[bytes, Rows | None]]:
    """A file's bytes from first to last, with the rows in them; the header, which comes first, has none.

    Raises `ValueError` where it is not as kaverun wrote it, `OSError`.
    """
    with path.open("rb") as file:
        header = file.readline()
        yield header, None
        split, tail = _splitter(header), b""
        while read := file.read(_BLOCK):
            whole = tail + read
            rows, tail = split(whole)
            if len(tail) > _LONGEST_ROW:
                raise _complaint(tail)
            yield whole[: len(whole) - len(tail)], rows
    if tail:
        # The last line may have no end.
        rows, remains = split(tail + b"\n")
        if remains:
            raise _complaint(tail)
        rows.rests[-1] = rows.rests[-1][:-1]
        yield tail, rows


def _splitter(header: bytes) -> Callable[[bytes], tuple[Rows, bytes]]:
    """What takes a block apart into its whole rows and the beginning of one more."""
    columns = _Columns.of(header)
    row, quoted = (_pattern(columns, _QUOTED, _REST, ending) for ending in (b"", _TAIL))
    fast, fastest = (_pattern(columns, _ANY, rest, _TAIL) for rest in (_REST, _REST_UNQUOTED))

    def split(block: bytes) -> tuple[Rows, bytes]:
        rows, tail = _columns(fast if b'"' in block else fastest, block)
        looked_at = b"".join([*rows.heads, *set(rows.told)])
        if b'"' in looked_at or b"\n" in looked_at or (tail and row.match(tail)):
            return _columns(quoted, block)
        return rows, tail

    return split


class _Columns(NamedTuple):
    """Where the cells of a row are; the statustext follows the status."""

    phone: int
    line: int
    messageid: int
    status: int

    @classmethod
    def of(cls, header: bytes) -> _Columns:
        """Raises `ValueError` where one is missing."""
        names = header.removeprefix(_MARK).decode().rstrip().split(",")
        columns = cls(*map(names.index, cls._fields))
        if names.index("statustext") != columns.status + 1 or max(columns) > columns.status:
            raise ValueError("its columns were moved")
        return columns


def _pattern(columns: _Columns, cell: bytes, rest: bytes, otherwise: bytes) -> re.Pattern[bytes]:
    """A whole row with the columns of `Rows` as groups, or what may stand in its place."""
    head = [cell] * columns.status
    head[columns.phone] = rb'(?P<phones>[^",\n]{0,4}+)' + cell
    head[columns.line] = rb"(?P<lines>%b)" % cell
    head[columns.messageid] = rb"(?P<messageids>%b)" % cell
    row = rb"(?P<heads>%b,)(?P<told>%b,%b)(?P<rests>,%b)" % (b",".join(head), cell, cell, rest)
    return re.compile(row + otherwise)


def _columns(pattern: re.Pattern[bytes], block: bytes) -> tuple[Rows, bytes]:
    pieces = pattern.split(block)
    stride = pattern.groups + 1
    number = pattern.groupindex
    tail = pieces[-1 - stride + number["tail"]] or b"" if len(pieces) > 1 else b""
    end = -stride if tail else len(pieces) - 1
    return Rows(*(pieces[number[name] : end : stride] for name in Rows._fields)), tail


def _complaint(tail: bytes) -> ValueError:
    first, _, _ = tail.partition(b"\n")
    return ValueError("a quotation mark is not closed" if first.count(b'"') % 2 else "a row has too few cells")
