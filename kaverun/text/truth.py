"""What a text means where yes or no is asked: nothing, no, or something else.

Python counts every text but the empty one as true, and lists of people say no in many ways: a space, 0.0, F, –, ندارد.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal

Meaning = Literal["nothing", "no", "other"]

#: A longer text is none of the words below, whatever is between its letters.
_LONGEST: Final = 40
#: White space, joiners, marks of direction and other characters that show nothing.
_is_blank = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]*"
).fullmatch
#: Zero in any spelling: 0, 0.0, ۰٫۰, -0, 0%.
_is_zero = re.compile(r"[-+]?(?:0+(?:[.,\u066b\u066c/]0*)*|[.,\u066b]0+)[%\u066a]?").fullmatch
_between_letters = re.compile(r"[\W_]+")
_letters: Final = str.maketrans("يىكة", "ییکه")
#: Words without what is between their letters: n/a is na, هیچ‌کدام is هیچکدام.
_NO_WORDS = """
    n no non none not nope never nil null f false off na nan notavailable notapplicable notset undefined undef void
    empty blank inactive disabled
    خیر نخیر نه ن ندارد ندارم نداریم نیست نیستم نشده نمیخواهد نمیخواهم نادرست غلط کذب هیچ هیچکدام خالی تهی فاقد بدون
    ناموجود نامشخص نامعلوم غیرفعال غیر منفی صفر لا
"""
_NO: Final = frozenset(_NO_WORDS.split())
#: Signs that say no, next to all punctuation by itself (-, –, —, …, ?).
_NO_SIGNS: Final = frozenset("×✕✖✗✘❌❎☐⬜⛔🚫∅~=|^`−¬<>")


@lru_cache(maxsize=4096)
def _meaning_of_short(text: str) -> Meaning:
    folded = unicodedata.normalize("NFKC", text).translate(_letters).strip().casefold()
    latin = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in folded)
    visible = "".join(sign for sign in latin if not _is_blank(sign))
    if not visible:
        return "nothing"
    word = _between_letters.sub("", visible)
    if _is_zero(visible) or word in _NO:
        return "no"
    silent = all(sign in _NO_SIGNS or unicodedata.category(sign).startswith(("P", "C")) for sign in visible)
    return "no" if silent else "other"


def meaning(text: str) -> Meaning:
    """What a text means by itself: `nothing` where it shows nothing, `no` where it says so, else `other`."""
    return _meaning_of_short(text) if len(text) <= _LONGEST else "nothing" if _is_blank(text) else "other"


def truth(value: Any) -> Any:
    """A value that stands alone as a condition; what says no or shows nothing never counts as yes.

    A text that shows nothing is an empty one. Raises ValueError for a text that says no, and for what is no number.
    """
    if isinstance(value, str):
        said = meaning(value)
        if said == "no":
            raise ValueError(
                f"a text counts as true unless it is empty, and this one says '{value}': compare it instead, "
                "or give its column a type below recipients.columns"
            )
        return value if said == "other" else ""
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        raise ValueError("this is not a number (NaN or Infinity), and so neither yes nor no")
    return value
