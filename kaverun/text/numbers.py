"""Numbers as people and spreadsheets write them: read where there is one way to, else refused with a reason."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, Final

#: Characters of the longest text that is read as a number.
_LONGEST: Final = 30
#: What may set thousands apart: a comma, ٬ or ،, an apostrophe, and spaces.
_APART: Final = ",\u066c\u060c'\u2019\u00a0\u202f\u2009 "
_invisible: Final = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_latin: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩０１２３４５６７８９٫\u2212", "0123456789" * 3 + ".-")
_whole: Final = re.compile(r"-?[0-9]{1,18}").fullmatch
_number: Final = re.compile(
    rf"[+-]?(?:[0-9]+|[0-9]{{1,3}}(?:([{_APART}])[0-9]{{3}})(?:\1[0-9]{{3}})*)(?:\.[0-9]+)?"
).fullmatch
_shortened: Final = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+").fullmatch
_separators: Final = str.maketrans("", "", _APART)
_ROUNDED: Final = "a spreadsheet shortened it: widen the column or format it as a number, and export the list again"


class NotANumber(ValueError):
    """A value that is not read as a number; the text says what to do, "" where nothing helps."""


def number_in(text: str) -> int | Decimal | None:
    """The number that a text holds, exact; None where the text is empty.

    Digits of any script, thousands set apart or not, a point or ٫ before the fraction. Raises NotANumber: what a
    spreadsheet rounded (1.25E+06), what has a unit, and what could be read in two ways.
    """
    if _whole(text):
        return int(text)
    written = _invisible.sub("", text).translate(_latin).strip()
    if not written:
        return None
    if len(written) > _LONGEST or not _number(written):
        raise NotANumber(_hint(written))
    found = Decimal(written.translate(_separators))
    return int(found) if "." not in written else found


def _hint(written: str) -> str:
    if _shortened(written):
        return _ROUNDED
    if written.strip("+-").lower() in ("nan", "inf", "infinity"):
        return "the program that wrote the list had no number there"
    if re.search(r"[0-9]", written) and re.search(r"[^\W\d_]", written):
        return "leave out the unit or currency"
    return ""


def is_number(text: str) -> bool:
    """Whether a text holds a number."""
    try:
        return number_in(text) is not None
    except NotANumber:
        return False


def number_of(value: object) -> int | float | Decimal | None:
    """A number as it is, or the one that a text holds; None for nothing. Raises NotANumber, for NaN too."""
    if isinstance(value, str):
        return number_in(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise NotANumber("it is not finite")
        return value
    raise NotANumber("")


def needed_number(value: object, wanted_by: str) -> int | float | Decimal:
    """As `number_of`, for a filter that cannot do without one. Raises ValueError with its name, not the value."""
    try:
        found, why = number_of(value), ""
    except NotANumber as error:
        found, why = None, str(error) and f": {error}"
    if found is None:
        raise ValueError(f"{wanted_by} needs a number, and its input is none{why}")
    return found


_place = re.compile(r"%(?:\((.*?)\))?[-+ #0]*[0-9]*(?:\.[0-9]*)?[hlL]?(.)", re.DOTALL)
#: What `%d` and its siblings in a format take.
_NUMERIC: Final = "diouxXeEfFgG"


def numbers_for(pattern: str, given: Any) -> Any:
    """What is put into a %-format, with numbers for the texts whose places want some. Raises ValueError."""
    places = [(name, kind) for name, kind in _place.findall(pattern) if kind != "%"]
    if isinstance(given, dict):
        wanted = {name for name, kind in places if kind in _NUMERIC}
        return {name: _formatted(value) if name in wanted else value for name, value in given.items()}
    values = given if isinstance(given, tuple) else (given,)
    kinds = "".join(kind for _, kind in places).ljust(len(values), "s")
    return tuple(_formatted(value) if kind in _NUMERIC else value for value, kind in zip(values, kinds, strict=False))


def _formatted(value: Any) -> Any:
    return needed_number(value, "format") if isinstance(value, str) else value
