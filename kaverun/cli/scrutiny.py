"""How closely a plan is looked at before it may be carried out: `--strict` and `--allow-over`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import click

from kaverun.errors import Invalid, LimitExceeded

if TYPE_CHECKING:
    from kaverun.plan.plan import Plan


class Scrutiny(NamedTuple):
    """`strict` takes warnings for errors; the `lifted` rules (`plan.limits.RULES`) do not count this time."""

    strict: bool
    lifted: frozenset[str]

    def tell_warnings(self, plan: Plan) -> None:
        """On stderr, but for those that `refuse` is going to tell as errors."""
        told = plan.strict if self.strict else ()
        for problem in plan.warnings:
            if problem not in told:
                click.echo(str(problem), err=True)

    def refuse(self, plan: Plan) -> None:
        """Raise where warnings, limits, hours or a time that passed forbid the plan; it was shown before."""
        if self.strict and plan.strict:
            raise Invalid([replace(problem, severity="error") for problem in (*plan.strict, *plan.refusals)])
        if plan.refusals:
            raise LimitExceeded("\n".join(map(str, plan.refusals)))


def scrutiny_of(*, strict: bool, allow_over: tuple[str, ...], sandbox: bool) -> Scrutiny:
    """The flags as given; a sandbox of one's own disturbs nobody, so it knows no quiet hours."""
    return Scrutiny(strict, frozenset({*allow_over, *(["quiet_hours"] if sandbox else [])}))
