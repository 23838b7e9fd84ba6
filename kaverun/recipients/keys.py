"""Who is one person by their key, however a program wrote it: the form in which keys are compared.

A list that was saved by another program keeps its people but not always the spelling of their keys: a spreadsheet
turns 12 into 12.0, a Persian keyboard writes ۱۲, a word processor puts U+2011 for a dash. Compared as written, every
one of them would be somebody new and get the message again (design, *Identity*).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Code points without a picture: those that Unicode calls Default_Ignorable (DerivedCoreProperties.txt, 15.1), among
#: them joiners, bidi marks and variation selectors, and the marks of interlinear annotations (U+FFF9 on).
_INVISIBLE: Final = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
_LETTERS: Final = {ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک"}
_MINUS: Final = 0x2212
_invisible = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _INVISIBLE) + "]+")
# The point of a decimal number may be the Arabic one, as Persian spreadsheets write it.
_whole = re.compile(r"([0-9]+)[.\u066b]0+").fullmatch


def normal_key(text: str) -> str:
    """The form in which keys are compared, hashed and kept; a key in this form stays as it is.

    Unicode's NFKC, decimal digits of any script as Latin ones, every dash as `-`, invisible marks and spaces at the
    edges removed, ي and ى as ی, ك as ک; of a key that is all digits a fraction of zeros is removed. Leading zeros
    stay, as do case, spaces inside and all other characters.
    """
    if text.isascii():
        # Nearly every key is plain letters and digits, and a million of them are asked about.
        return text if text.isalnum() else _without_fraction(text.strip())
    text = unicodedata.normalize("NFKC", _invisible.sub("", text)).translate(_FOLDED)
    return _without_fraction(unicodedata.normalize("NFKC", _invisible.sub("", text)).strip())


def _without_fraction(text: str) -> str:
    whole = _whole(text)
    return whole[1] if whole else text


class _Folded(dict[int, str]):
    """What `str.translate` makes of each character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        digit = unicodedata.decimal(char, None)
        if digit is not None:
            folded = str(digit)
        elif unicodedata.category(char) == "Pd" or code == _MINUS:
            folded = "-"
        else:
            folded = _LETTERS.get(code, char)
        self[code] = folded
        return folded


_FOLDED: Final = _Folded()
