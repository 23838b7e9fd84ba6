"""Where a campaign's recipients come from: CSV files, then the rows written in the campaign file itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kaverun.errors import Invalid, Problem
from kaverun.recipients.csv_file import CsvFile, open_csv
from kaverun.recipients.phone import NotAMobile, normalize
from kaverun.recipients.rows import BadRow, Column, Row, find, listed, nearest, slug, text_of

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.campaign.strict_yaml import Document


class _Part(Protocol):
    """One source of rows among several."""

    @property
    def columns(self) -> tuple[Column, ...]: ...

    def rows(self, number: int = 0) -> Generator[Row | BadRow, None, int]: ...


@dataclass(frozen=True, slots=True)
class InlineRows:
    """The rows written in the campaign file; `columns` are those that every one of them gives."""

    shown: str
    entries: tuple[tuple[int, dict[str, object]], ...]
    columns: tuple[Column, ...]

    def rows(self, number: int = 0) -> Generator[Row | BadRow, None, int]:
        """The entries as rows, numbered after `number`; returns the last number."""
        for place, (line, values) in enumerate(self.entries, number + 1):
            yield Row(place, self.shown, line, values)
        return number + len(self.entries)


@dataclass(frozen=True, slots=True)
class RecipientSource:
    """All recipients of a campaign, to be read as often as needed.

    `columns` are those that every source gives; `partial` are the others, each with the words that say who lacks it.
    `phone` and `key` are the names of the campaign's columns; `notes` are warnings.
    """

    parts: tuple[_Part, ...]
    columns: tuple[Column, ...]
    phone: str
    key: str | None = None
    partial: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()

    def rows(self) -> Iterator[Row | BadRow]:
        """Every row, numbered from 1 over all sources; raises Invalid where a file is broken in its middle."""
        number = 0
        for part in self.parts:
            number = yield from part.rows(number)


def open_recipients(loaded: LoadedCampaign) -> RecipientSource:
    """Look at every source of a campaign. Raises Invalid with the problems of all of them."""
    recipients, problems = loaded.campaign.recipients, list[Problem]()
    files = list[CsvFile]()
    for name in recipients.csv:
        try:
            file = open_csv(loaded.file(name), loaded.shown(name), recipients.encoding, recipients.delimiter)
            files.append(file)
            problems += _missing(file, recipients.phone, recipients.key)
        except Invalid as error:
            problems += error.problems
    inline, found = _inline(loaded)
    problems += found
    if problems:
        raise Invalid(problems)
    parts: tuple[_Part, ...] = (*files, *((inline,) if inline.entries else ()))
    notes = tuple(note for file in files for note in file.notes)
    key = slug(recipients.key) if recipients.key else None
    return RecipientSource(parts, _shared(parts), slug(recipients.phone), key, _partial(loaded, files, inline), notes)


def _missing(file: CsvFile, phone: str, key: str | None) -> Iterator[Problem]:
    if find(phone, file.columns) is None:
        hint = _looks_like_a_phone(file) or nearest(phone, file.columns)
        what = f"no column is called '{phone}', which recipients.phone names as the number; {hint}"
        yield Problem(what, file.shown, file.header_line)
    if key is not None and find(key, file.columns) is None:
        what = f"no column is called '{key}', which recipients.key names; {nearest(key, file.columns)}"
        yield Problem(what, file.shown, file.header_line)


def _looks_like_a_phone(file: CsvFile) -> str:
    """Words that name the column whose first cell is a mobile number."""
    row = next(file.rows(), None)
    if isinstance(row, Row):
        for column in file.columns:
            try:
                normalize(text_of(row.values[column.name]))
            except NotAMobile:
                continue
            return f"write `phone: {column.header}`, whose first cell is a mobile number"
    return ""


def _inline(loaded: LoadedCampaign) -> tuple[InlineRows, list[Problem]]:
    recipients, document = loaded.campaign.recipients, loaded.document
    keys = _inline_keys(document)
    problems, entries, headers = list[Problem](), list[tuple[int, dict[str, object]]](), dict[str, str]()
    for place, entry in enumerate(recipients.inline):
        values = _named(entry, headers)
        entries.append((document.place(*keys, place).line, values))
        if len(values) < len(entry):
            problems.append(document.problem(f"two keys mean the same column: {listed(entry)}", *keys, place))
        for role, column in (("phone", recipients.phone), ("key", recipients.key)):
            if column is not None and slug(column) not in values:
                what = f"'{column}' is missing here, which recipients.{role} names; this entry has {listed(entry)}"
                problems.append(document.problem(what, *keys, place))
    given = [name for name in headers if all(name in values for _, values in entries)]
    return InlineRows(document.path, tuple(entries), tuple(Column(name, headers[name]) for name in given)), problems


def _inline_keys(document: Document) -> tuple[str, ...]:
    written = document.data.get("recipients")
    return ("recipients",) if isinstance(written, list) else ("recipients", "inline")


def _named(entry: Mapping[str, object], headers: dict[str, str]) -> dict[str, object]:
    """An entry by the names of its columns, its texts in NFC; `headers` learns how each was first written."""
    values: dict[str, object] = {}
    for header, value in entry.items():
        name = slug(header) or "column"
        headers.setdefault(name, header)
        values[name] = unicodedata.normalize("NFC", value) if isinstance(value, str) else value
    return values


def _shared(parts: Sequence[_Part]) -> tuple[Column, ...]:
    """The columns of the first source that all others have too."""
    names = [{column.name for column in part.columns} for part in parts]
    first = parts[0].columns if parts else ()
    return tuple(column for column in first if all(column.name in others for others in names))


def _partial(loaded: LoadedCampaign, files: Sequence[CsvFile], inline: InlineRows) -> dict[str, str]:
    """Columns that some sources give and some do not, each with the first that does not."""
    given = [{column.name for column in file.columns} for file in files]
    known = set().union(*given, *(values for _, values in inline.entries))
    lacking: dict[str, str] = {}
    for name in sorted(known):
        words = [
            f"{file.shown} has no such column" for file, names in zip(files, given, strict=True) if name not in names
        ]
        words += [
            f"{inline.shown}:{line} (recipients.inline[{place}]) lacks it"
            for place, (line, values) in enumerate(inline.entries)
            if name not in values
        ]
        if words:
            lacking[name] = words[0] + (f", and {len(words) - 1} more" if len(words) > 1 else "")
    return lacking
