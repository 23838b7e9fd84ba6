"""Typed columns: what a cell must hold, whichever program wrote it, and why one does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from kaverun.recipients.rows import text_of
from kaverun.recipients.uncomputed import ShownCell, UnusableCell
from kaverun.text.excerpt import excerpt
from kaverun.text.numbers import NotANumber, number_of
from kaverun.text.phone import DIGITS, INVISIBLE
from kaverun.text.truth import meaning

_YES: Final = frozenset(
    {"true", "t", "yes", "y", "1", "on", "بله", "بلی", "آری", "درست", "صحیح", "دارد", "هست", "✓", "✔", "✅", "☑", "√"}
)
_JALALI: Final = range(1250, 1500)
_GREGORIAN: Final = range(1850, 2200)

_latin: Final = str.maketrans(DIGITS | dict.fromkeys(map(ord, INVISIBLE)) | {ord("\u066b"): ".", ord("\u2212"): "-"})
_letters: Final = str.maketrans("يىك", "ییک")
_one = re.compile(r"\+?0*1(?:\.0+)?").fullmatch
_plain_whole = re.compile(r"-?[0-9]{1,18}").fullmatch
_day = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[T ](.+))?").fullmatch
# 14041229, and 14041229.0 as some programs write it.
_eight_digits = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?").fullmatch
_midnight = re.compile(r"00?:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?").fullmatch
_day_first = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}").fullmatch


class NotOfItsType(ValueError):
    """A cell that is not what its column's type says; the text says why and what to write."""


class BadCells(ValueError):
    """The cells of a row that are not of their types, each with its column, in one sentence."""


class TypedColumn(NamedTuple):
    """A column with a type: `header` as the campaign writes it, `read` turns a cell into its value."""

    name: str
    header: str
    read: Callable[[object], object]


def typed_column(name: str, header: str, kind: str) -> TypedColumn:
    """The column `name` of type `kind`, one of campaign.values.COLUMN_TYPES."""
    return TypedColumn(name, header, _READERS[kind])


def typed_values(values: Mapping[str, object], columns: tuple[TypedColumn, ...]) -> dict[str, object]:
    """The values of a row with those of typed columns as their types say; an empty cell is None, unless it is text.

    A column that the row does not have stays away. Raises BadCells with every cell that is not of its type.
    """
    typed, wrong = dict(values), []
    for name, header, read in columns:
        if name in typed:
            try:
                typed[name] = read(typed[name])
            except NotOfItsType as error:
                wrong.append(f"column '{header}': {error}")
    if wrong:
        raise BadCells("; ".join(wrong))
    return typed


def text(value: object) -> str:
    """Any single value as it would stand in a text; true and false as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of(_usable(value))


def whole_number(value: object) -> int | None:
    """A whole number: digits of any script, thousands set apart or not; 12.0 too, as spreadsheets write 12."""
    if value.__class__ is int or (isinstance(value, str) and _plain_whole(value)):
        return int(value)
    number = decimal_number(value)
    if number is not None and number != number.to_integral_value():
        raise NotOfItsType(f"{_shown(value)} is no whole number; is the column a decimal?")
    return None if number is None else int(number)


def decimal_number(value: object) -> Decimal | None:
    """A number, exact: digits of any script, thousands set apart or not, a point or ٫ before the fraction."""
    try:
        found = number_of(value.number if isinstance(value, ShownCell) else _usable(value))
    except NotANumber as error:
        hint = str(error) or ("write digits only, such as 1250000" if isinstance(value, str) else "")
        raise NotOfItsType(f"{_shown(value)} is no number" + (hint and f"; {hint}")) from None
    return None if found is None else Decimal(str(found))


def yes_or_no(value: object) -> bool | None:
    """True or false: such words or signs in English or Persian, 1 or 0; what says no or N/A is false."""
    value = _usable(value)
    if value is None or isinstance(value, bool):
        return value
    word = _word(value) if isinstance(value, str) else str(value).removesuffix(".0")
    if word in _YES:
        return True
    meant = meaning(word)
    if meant == "no":
        return False
    if meant == "nothing":
        return None
    raise NotOfItsType(f"{_shown(value)} is neither true nor false; write true/false, yes/no, 1/0 or بله/خیر")


def _word(text_: str) -> str:
    word = text_.translate(_latin).translate(_letters).strip().casefold()
    return "1" if _one(word) else word


def day(value: object) -> date | None:
    """A date: of a spreadsheet, or year, month and day with - / . or nothing between; years 1250 to 1499 are Jalali."""
    if isinstance(value, datetime):
        if value.time() != time():
            raise NotOfItsType(f"{value:%Y-%m-%d %H:%M} has a time of day; write the date alone")
        return value.date()
    if isinstance(value, date | None):
        return value
    if isinstance(value, str):
        return _day_of_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and _eight_digits(text_of(value)):
        return _day_of_text(text_of(value))
    hint = "; format the cell as a date" if isinstance(value, int | float) and not isinstance(value, bool) else ""
    raise NotOfItsType(f"{_shown(_usable(value))} is no date{hint}")


@lru_cache(maxsize=1 << 16)
def _day_of_text(value: str) -> date | None:
    written = value.translate(_latin).strip()
    if not written:
        return None
    if together := _eight_digits(written):
        return _in_calendar(value, int(together[1]), int(together[2]), int(together[3]))
    found = _day(written)
    if not found:
        hint = ": write the year first" if _day_first(written) else ""
        raise NotOfItsType(f"{_shown(value)} is no date such as 1404-12-29 or 2026-03-20{hint}")
    if found[5] and not _midnight(found[5].strip()):
        raise NotOfItsType(f"{_shown(value)} has a time of day; write the date alone")
    return _in_calendar(value, int(found[1]), int(found[3]), int(found[4]))


def _in_calendar(written: str, year: int, month: int, day_: int) -> date:
    jalali = year in _JALALI
    try:
        if jalali:
            from persiantools.jdatetime import JalaliDate

            found: date = JalaliDate(year, month, day_).to_gregorian()  # type: ignore[no-untyped-call]
            return found
        if year in _GREGORIAN:
            return date(year, month, day_)
    except ValueError:
        name = "Jalali" if jalali else "Gregorian"
        raise NotOfItsType(f"{_shown(written)} does not exist in the {name} calendar") from None
    words = f"is of no year that is Jalali ({_JALALI[0]} on) or Gregorian ({_GREGORIAN[0]} on)"
    raise NotOfItsType(f"{_shown(written)} {words}")


def _usable(value: object) -> object:
    if isinstance(value, UnusableCell):
        raise NotOfItsType(f"it holds {value.what}")
    return value


def _shown(value: object) -> str:
    return excerpt(value if isinstance(value, str | int | float | None) else str(value))


_READERS: Final[dict[str, Callable[[object], object]]] = {
    "text": text,
    "int": whole_number,
    "decimal": decimal_number,
    "bool": yes_or_no,
    "date": day,
}
