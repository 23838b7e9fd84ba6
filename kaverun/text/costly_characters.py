"""Characters that nobody sees, or nobody meant, and that make a text dearer: what they are, and its size without them.

With one typographic quote a part holds 70 Latin characters, not 160; one zero-width space makes 70 Persian ones two
parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kaverun.text.parts import Measure, measure

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
#: What stands in a Latin text for a character of the GSM alphabet.
LOOK_ALIKES = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad", "-"),
    **dict.fromkeys(_SPACES, " "),
    "\u2026": "...",
}
#: What is there and cannot be seen; the joiners among them are part of Persian and of emojis, and stray in Latin only.
_INVISIBLE = (
    "\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff\ufff9\ufffa\ufffb"
)
_JOINERS = "\u200c\u200d\ufe0f"
_ODD = "".join(LOOK_ALIKES) + _INVISIBLE + _JOINERS
_for_latin = str.maketrans(LOOK_ALIKES | dict.fromkeys(_INVISIBLE + _JOINERS, ""))
_for_all = str.maketrans(dict.fromkeys(_INVISIBLE + "\u00ad", ""))
#: Finds a letter of Persian or Arabic; a text with one is UCS-2 whatever else is in it.
is_persian = re.compile("[\u0620-\u064a\u066e-\u06d3]").search
_odd = re.compile(rf"[{re.escape(_ODD)}]")
_odd_in_persian = re.compile(rf"[{_INVISIBLE}\u00ad]")


class Costly(NamedTuple):
    """The different characters to blame, in their order, and the size of the text without them.

    `end` is white space at the end of the text that is to blame, "" if there is none.
    """

    signs: str
    end: str
    without: Measure


def any_suspect(texts: Sequence[str]) -> bool:
    """Whether `costly` may find something in one of the texts: quick, since all of a campaign's are asked about."""
    whole = "\n".join(texts)
    if any(text[-1:].isspace() for text in texts):
        return True
    if not _odd.search(whole):
        return False
    return bool(_odd_in_persian.search(whole)) or not all(map(is_persian, texts))


def costly(text: str) -> Costly | None:
    """The characters of a text that could be spared, None if there are none or the size is the same without them."""
    persian = is_persian(text)
    if not (text[-1:].isspace() or (_odd_in_persian if persian else _odd).search(text)):
        return None
    if persian:
        return _spared(text, _for_all)
    return _spared(text, _for_latin if measure(text.translate(_for_latin)).encoding == "gsm7" else _for_all)


def without_look_alikes(text: str) -> str:
    """A Latin text with characters of the GSM alphabet for those that look like them, and without unseen ones."""
    return text.translate(_for_latin)


def _spared(text: str, table: dict[int, str]) -> Costly | None:
    bare = text.rstrip()
    spared = bare.translate(table)
    size, without = measure(text), measure(spared)
    if (without.encoding, without.parts) == (size.encoding, size.parts):
        return None
    signs = "".join(dict.fromkeys(sign for sign in _odd.findall(bare) if sign not in spared))
    return Costly(signs, text[len(bare) :], without)


def advice(sign: str) -> str:
    """What to write in the place of a character."""
    instead = LOOK_ALIKES.get(sign)
    return f"write {'a space' if instead == ' ' else instead} in its place" if instead else "delete it"
