"""How closely a plan is looked at before it may be carried out: `--strict` and `--allow-over`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from kaverun.plan.plan import Plan


class Scrutiny(NamedTuple):
    """`strict` takes warnings for errors; the `lifted` rules (`plan.limits.RULES`) do not count this time."""

    strict: bool
    lifted: frozenset[str]

    def tell_warnings(self, plan: Plan) -> None:
        """On stderr, but for those that are going to be refused as errors (`plan.limits.refuse`)."""
        told = set(plan.strict if self.strict else ())
        for problem in plan.warnings:
            if problem not in told:
                click.echo(str(problem), err=True)


def scrutiny_of(*, strict: bool, allow_over: tuple[str, ...], sandbox: bool) -> Scrutiny:
    """The flags as given; a sandbox of one's own disturbs nobody, so it knows no quiet hours."""
    return Scrutiny(strict, frozenset({*allow_over, *(["quiet_hours"] if sandbox else [])}))
