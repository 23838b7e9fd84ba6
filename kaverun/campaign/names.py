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
    text = unicodedata.normalize("NFC", header).translate(_letters)
    text = "".join(char for char in text if unicodedata.category(char) != "Mn")
    name = "_".join(word for word in _between_words.split(text) if word)
    if name in _RESERVED:
        return name + "_"
    return name if not name or name.isidentifier() else "_" + name
