"""Texts in the form they are compared in with what a provider echoes or lists.

Gateways rewrite what they are given: line ends become one character or none, ي and ك become ی and ک, edges are trimmed,
marks nobody sees are dropped or become a space, digits change their script. None of that makes it another text.
"""

from __future__ import annotations

import re
import unicodedata

# Format and control characters, and the selectors that choose a glyph: ZWNJ, bidi marks, soft hyphens, NUL.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]+"
)
_OTHER_DIGITS = re.compile(r"[^\D0-9]")
# A number goes on after a point or colon, a word only after a dash; a full stop without a space ends one.
_IN_WORDS, _IN_NUMBERS = r"[-/_]", "[.,:\u066b\u066c]"
_BEFORE = rf"(?<!\w)(?<!\w{_IN_WORDS})(?<!\d{_IN_NUMBERS})"
_AFTER = rf"(?!\w)(?!{_IN_WORDS}\w)(?!{_IN_NUMBERS}\d)"


def folded(text: str) -> str:
    """A text without anything that is only a way to write it: what two texts have in common that say the same.

    White space goes altogether, since a mark that is dropped by one gateway becomes a space at another. Not for people
    to read.
    """
    return "".join(_in_one_script(text).split())


def holds_words(text: str, words: str) -> bool:
    """Whether `words` appear in a text, folded alike, and nothing goes on before or after: 12 is not in 123 or 12.5."""
    wanted = " ".join(_in_one_script(words).split())
    if not wanted:
        return False
    return bool(re.search(_BEFORE + re.escape(wanted) + _AFTER, " ".join(_in_one_script(text).split())))


def _in_one_script(text: str) -> str:
    """Compatibility forms, letters and digits in one way to write them, and no invisible characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = text.replace("ي", "ی").replace("ى", "ی").replace("ك", "ک")
        text = _OTHER_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
    return _INVISIBLE.sub("", text)
