"""Values for the templates beside columns: `vars` of the campaign file, and `--var` of the command line over them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kaverun.errors import Invalid, Problem
from kaverun.strict_yaml.nodes import Plain
from kaverun.strict_yaml.scalars import meaning
from kaverun.text.excerpt import excerpt, word
from kaverun.text.line_ends import with_line_feeds
from kaverun.text.names import slug

Variable = str | int | float | bool | tuple[str | int | float | bool, ...]

MAX_VARIABLES = 1_000
"""Variables that a campaign may have, and members of a list among them: more is data, which belongs into a list."""

NAME_PATTERN = r"^[^\s\u0000-@\[-\^`{-\u00bf\u200b-\u206f][^\s\u0000-/:-@\[-\^`{-\u00bf\u200b-\u206f]*$"
"""Holds for Python and for ECMA 262, and takes a little more than `name`."""


class Variables(NamedTuple):
    """What the templates of a campaign may take beside columns: the file's `own` and the `given`, which come first."""

    own: Mapping[str, Variable]
    given: Mapping[str, Variable]

    @property
    def values(self) -> dict[str, Variable]:
        return {**self.own, **self.given}


def name(value: object) -> str:
    """The name of a variable, as a template writes it. Raises ValueError with words."""
    written = str(value)
    if written and slug(written) == written:
        return written
    meant = slug(written)
    raise ValueError(f"{excerpt(written)} is no name that a template can use" + (f": write {meant}" if meant else ""))


def variable(value: object) -> Variable:
    """The value of a variable: a text, a number, true or false, or a list of them. Raises ValueError with words."""
    if isinstance(value, list):
        if len(value) > MAX_VARIABLES:
            raise ValueError(f"has {len(value):,} members, and a list here has at most {MAX_VARIABLES:,}")
        return tuple(_scalar(member) for member in value)
    return _scalar(value)


def _scalar(value: object) -> str | int | float | bool:
    if isinstance(value, str):
        return _composed(value)
    if isinstance(value, int | float):
        return value
    raise ValueError(f"must be a text, a number, true or false, or a list of them, and is {excerpt(value)}")


def read_given(words: Iterable[str]) -> dict[str, str]:
    """`name=value` from the command line, by name. Raises Invalid with everything wrong with them."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for written in words:
        left, sign, right = written.partition("=")
        try:
            if not sign:
                raise ValueError("write it as --var name=value")
            if name(left) in found:
                raise ValueError("is given twice: keep one of the two")
            found[left] = right
        except ValueError as error:
            problems.append(Problem(str(error), key=f"--var {word(left)}"))
    if problems:
        raise Invalid(problems)
    return found


def over(own: Mapping[str, Variable], given: Mapping[str, str]) -> Variables:
    """The file's own values with the given ones over them.

    What is given is read as the file would be, so that 20 is a number; where the file's own value is a text, it stays
    one.
    """
    read = {name: _read(written, own.get(name)) for name, written in given.items()}
    return Variables(own, read)


def _read(written: str, own: Variable | None) -> Variable:
    found: Plain = written if isinstance(own, str) else meaning(written)
    return _composed(written) if found is None or isinstance(found, str) else found


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", with_line_feeds(text))
