"""How many SMS a text is billed as: 160 septets or 70 UTF-16 units in one part, 153 or 67 in each of several.

From the API document, *Message Length*, and GSM 03.38; no escape or surrogate pair straddles two parts.
"""

from __future__ import annotations

import re

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
_is_gsm = re.compile(f"[{re.escape(_BASIC + _EXTENDED)}]*").fullmatch
_wide_gsm = re.compile(f"[{re.escape(_EXTENDED)}]").search
_wide_ucs2 = re.compile("[\U00010000-\U0010ffff]").search


def parts(text: str) -> int:
    if _is_gsm(text):
        single, several, wide = 160, 153, _wide_gsm
    else:
        single, several, wide = 70, 67, _wide_ucs2
    units = len(text)
    if units <= single and not wide(text):
        return 1
    return -(-units // several) if not wide(text) else _parts_of_pairs(text, single, several, wide)


def _parts_of_pairs(text: str, single: int, several: int, wide: object) -> int:
    widths = [2 if wide(character) else 1 for character in text]  # type: ignore[operator]
    if sum(widths) <= single:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > several:
            count, used = count + 1, 0
        used += width
    return count
