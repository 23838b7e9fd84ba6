"""Persian text: the letters, digits and amounts that readers expect. Filters of the message template live here."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from kaverun.text.numbers import needed_number

#: The power of ten of the largest amount.
_LARGEST = 30
_LATIN = "0123456789"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩"

_to_persian = str.maketrans(_LATIN + _ARABIC_INDIC, _PERSIAN * 2)
_to_latin = str.maketrans(_PERSIAN + _ARABIC_INDIC, _LATIN * 2)

#: Invisible characters that cost a unit each and carry nothing: soft hyphen, zero-width space, word joiner,
#: byte-order mark, invisible operators, annotation marks, and the bidi marks, embeddings and isolates.
_STRAY = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff\ufff9\ufffa\ufffb"
)
_letters = str.maketrans("يىك" + _ARABIC_INDIC, "ییک" + _PERSIAN, _STRAY)
_arabic_to_latin = str.maketrans(_ARABIC_INDIC, _LATIN)
_word = re.compile(r"\S+")
_has_latin_letter = re.compile("[A-Za-z]").search
_has_arabic_digits = re.compile(f"[{_ARABIC_INDIC}]").search
_needs_letters = re.compile(f"[يىك{_ARABIC_INDIC}{_STRAY}]").search
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_joiners = re.compile(f"{_ZWNJ}{{2,}}|(?<!\\S){_ZWJ}+")


#: What every link or address has, found fast; and a link: with a scheme, www., or a host of Latin letters before its
#: path. Bytes of it are its address: kaverun has no business in them.
_like_a_link = re.compile(r"://|www\.|@|[A-Za-z0-9]\.[A-Za-z]", re.IGNORECASE).search
_link = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![a-z0-9.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#:]\S*)?",
    re.IGNORECASE,
)


def normalize_persian(text: str) -> str:
    """`text` in Persian letters and digits, composed (NFC), without stray invisible characters; links stay as they are.

    ي and ى become ی, ك becomes ک, Arabic-Indic digits Persian ones, but Latin ones in a word with a Latin letter (an
    address, a code); Latin digits stay. ZWNJ is kept (a run of them is one), ZWJ wherever it joins something.
    """
    if text.isascii():
        return text
    if not _like_a_link(text):
        return _normalized(text)
    pieces, end = [], 0
    for found in _link.finditer(text):
        pieces += [_normalized(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*pieces, _normalized(text[end:])])


def _normalized(text: str) -> str:
    if _has_arabic_digits(text):
        text = _word.sub(_with_latin_digits, text)
    if _needs_letters(text):
        text = text.translate(_letters)
    if _ZWJ in text or _ZWNJ * 2 in text:
        text = _joiners.sub(lambda run: _ZWNJ if run[0][0] == _ZWNJ else "", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _with_latin_digits(word: re.Match[str]) -> str:
    return word[0].translate(_arabic_to_latin) if _has_latin_letter(word[0]) else word[0]


def persian_digits(value: object) -> str:
    """Every digit of `value` as a Persian one."""
    return _written(value).translate(_to_persian)


def latin_digits(value: object) -> str:
    """Every digit of `value` as a Latin one."""
    return _written(value).translate(_to_latin)


def thousands(value: object, separator: str = ",") -> str:
    """A number with its thousands set apart: 1250000 is 1,250,000. Raises ValueError for what is no number."""
    return f"{_number(value, 'thousands'):,f}".replace(",", separator)


def toman(value: object) -> int | Decimal:
    """Rial as Toman, a tenth of it: a whole number where it is one. Raises ValueError for what is no number."""
    tomans = _number(value, "toman") / 10
    return int(tomans) if tomans == int(tomans) else tomans.normalize()


def _written(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _number(value: object, wanted_by: str) -> Decimal:
    found = needed_number(value, wanted_by)
    number = Decimal(_written(found))
    if number.adjusted() > _LARGEST:
        raise ValueError(f"{wanted_by} needs a number, and its input is none: it has more than {_LARGEST} digits")
    return number
