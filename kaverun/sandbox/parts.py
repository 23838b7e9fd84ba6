"""How many parts a text is billed as, counted here independently of any client.

GSM 03.38: 160 septets in a single part, 153 in each of several; UCS-2: 70 and 67 UTF-16 code units (facts, *Parts*;
document, *Message Length*). An escape pair and a surrogate pair never straddle a part.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Encoding = Literal["gsm7", "ucs2"]

_DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "\f^{}\\[]~|€"
_LATIN = re.compile(f"[{re.escape(_DEFAULT + _EXTENSION)}]*")
_ESCAPED = re.compile(f"[{re.escape(_EXTENSION)}]")
_BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")


class Size(NamedTuple):
    """`units` are septets of gsm7 or UTF-16 code units of ucs2."""

    encoding: Encoding
    units: int
    parts: int


def size(text: str) -> Size:
    """What `text` is billed as; an empty text has no parts."""
    if _LATIN.fullmatch(text):
        return _sized("gsm7", text, _ESCAPED, 160, 153)
    return _sized("ucs2", text, _BEYOND_16_BITS, 70, 67)


def _sized(encoding: Encoding, text: str, wide: re.Pattern[str], single: int, several: int) -> Size:
    wide_places = [match.start() for match in wide.finditer(text)]
    units = len(text) + len(wide_places)
    if units <= single:
        return Size(encoding, units, min(units, 1))
    if not wide_places:
        return Size(encoding, units, -(-units // several))
    return Size(encoding, units, _packed(len(text), wide_places, several))


def _packed(length: int, wide_places: list[int], room: int) -> int:
    """Parts when each character at `wide_places` takes two units that must stay in one part."""
    parts, used, place = 1, 0, 0  # the characters before `place` take `used` units of the open part
    for wide in wide_places:
        filled, used = divmod(used + wide - place, room)
        parts += filled
        if used == room - 1:
            parts, used = parts + 1, 0
        used, place = used + 2, wide + 1
    return parts + (used + length - place - 1) // room
