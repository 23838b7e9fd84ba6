"""How a value of the user's file may stand in an error: short, on one line, phone numbers masked."""

from __future__ import annotations

import re

_LONGEST = 40
_WORDS = {True: "true", False: "false", None: "nothing"}
_SEPARATOR = r"[\s().\-\u200c-\u200f]?"
# Compiled when something is wrong: a file without mistakes needs none of it.
_PHONE = (
    rf"(?<!\d)(?:\+?[9۹٩][8۸٨]|[0۰٠]{{2}}[9۹٩][8۸٨])?{_SEPARATOR}[0۰٠]?{_SEPARATOR}[9۹٩](?:{_SEPARATOR}\d){{9}}(?!\d)"
    r"|\d{10,}"
)


def masked(text: str) -> str:
    """`text` with every phone number, and every other run of ten digits or more, as 0912***4567."""
    return re.sub(_PHONE, _mask, text)


def excerpt(value: object) -> str:
    """A value as it may be shown: text in double quotes, at most 40 characters of it."""
    if isinstance(value, str):
        return f'"{word(value)}"'
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "a mapping of keys" if value else "an empty mapping"
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    return masked(str(value))


def word(text: str) -> str:
    """A key or a name as it may be shown, without quotes."""
    return _shortened(_one_line(masked(text)))


def _mask(found: re.Match[str]) -> str:
    digits = [sign for sign in found[0] if sign.isdigit()]
    space = found[0][0] if found[0][0].isspace() else ""
    return f"{space}{''.join(digits[:4])}***{''.join(digits[-4:])}"


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\u200c" else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
