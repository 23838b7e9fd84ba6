"""How many parts a text is billed as.

Sizes: GSM 03.38 and 3GPP TS 23.040, as in kavenegar-api.md *Message Length* and kavenegar-facts.md *Parts*:
160 septets or 70 UTF-16 code units in a single part, 153 or 67 in each of several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

Encoding = Literal["gsm7", "ucs2"]

#: GSM 03.38 default alphabet without the escape itself, which is no character.
GSM_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Its extension table: each costs two septets, the escape and the character.
GSM_EXTENSION = "\f^{}\\[~]|€"

_ESCAPE = "\x1b"
_only_gsm = re.compile(f"[{re.escape(GSM_ALPHABET + GSM_EXTENSION)}]*").fullmatch
_extended = re.compile(f"[{re.escape(GSM_EXTENSION)}]")


class Measure(NamedTuple):
    """`units` are septets (gsm7) or UTF-16 code units (ucs2); an empty text has no parts."""

    encoding: Encoding
    units: int
    parts: int


def measure_all(texts: Sequence[str]) -> list[Measure]:
    """As `measure` for each text; in a third of the time where all are in the Basic Multilingual Plane."""
    whole = "".join(texts)
    if len(whole.encode("utf-16-le", "surrogatepass")) > 2 * len(whole):
        return [measure(text) for text in texts]
    return [_measure_gsm(text) if _only_gsm(text) else _ucs2(len(text)) for text in texts]


def measure(text: str) -> Measure:
    """Encoding, units and parts of `text`, exact: no escape or surrogate pair straddles two parts."""
    return _measure_gsm(text) if _only_gsm(text) else _measure_ucs2(text)


def _measure_gsm(text: str) -> Measure:
    septets = _extended.sub(_ESCAPE + "x", text)
    units = len(septets)
    if units <= 160:
        return Measure("gsm7", units, 1 if units else 0)
    if units == len(text):
        return Measure("gsm7", units, -(-units // 153))
    return Measure("gsm7", units, _gsm_parts(septets))


def _gsm_parts(septets: str) -> int:
    parts, start = 1, 153
    while start < len(septets):
        if septets[start - 1] == _ESCAPE:
            start -= 1
        parts, start = parts + 1, start + 153
    return parts


def _measure_ucs2(text: str) -> Measure:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units <= 70 or units == len(text):
        return _ucs2(units)
    return Measure("ucs2", units, _ucs2_parts(text))


@lru_cache(maxsize=4096)
def _ucs2(units: int) -> Measure:
    """The measure of a text without surrogate pairs, or in a single part."""
    return Measure("ucs2", units, 1 if units <= 70 else -(-units // 67))


def _ucs2_parts(text: str) -> int:
    units = memoryview(text.encode("utf-16-le", "surrogatepass"))
    parts, start, end = 1, 67, len(units) // 2
    while start < end:
        if _is_low(units, start) and _is_high(units, start - 1):
            start -= 1
        parts, start = parts + 1, start + 67
    return parts


def _is_high(units: memoryview, at: int) -> bool:
    return 0xD8 <= units[2 * at + 1] <= 0xDB


def _is_low(units: memoryview, at: int) -> bool:
    return 0xDC <= units[2 * at + 1] <= 0xDF
