"""Where a campaign's recipients come from: files, then the rows written in the campaign file itself."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kaverun.campaign.inputs import HANDED
from kaverun.errors import Invalid, Problem
from kaverun.recipients.csv_file import CsvFile
from kaverun.recipients.header import header_below
from kaverun.recipients.lists import open_list
from kaverun.recipients.rows import BadRow, Column, ListFile, Row, composed, find, listed, nearest, text_of
from kaverun.recipients.typed import TypedColumn, typed_column
from kaverun.text.names import slug
from kaverun.text.phone import NotAMobile, normalize

if TYPE_CHECKING:
    from kaverun.campaign.handed import HandedRows
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.strict_yaml.document import Document


class InlineRows(NamedTuple):
    """The rows written in the campaign file; `columns` are those that every one of them gives, `given` all."""

    shown: str
    entries: tuple[tuple[int, dict[str, object]], ...]
    columns: tuple[Column, ...]
    given: tuple[Column, ...]

    def rows(self, number: int = 0) -> Generator[Row | BadRow, None, int]:
        """The entries as rows, numbered after `number`; returns the last number."""
        for place, (line, values) in enumerate(self.entries, number + 1):
            yield Row(place, self.shown, line, values)
        return number + len(self.entries)


@dataclass(frozen=True, slots=True)
class RecipientSource:
    """All recipients of a campaign, to be read as often as needed.

    `columns` are those that every source gives; `partial` are the others, each with the words that say who lacks it.
    `phone` and `key` are the names of the campaign's columns, `typed` those with a type; `texts` are columns that hold
    nothing but texts, each with the first file where it does; `notes` are warnings.
    """

    parts: tuple[ListFile | InlineRows, ...]
    columns: tuple[Column, ...]
    phone: str
    key: str | None = None
    partial: Mapping[str, str] = field(default_factory=dict)
    typed: tuple[TypedColumn, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()

    def rows(self) -> Iterator[Row | BadRow]:
        """Every row, numbered from 1 over all sources; raises Invalid where a file is broken in its middle."""
        number = 0
        for part in self.parts:
            number = yield from part.rows(number)

    def afterthoughts(self) -> Iterator[Problem]:
        """Warnings about rows as they were read, once they were."""
        for part in self.parts:
            if isinstance(part, CsvFile):
                yield from part.afterthoughts()


def open_recipients(loaded: LoadedCampaign) -> RecipientSource:
    """Look at every source of a campaign. Raises Invalid with the problems of all of them."""
    recipients, problems = loaded.campaign.recipients, list[Problem]()
    files = list[ListFile]()
    for name in (*((HANDED,) if loaded.handed else ()), *recipients.lists):
        try:
            file = _handed(loaded.handed) if loaded.handed else open_list(loaded, name)
            files.append(file)
            problems += _missing(file, recipients.phone, recipients.key)
        except Invalid as error:
            problems += error.problems
    inline, found = _inline(loaded)
    problems += found
    typed, found = _typed(loaded, [*(column for file in files for column in file.columns), *inline.given])
    problems += found
    if problems:
        raise Invalid(problems)
    parts: tuple[ListFile | InlineRows, ...] = (*files, *((inline,) if inline.entries else ()))
    return RecipientSource(
        parts=parts,
        columns=_shared(parts),
        phone=slug(recipients.phone),
        key=slug(recipients.key) if recipients.key else None,
        partial=_partial(files, inline),
        typed=typed,
        texts=_texts(files, typed),
        notes=tuple(note for file in files for note in file.notes),
    )


def _handed(rows: HandedRows) -> ListFile:
    """What a program gave in place of the lists that the campaign names."""
    from kaverun.recipients.json_lines import open_json_lines

    if not rows.count:
        raise Invalid([Problem("no recipients were handed over: there are none, or they were read before", HANDED)])
    return open_json_lines(rows.path, HANDED)


def _texts(files: Sequence[ListFile], typed: Sequence[TypedColumn]) -> dict[str, str]:
    """Columns of CSV files without a type: whatever they hold is text."""
    files_of = {
        column.name: file.shown for file in reversed(files) if isinstance(file, CsvFile) for column in file.columns
    }
    return {name: shown for name, shown in files_of.items() if name not in {column.name for column in typed}}


def _typed(loaded: LoadedCampaign, columns: Sequence[Column]) -> tuple[tuple[TypedColumn, ...], list[Problem]]:
    """The columns that recipients.columns gives types; `columns` are those that any source has."""
    recipients, document = loaded.campaign.recipients, loaded.document
    typed, problems = dict[str, TypedColumn](), list[Problem]()
    for header, kind in recipients.columns.items():
        name, words = slug(header), ""
        if columns and find(header, columns) is None:
            words = f"no list has such a column; {nearest(header, list(dict.fromkeys(columns)))}"
        elif name == slug(recipients.phone) and kind != "text":
            words = "is the mobile number, which is always read as text: delete it here"
        elif name in typed:
            words = f"is the same column as '{typed[name].header}': keep one of the two"
        if words:
            problems.append(document.problem(words, "recipients", "columns", header, of="key"))
        typed.setdefault(name, typed_column(name, header, kind))
    return tuple(typed.values()), problems


def _missing(file: ListFile, phone: str, key: str | None) -> Iterator[Problem]:
    if find(phone, file.columns) is None:
        hint = header_below(file, phone) or _looks_like_a_phone(file) or nearest(phone, file.columns)
        what = f"no column is called '{phone}', which recipients.phone names as the number; {hint}"
        yield Problem(what, file.shown, file.header_line)
    if key is not None and find(key, file.columns) is None:
        what = f"no column is called '{key}', which recipients.key names; {nearest(key, file.columns)}"
        yield Problem(what, file.shown, file.header_line)


def _looks_like_a_phone(file: ListFile) -> str:
    """Words that name the column whose first cell is a mobile number."""
    row = next(file.rows(), None)
    if isinstance(row, Row):
        for column in file.columns:
            try:
                normalize(text_of(row.values.get(column.name)))
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
    given = tuple(Column(name, header) for name, header in headers.items())
    shared = tuple(column for column in given if all(column.name in values for _, values in entries))
    return InlineRows(document.path, tuple(entries), shared, given), problems


def _inline_keys(document: Document) -> tuple[str, ...]:
    written = document.data.get("recipients")
    return ("recipients",) if isinstance(written, list) else ("recipients", "inline")


def _named(entry: Mapping[str, object], headers: dict[str, str]) -> dict[str, object]:
    """An entry by the names of its columns, its texts composed; `headers` learns how each was first written."""
    values: dict[str, object] = {}
    for header, value in entry.items():
        name = slug(header) or "column"
        headers.setdefault(name, header)
        values[name] = composed(value) if isinstance(value, str) else value
    return values


def _shared(parts: Sequence[ListFile | InlineRows]) -> tuple[Column, ...]:
    """The columns of the first source that all others have too."""
    names = [{column.name for column in part.columns} for part in parts]
    first = parts[0].columns if parts else ()
    return tuple(column for column in first if all(column.name in others for others in names))


def _partial(files: Sequence[ListFile], inline: InlineRows) -> dict[str, str]:
    """Columns that some sources give and some do not, each with the first that does not."""
    given = [{column.name for column in file.columns} for file in files]
    known = set().union(*given, (column.name for column in inline.given))
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
