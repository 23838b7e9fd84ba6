"""The values of a campaign file: what is accepted, what it becomes, and words for what is not.

Each parser takes what strict YAML gives and raises ValueError with one plain sentence part that says
what is wrong and what to do. pydantic's own types are too lax for money and telephones: they take
'10:30' as a duration of ten hours, 'y' as true and '1_000' as a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeGuard

from kaverun.strict_yaml.nodes import Plain
from kaverun.strict_yaml.text import named
from kaverun.text.excerpt import excerpt, word
from kaverun.text.line_ends import with_line_feeds

NOT_AVAILABLE = "is not available in this version of kaverun"

COLUMN_TYPES = ("text", "int", "decimal", "bool", "date")
_OTHER_NAMES = {
    "text": ("str", "string", "varchar"),
    "int": ("integer", "long", "whole"),
    "decimal": ("number", "float", "double", "money"),
    "bool": ("boolean", "yesno"),
    "date": ("datetime", "day"),
}

NAME_PATTERN = r"^[a-z0-9](-?[a-z0-9])*$"
LINE_PATTERN = r"^\+?[0-9]{3,20}$"
TAG_PATTERN = r"^[A-Za-z0-9_-]+$"
RATE_PATTERN = r"^[1-9][0-9]{0,8}/(s|min|h)$"
PERCENT_PATTERN = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%$"
DURATION_PATTERN = r"^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m(?!s))?([0-9]+(\.[0-9]+)?s)?([0-9]+ms)?$"
DECIMAL_PATTERN = r"^[0-9]+\.[0-9]+$"
"""Patterns hold for Python and for ECMA 262, so that editors judge alike."""

_DURATION = re.compile(
    r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m(?!s))?(?:([0-9]+(?:\.[0-9]+)?)s)?(?:([0-9]+)ms)?", re.ASCII
)
_DURATION_UNITS = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_ROUNDING = 1e-9  # 1.4 * 5500 / 100 is 76.99999999999999
_RATE_UNITS = {"s": 1, "min": 60, "h": 3600}


class Share(NamedTuple):
    """A count of rows, or a percentage of all rows (`percent`)."""

    figure: float
    percent: bool

    def of(self, total: int) -> int:
        """How many rows of `total` that is; a part of a row does not count."""
        return int(self.figure * total / 100 + _ROUNDING) if self.percent else int(self.figure)

    def __str__(self) -> str:
        return f"{self.figure:g}%" if self.percent else f"{self.figure:.0f}"


def duration(value: object) -> float:
    """`5m`, `1h30m`, `2s`, `500ms` as seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{value} has no unit: write {value}s for seconds, {value}m for minutes")
    found = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if not found:
        raise ValueError(f"{excerpt(value)} is no duration: write it as 30s, 5m, 1h30m or 500ms")
    parts = zip(found.groups(), _DURATION_UNITS, strict=True)
    return sum(float(number or 0) * seconds for number, seconds in parts)


def duration_between(low: float, high: float, words: str) -> Callable[[object], float]:
    """A parser for a duration from `low` to `high` seconds; `words` name the range."""

    def parse(value: object) -> float:
        seconds = duration(value)
        if not low <= seconds <= high:
            raise ValueError(f"{excerpt(value)} is out of range: it must be {words}")
        return seconds

    return parse


def rate(value: object) -> float:
    """`1000/min`, `50/s`, `10000/h` as messages per second."""
    if not _has_shape(value, RATE_PATTERN):
        raise ValueError(f"{excerpt(value)} is no rate: write messages per s, min or h, as 1000/min")
    messages, unit = value.split("/")
    return int(messages) / _RATE_UNITS[unit]


def share(value: object) -> Share:
    """`1%` or a number of rows."""
    if _is_whole(value) and value >= 0:
        return Share(value, percent=False)
    if not _has_shape(value, PERCENT_PATTERN):
        raise ValueError(f"{excerpt(value)} is no share: write a percentage from 0% to 100%, or a number of rows")
    return Share(float(value[:-1]), percent=True)


def whole(low: int, high: int, unit: str = "") -> Callable[[object], int]:
    """A parser for whole numbers from `low` to `high`, written with digits only."""
    of_unit = f" of {unit}" if unit else ""

    def parse(value: object) -> int:
        if _is_whole(value) and low <= value <= high:
            return value
        hint = ", written with the digits 0-9 only and without quotes" if isinstance(value, str) else ""
        raise ValueError(f"must be a whole number{of_unit} from {low} to {high}{hint}, and is {excerpt(value)}")

    return parse


def file_version(value: object) -> int:
    if value == 1 and _is_whole(value):
        return value
    raise ValueError(f"must be 1, the version of the file format that this kaverun knows, and is {excerpt(value)}")


def decimal(low: float, high: float) -> Callable[[object], float]:
    """A parser for numbers from `low` to `high`; 2.0 and 1.50 come from strict YAML as text."""

    def parse(value: object) -> float:
        number = float(value) if _has_shape(value, DECIMAL_PATTERN) else value
        if isinstance(number, int | float) and not isinstance(number, bool) and low <= number <= high:
            return float(number)
        raise ValueError(f"must be a number from {low:g} to {high:g}, and is {excerpt(value)}")

    return parse


def yes_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, and is {excerpt(value)}")


def text(value: object) -> str:
    """Text as written; a number counts as the text it is written with."""
    if isinstance(value, bool):
        raise ValueError(f"must be a text, and is {excerpt(value)}: put it in quotes if it is meant as a text")
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"must be a text, and is {excerpt(value)}")


def line_of_text(value: object) -> str:
    """Text on one line, with something in it."""
    found = text(value)
    if not found.strip():
        raise ValueError("is empty: write something, or delete the line")
    odd = next((sign for sign in found if sign < " " or "\x7f" <= sign <= "\x9f"), None)
    if odd:
        raise ValueError(f"must be one line without control characters: delete {named(odd)}")
    return found


def prose(value: object) -> str:
    """Text with something in it, on any number of lines."""
    found = text(value)
    if not found.strip():
        raise ValueError("is empty: write something, or delete the line")
    return found.removesuffix("\n")


def file_name(value: object) -> str:
    """The path of a file; what it names is looked at by the loader."""
    if not isinstance(value, str):
        raise ValueError(f"must be the name of a file, and is {excerpt(value)}")
    return line_of_text(value)


def message_text(value: object) -> str:
    """A template, without the one newline that `|` leaves at its end: it would make 70 characters two parts."""
    found = with_line_feeds(text(value)).removesuffix("\n")
    if not found.strip():
        raise ValueError("is empty: write the text of the message")
    return found


def shaped(pattern: str, words: str, longest: int) -> Callable[[object], str]:
    """A parser for text of one shape; `words` say which."""

    def parse(value: object) -> str:
        found = text(value)
        if len(found) > longest:
            raise ValueError(f"is {len(found)} characters long: at most {longest} are allowed")
        if not _has_shape(found, pattern):
            raise ValueError(f"{excerpt(found)} is not allowed: {words}")
        return found

    return parse


def one_of(*known: str, later: tuple[str, ...] = ()) -> Callable[[object], str]:
    """A parser for one of `known` words; those of `later` are told to be not available yet."""
    choice = " or ".join(filter(None, (", ".join(known[:-1]), known[-1])))

    def parse(value: object) -> str:
        if isinstance(value, str) and value in known:
            return value
        if isinstance(value, str) and value in later:
            raise ValueError(f"{excerpt(value)} {NOT_AVAILABLE}: write {choice}")
        raise ValueError(f"must be {choice}, and is {excerpt(value)}{nearest_words(str(value), known)}")

    return parse


def display_type(value: object) -> int | str:
    """0 to 3, how phones keep a text; or sms or call, how a lookup reaches them."""
    if (_is_whole(value) and 0 <= value <= 3) or value in ("sms", "call"):
        return value
    raise ValueError(
        f"must be a whole number from 0 to 3, or with channel: lookup sms or call, and is {excerpt(value)}"
    )


def column_type(value: object) -> str:
    """The type of a column, one of COLUMN_TYPES."""
    other = next((name for name, others in _OTHER_NAMES.items() if str(value).lower() in others), "")
    if other:
        raise ValueError(f"{excerpt(value)} is called {other} here: write {other}")
    return one_of(*COLUMN_TYPES)(value)


def single_value(value: object) -> Plain:
    if isinstance(value, str | int | float | None):
        return value
    raise ValueError(f"must be a single value, and is {excerpt(value)}")


def encoding(value: object) -> str:
    """A text encoding that Python knows."""
    name = line_of_text(value)
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"{excerpt(name)} is no encoding: write utf-8, cp1256 or utf-16, or delete the line") from None
    return name


def delimiter(value: object) -> str:
    """One character; the word tab stands for a tab."""
    if value == "tab":
        return "\t"
    if not isinstance(value, str) or len(value) != 1 or value in '"\r\n':
        raise ValueError(f'must be one character such as "," or ";", or the word tab, and is {excerpt(value)}')
    return value


def nearest_words(name: str, known: tuple[str, ...] | list[str]) -> str:
    """` (did you mean message?)` where something like `name` is known."""
    from difflib import get_close_matches

    found = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f" (did you mean {word(found[0])}?)" if found else ""


def _has_shape(value: object, pattern: str) -> TypeGuard[str]:
    return isinstance(value, str) and not value.endswith("\n") and bool(re.match(pattern, value, re.ASCII))


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
