"""An error as JSON, for programs that read a command's result."""

from __future__ import annotations

from typing import Literal, TypedDict

from kaverun.documents import json_text
from kaverun.errors import Invalid, Problem


class ErrorDocument(TypedDict):
    """What any command with --format json prints instead of its result if it fails."""

    version: Literal[1]
    """Counts changes to these keys."""
    error: str
    """Its kind: one of `kaverun.errors`, or that of a bug."""
    exit_code: int
    """The command's."""
    message: str
    """What is wrong, in a sentence."""
    problems: list[Problem]
    """Everything that is wrong with the input; none if the input is not the reason."""


def error_json(error: BaseException, words: str, code: int) -> str:
    """An error as indented JSON; `words` is the message for people."""
    document: ErrorDocument = {
        "version": 1,
        "error": type(error).__name__,
        "exit_code": code,
        "message": "the input is wrong: see problems" if isinstance(error, Invalid) else words,
        "problems": [*getattr(error, "problems", ())],
    }
    return json_text(document)
