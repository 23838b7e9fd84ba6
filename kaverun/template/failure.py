"""Why a row cannot be rendered, and where in the template it went wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import DecimalException
from types import FrameType

from jinja2.environment import Template as JinjaTemplate

from kaverun.errors import KaverunError
from kaverun.template.bounds import RunAway
from kaverun.template.spots import Spot


class RenderError(KaverunError):
    """One row cannot be rendered: why, the file and line of the template (0: unknown), the columns it concerns."""

    def __init__(self, reason: str, line: int = 0, path: str = "", columns: tuple[str, ...] = ()) -> None:
        self.reason = reason
        self.line = line
        self.path = path
        self.columns = columns
        unnamed = [column for column in columns if f"'{column}'" not in reason]
        place = ":".join(str(part) for part in (path, line) if part)
        super().__init__((f"{', '.join(unnamed)}: " if unnamed else "") + reason + (f" ({place})" if place else ""))


def failure(error: Exception, compiled: JinjaTemplate, halted: FrameType | None, spots: Sequence[Spot]) -> RenderError:
    """The error of a row, in words and with the place that `spots` know."""
    number = _number_of(error, compiled, halted)
    if not number:
        return RenderError(reason_of(error))
    source, line, names = spots[number]
    return RenderError(reason_of(error), source.origin.line + line - 1, source.origin.path, names)


def _number_of(error: BaseException, compiled: JinjaTemplate, halted: FrameType | None) -> int:
    """The spot that `error` passed through last, or else where the template was `halted`; 0 if none."""
    number, traceback = compiled.get_corresponding_lineno(halted.f_lineno) if halted else 0, error.__traceback__
    while traceback:
        if traceback.tb_frame.f_globals.get("__jinja_template__") is compiled:
            number = compiled.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return number


def reason_of(error: Exception) -> str:
    """Words for what a template raised, long numbers masked."""
    if isinstance(error, (RecursionError, MemoryError)):
        return "the template calls itself without end"
    if isinstance(error, DecimalException):
        return "this cannot be computed: a number is too large, or there is a division by zero"
    words = (str(error) or type(error).__name__).replace("is undefined", "has no value")
    return words if isinstance(error, RunAway) else re.sub(r"\d{7,}", lambda run: _masked(run[0]), words)


def _masked(digits: str) -> str:
    return f"{digits[:4]}***{digits[-2:]}"
