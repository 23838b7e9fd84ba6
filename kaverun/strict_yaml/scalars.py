"""What a plain YAML scalar means: text, unless it is a number, a yes/no or nothing beyond any doubt.

PyYAML reads YAML 1.1, where 012345 is octal, 10:30 is 630 and `no` is false. Here a number is only
what prints again exactly as it is written, so a text field may take it back by `str()` with nothing
lost, and 09123456789, 1.10, +98912… and 1e3 stay text.
"""

from __future__ import annotations

import re

from kaverun.strict_yaml.nodes import Plain

_WORDS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]")


def meaning(text: str) -> Plain:
    """The value of a plain scalar: null, true, false, an int of at most 18 digits, a decimal, else its text."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text
