"""How closely a plan is looked at before it may be carried out: `--strict`, `--allow-over` and `--as-new-people`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from kaverun.plan.plan import Plan


class Scrutiny(NamedTuple):
    """`strict` takes warnings for errors; the `lifted` rules (see `plan.planner.make_plan`) do not count this time."""

    strict: bool
    lifted: frozenset[str]

    def tell_warnings(self, plan: Plan) -> None:
        """On stderr, but for those that are going to be refused as errors (`plan.limits.refuse`)."""
        told = set(plan.strict if self.strict else ())
        for problem in plan.warnings:
            if problem not in told:
                click.echo(str(problem), err=True)


def scrutiny_of(*, strict: bool, allow_over: tuple[str, ...], as_new_people: bool, sandbox: bool) -> Scrutiny:
    """The flags as given; a sandbox of one's own disturbs nobody, so it knows no quiet hours."""
    others = (["quiet_hours"] if sandbox else []) + (["as_new_people"] if as_new_people else [])
    return Scrutiny(strict, frozenset({*allow_over, *others}))
