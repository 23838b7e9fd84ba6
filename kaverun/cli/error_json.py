"""An error as JSON, for programs that read a command's result."""

from __future__ import annotations

import orjson

from kaverun.errors import Invalid
from kaverun.plan.as_json import problem_json

VERSION = 1


def error_json(error: BaseException, words: str, code: int) -> str:
    """`error` is its kind, `message` what people are told; `problems` are all that is wrong with the input."""
    problems = [{**problem_json(one), "severity": one.severity} for one in getattr(error, "problems", ())]
    document = {
        "version": VERSION,
        "error": type(error).__name__,
        "exit_code": code,
        "message": "the input is wrong: see problems" if isinstance(error, Invalid) else words,
        "problems": problems,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
