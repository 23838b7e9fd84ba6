"""Latin texts with a few letters of another alphabet, by which a part holds 70 characters in the place of 160.

Look-alikes (a Cyrillic а, a Greek Ο), Persian digits or one Persian word: nobody sees what they cost.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from kaverun.text.costly_characters import without_look_alikes
from kaverun.text.parts import GSM_ALPHABET, GSM_EXTENSION, Measure, measure

_MARKS = "،؛؟٪٫٬۔"
#: Letters of other alphabets that are few in a text: so many, or a tenth of its letters.
_FEW, _SHARE = 3, 10


class Mixed(NamedTuple):
    """The letters that are not Latin, each once in their order, and the size of a text with Latin ones for them."""

    signs: str
    without: Measure


def looks_latin(text: str) -> bool:
    """Whether most of a text is in ASCII; quick, since all of a campaign's are asked about."""
    return len(text.encode("utf-8", "replace")) * 4 < len(text) * 5


def mixed(text: str) -> Mixed | None:
    """What makes a Latin text take more parts; None where it is not Latin, or takes no more."""
    bare = without_look_alikes(text)
    others = [sign for sign in _not_gsm().findall(bare) if sign.isalpha() or sign.isdigit() or sign in _MARKS]
    letters = sum(char.isalpha() for char in bare)
    if not others or len(others) > max(_FEW, letters // _SHARE) or len(others) * 2 > letters:
        return None
    size, without = measure(text), measure(bare.translate(dict.fromkeys(map(ord, others), "x")))
    if without.encoding != "gsm7" or without.parts >= size.parts:
        return None
    return Mixed("".join(dict.fromkeys(others)), without)


@cache
def _not_gsm() -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(GSM_ALPHABET + GSM_EXTENSION)}]")
