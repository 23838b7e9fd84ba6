"""The lists of numbers that nobody writes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kaverun.errors import Invalid, Problem
from kaverun.recipients.header import header_below, may_be_a_number
from kaverun.recipients.lists import open_list_of_numbers
from kaverun.recipients.rows import BadRow, ListFile, Row, find, nearest, text_of
from kaverun.recipients.seen import Fields, FirstSeen
from kaverun.text.phone import NotAMobile, as_number, mask_text, normalize

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign

# Rows that are written into the table at once.
_TOGETHER = 500


class Excluded:
    """The numbers nobody writes to, each with the place that says so, such as `opt-outs.csv:12`.

    `rows` are counted by list. Raises `Refused` where the folder for temporary files has no room for them.
    """

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self._seen = FirstSeen()

    def add(self, numbers: Sequence[Fields]) -> None:
        """Exclude numbers, as `as_number` gives them; the first place of each is kept."""
        self._seen.meet(numbers)

    def among(self, phones: Iterable[str]) -> dict[str, str]:
        """Those of these canonical numbers that are excluded, with their places."""
        found = self._seen.find(map(as_number, phones))
        return {f"09{number:09d}": f"{first.path}:{first.line}" for number, first in found.items()}

    def __len__(self) -> int:
        return len(self._seen)


def load_excluded(loaded: LoadedCampaign) -> Excluded:
    """The numbers of the campaign's exclude lists.

    A list of any kind has the campaign's phone column, or one column only, with or without a header; encoding and
    delimiter are found for each. Raises Invalid with every problem: a number that cannot be read might belong to
    someone who must not be written to, on the first line as on any other.
    """
    recipients = loaded.campaign.recipients
    excluded, problems, met, number = Excluded(), list[Problem](), list[Fields](), 0
    for name in recipients.exclude:
        try:
            file = open_list_of_numbers(loaded, name, may_be_a_number)
            column, before = _phone_column(file, recipients.phone), number
            for row in file.rows(number):
                number = row.number
                phone = _number_in(row, column)
                if isinstance(phone, Problem):
                    problems.append(phone)
                    continue
                met.append((as_number(phone), number, row.path, row.line, 0, 0))
                if len(met) >= _TOGETHER:
                    excluded.add(met)
                    met.clear()
            excluded.rows[file.shown] = number - before
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    excluded.add(met)
    return excluded


def _phone_column(file: ListFile, phone: str) -> str:
    column = file.columns[0] if len(file.columns) == 1 else find(phone, file.columns)
    if column is None and not file.columns:  # a JSON Lines file without lines
        return ""
    if column is None:
        hint = header_below(file, phone) or nearest(phone, file.columns)
        what = f"no column is called '{phone}', and a list of several columns needs it; {hint}"
        raise Invalid([Problem(what, file.shown, file.header_line)])
    return column.name


def _number_in(row: BadRow | Row, column: str) -> str | Problem:
    """The canonical number of a row, or why there is none."""
    if isinstance(row, BadRow):
        return Problem(row.reason, row.path, row.line)
    written = text_of(row.values.get(column))
    try:
        return normalize(written)
    except NotAMobile as error:
        shown = f"{mask_text(written)}: " if written.strip() else ""
        return Problem(f"{shown}{error.reason}; correct it or take the row out", row.path, row.line, key=column)
