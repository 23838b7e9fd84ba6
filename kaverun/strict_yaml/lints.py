"""Plain scalars that YAML accepts and that surely mean something else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from kaverun.strict_yaml.nodes import Scalar
from kaverun.strict_yaml.text import named
from kaverun.text.excerpt import excerpt

_HASHTAG = re.compile(r"\s+(#[^\s#].*)")
_ITEM_START = re.compile(r"\s*(?:-\s+)*")
_GLUED_KEY = re.compile(r"([A-Za-z_][\w-]*):(?!//)\S")
_INVISIBLE = "ZC"  # Unicode's separators, and its control and format characters
_FOREIGN_COMMA = re.compile("[،؛，、]")


class Surroundings(NamedTuple):
    """What stands left and right of a scalar on its lines, and whether it is inside [ ] or { }."""

    before: str
    after: str
    flow: bool


def value_complaints(scalar: Scalar, around: Surroundings) -> Iterator[str]:
    """What is suspicious about a plain scalar that is a value or a member of a list."""
    swallowed = _HASHTAG.match(around.after)
    if swallowed and isinstance(scalar.value, str | None):
        yield _cut_at_hashtag(swallowed[1])
    if around.flow:
        yield from _foreign_comma(scalar.text)
    elif _ITEM_START.fullmatch(around.before):
        yield from _missing_space(scalar.text)


def key_complaints(scalar: Scalar, value: object, *, colon: bool) -> Iterator[str]:
    """What is suspicious about a key; `value` tells whether anything followed its colon, if there was a `colon`."""
    if scalar.style:
        return
    for sign in scalar.text[:1], scalar.text[-1:]:
        if not sign.isascii() and unicodedata.category(sign)[0] in _INVISIBLE:
            yield f"{named(sign)} stands beside this key: replace it by a plain space or delete it"
            return
    if not colon and re.fullmatch(r"[0-9]{3}", scalar.text):
        yield f"the comma before {scalar.text} ends the value, here inside {{ }}: write large numbers without commas"
    if value is None and _GLUED_KEY.match(scalar.text):
        yield f"put a space after the colon of {excerpt(scalar.text)}"


def _cut_at_hashtag(swallowed: str) -> str:
    return (
        f"the value ends before {excerpt(swallowed.rstrip())}, because # after a space begins a comment: "
        "put the whole value in quotes, or a space after the # if it is a comment"
    )


def _foreign_comma(text: str) -> Iterator[str]:
    if found := _FOREIGN_COMMA.search(text):
        yield f"{named(found[0])} separates nothing here: write a plain comma, or put the value in quotes"


def _missing_space(text: str) -> Iterator[str]:
    if re.match(r"-[^\s-]", text):
        yield f"put a space after the dash of {excerpt(text)}, or quotes around it if it is no list item"
    elif glued := _GLUED_KEY.match(text):
        yield f'put a space after the colon of "{glued[1]}:", or quotes around the value if it is a text'
