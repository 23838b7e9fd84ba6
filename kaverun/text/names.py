"""The names that columns and variables go by in templates."""

from __future__ import annotations

import re
import unicodedata

#: Words that Jinja reads as its own: such a column gets an underscore after it.
_RESERVED = frozenset(
    {"and", "caller", "else", "false", "False", "if", "import", "in", "is", "kwargs"}
    | {"loop", "none", "None", "not", "or", "self", "true", "True", "varargs"}
)
_STRAY = "\u00ad\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_letters = str.maketrans("يىك", "ییک", _STRAY)
_between_words = re.compile(r"\W+")


def slug(header: str) -> str:
    """The name a template writes for a column: letters of one kind, words joined by _, "" if nothing is left.

    `نام خانوادگي` is نام_خانوادگی; a name that would begin with a digit or that Jinja reads as its own gets a _.
    """
    name = "_".join(word for word in _between_words.split(_in_letters_of_one_kind(header)) if word)
    if name in _RESERVED:
        return name + "_"
    return name if not name or name.isidentifier() else "_" + name


#: What headers and texts that are compared have as one space: white space, joiners, invisible operators.
_gaps = re.compile(r"[\s\u180e\u200b-\u200d\u2061-\u2064\u206a-\u206f]+")


def folded(text: str) -> str:
    """A text as it is compared: the folding of `slug`, but signs and digits stay, for A+ is not A-.

    NFC, letters of one kind, without marks and characters that show nothing; ZWNJ and runs of white space are a space.
    Edge spaces stay, for who looks for a part of a text.
    """
    return _gaps.sub(" ", text if text.isascii() else _in_letters_of_one_kind(text))


def _in_letters_of_one_kind(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_letters)
    return "".join(char for char in text if unicodedata.category(char) != "Mn")
