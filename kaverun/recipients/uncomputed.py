"""Cells that a spreadsheet could not compute, and the words it shows in their place."""

from __future__ import annotations

import re
from typing import Final

from jinja2 import StrictUndefined

#: What Excel, LibreOffice and Google Sheets show for an error; #### is a column too narrow for its numbers.
_error_word = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA|#{3,})"
    r"|Err:\d{3}"
)
is_error_word: Final = _error_word.fullmatch


class UnusableCell(StrictUndefined):
    """A cell without a value of its own: to print it, compare it or ask for its truth is an error that says why.

    So a list may hold #N/A where nobody looks, and `default` may stand in for it. `what` is in the cell, in words;
    `shown` is what the spreadsheet shows.
    """

    __slots__ = ("shown", "what")

    def __init__(self, column: str, what: str, shown: str = "") -> None:
        super().__init__(hint=f"the column '{column}' holds {what}")
        self.what = what
        self.shown = shown


class ShownCell(str):
    """A number under a format by which its sheet shows something else: the text shown, and the `number` for types."""

    __slots__ = ("number",)

    number: float

    def __new__(cls, shown: str, number: float) -> ShownCell:
        cell = super().__new__(cls, shown)
        cell.number = number
        return cell


def error_cell(column: str, word: str) -> UnusableCell:
    """The cell of a column in which a spreadsheet shows an error."""
    return UnusableCell(column, f"{word}, an error of the spreadsheet", word)


def has_error_words(text: str) -> bool:
    """Whether a spreadsheet's error may stand in some text; quick, since whole files are asked about."""
    return ("#" in text or "Err:" in text) and _error_word.search(text) is not None
