"""The lists of numbers that nobody writes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kaverun.errors import Invalid, Problem
from kaverun.recipients.header import header_below, may_be_a_number
from kaverun.recipients.lists import open_list_of_numbers
from kaverun.recipients.phone import NotAMobile, as_number, mask_text, normalize
from kaverun.recipients.rows import BadRow, ListFile, Row, find, nearest, text_of
from kaverun.recipients.seen import FirstSeen

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign


class Excluded(Mapping[str, str]):
    """The numbers nobody writes to, each with the place that says so, such as `opt-outs.csv:12`."""

    def __init__(self) -> None:
        self._seen = FirstSeen()

    def add(self, phone: str, row: Row) -> None:
        """Exclude a canonical number; the first place is kept."""
        self._seen.meet(as_number(phone), row.number, row.path, row.line)

    def __contains__(self, phone: object) -> bool:
        return isinstance(phone, str) and bool(self._seen.find(as_number(phone)))

    def __getitem__(self, phone: str) -> str:
        entry = self._seen.find(as_number(phone))
        if not entry:
            raise KeyError(phone)
        place = self._seen.place(entry)
        return f"{place.path}:{place.line}"

    def __iter__(self) -> Iterator[str]:
        return (f"09{number:09d}" for number in self._seen.numbers())

    def __len__(self) -> int:
        return len(self._seen)


def load_excluded(loaded: LoadedCampaign) -> Excluded:
    """The numbers of the campaign's exclude lists.

    A list of any kind has the campaign's phone column, or one column only, with or without a header; encoding and
    delimiter are found for each. Raises Invalid with every problem: a number that cannot be read might belong to
    someone who must not be written to, on the first line as on any other.
    """
    recipients = loaded.campaign.recipients
    excluded, problems, number = Excluded(), list[Problem](), 0
    for name in recipients.exclude:
        try:
            file = open_list_of_numbers(loaded, name, may_be_a_number)
            column = _phone_column(file, recipients.phone)
            for row in file.rows(number):
                number = row.number
                problems += _exclude(excluded, row, column)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
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


def _exclude(excluded: Excluded, row: BadRow | Row, column: str) -> list[Problem]:
    if isinstance(row, BadRow):
        return [Problem(row.reason, row.path, row.line)]
    written = text_of(row.values.get(column))
    try:
        excluded.add(normalize(written), row)
    except NotAMobile as error:
        shown = f"{mask_text(written)}: " if written.strip() else ""
        return [Problem(f"{shown}{error.reason}; correct it or take the row out", row.path, row.line, key=column)]
    return []
