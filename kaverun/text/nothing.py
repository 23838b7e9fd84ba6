"""Values that say nothing to a person, although something may stand in their cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isnan
from typing import Any, Final

#: Stands in a text where it prints a value that says nothing; a noncharacter, which no text has.
MARK: Final = "\ufdd0"

_UNSEEN = (
    "\\s\u00ad\u034f\u061c\u115f\u1160\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u2069\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
# What programs write where they have no value.
_WORDS = r"null|none|nil|nan|nat|n/a|#n/a|<na>|undefined|\(null\)|<null>|\[null\]|\\n|\(none\)|#(?:ref|value|name)[!?]"
_PATTERN = rf"[{_UNSEEN}]*(?:(?:{_WORDS})[{_UNSEEN}]*)?"
_unseen = re.compile(f"[{_UNSEEN}]*").fullmatch
_nothing = re.compile(_PATTERN, re.IGNORECASE).fullmatch
_nothing_in_lines = re.compile(rf"^{_PATTERN}$", re.IGNORECASE | re.MULTILINE).search


def says_nothing(value: Any) -> bool:
    """Whether a value is empty, blank, invisible, or what programs write for none, such as NULL or nan."""
    if isinstance(value, str):
        return _nothing(value) is not None
    return value is None or (isinstance(value, float) and isnan(value))


def witnessed(value: Any, words_only: bool = False) -> Any:
    """A printed value, with a mark in the place of one that says nothing; an empty one may be meant (`words_only`)."""
    return MARK if says_nothing(value) and not (words_only and _is_empty(value)) else value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and _unseen(value) is not None)


def any_says_nothing(values: Sequence[Any]) -> bool:
    """Whether `says_nothing` may hold for one of the values: quick, since all of a campaign's are asked about."""
    try:
        return _nothing_in_lines("\n".join({*values})) is not None
    except TypeError:  # numbers, dates, lists, and so on
        return True
