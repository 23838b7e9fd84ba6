"""The header of a list: the names its columns go by, and what is wrong with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from kaverun.errors import Problem
from kaverun.recipients.rows import Column, ListFile, Row, listed, text_of
from kaverun.recipients.uncomputed import is_error_word
from kaverun.text.names import slug

#: Rows among which a header is looked for that has others above it.
_ROWS_ABOVE: Final = 10
#: Digits; no header has as many.
_AS_LONG_AS_A_NUMBER: Final = 7


def may_be_a_number(text: str) -> bool:
    """Whether a text in the place of a header is meant as a number, readable or not.

    A header is a word: it has more letters than digits. `9.12E+09`, `0912-345` and `####` have not, and each may stand
    for somebody's number.
    """
    text = text.strip()
    digits, letters = sum(char.isdigit() for char in text), sum(char.isalpha() for char in text)
    if digits >= _AS_LONG_AS_A_NUMBER or is_error_word(text):
        return True
    return bool(text) and (digits > letters or not letters)


def is_title(first: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a first row is a title above the header: one filled cell, and below it several, all of them words."""
    filled = [cell for cell in below if cell.strip()]
    return sum(bool(cell.strip()) for cell in first) == 1 and len(filled) > 1 and not any(map(may_be_a_number, filled))


def title_problem(title: int, header: int, shown: str) -> Problem:
    """The problem of a list whose header, on one line, has a title above it on another."""
    what = f"this is a title, and the header seems to be on line {header}: delete what is above line {header}"
    return Problem(what, shown, title)


def header_below(file: ListFile, wanted: str) -> str:
    """Words that lead to a row below the header that has the wanted column in it; "" where none has."""
    for row in islice(file.rows(), _ROWS_ABOVE):
        if isinstance(row, Row) and any(slug(text_of(cell)) == slug(wanted) for cell in row.values.values()):
            return f"the header seems to be on line {row.line}: delete what is above line {row.line}"
    return ""


def named(cells: Sequence[str]) -> tuple[Column, ...]:
    """The columns that a header names; one without a header has the name "", one without letters that of its place."""
    headers = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
    names = (slug(text) or (f"column_{place}" if text else "") for place, text in enumerate(headers, 1))
    return tuple(Column(name, text) for name, text in zip(names, headers, strict=True))


def same_names(columns: Iterable[Column], shown: str, line: int) -> Iterator[Problem]:
    """A problem for each name that several columns go by."""
    headers: dict[str, list[str]] = {}
    for column in columns:
        if column.name:
            headers.setdefault(column.name, []).append(column.header)
    for name, same in headers.items():
        if len(same) > 1:
            yield Problem(f"{len(same)} columns are both '{name}': {listed(same)}; rename one", shown, line)
