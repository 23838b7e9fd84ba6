"""Where the words of a template stand: in the campaign file, in a file of its own, in a partial."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kaverun.errors import Problem, Severity

_line_breaks = re.compile(r"\r\n|\r|\n")


class Origin(NamedTuple):
    """Where a template's text begins: file, line and column (from 1; 0: unknown), and its key path."""

    path: str
    line: int = 1
    column: int = 0
    key: str = "message.text"

    def problem(self, what: str, line: int, column: int = 0, severity: Severity = "error") -> Problem:
        """A problem in line `line` and column `column` (from 1; 0: unknown) of the text."""
        shown = self.column + column - 1 if self.column and column else 0
        return Problem(what, self.path, self.line + line - 1, shown, self.key, severity=severity)


@dataclass(frozen=True)
class Source:
    """One text of a template: the message's own, or a partial's."""

    text: str
    origin: Origin

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines as Jinja counts them."""
        return _line_breaks.split(self.text)

    def problem(self, what: str, line: int, word: str = "", severity: Severity = "error") -> Problem:
        """A problem in line `line` of the text, at the first place there where `word` stands as a whole."""
        found = re.search(rf"\b{re.escape(word)}\b", self.lines[line - 1]) if word else None
        return self.origin.problem(what, line, found.start() + 1 if found else 0, severity)
