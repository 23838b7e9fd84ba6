"""How strictly a plan is checked before it may be carried out: `--strict`, `--allow-over` and `--as-new-people`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from kaverun.plan.plan import Plan


class Scrutiny(NamedTuple):
    """`strict` treats warnings as errors; `lifted` rules (see `planning.planner.make_plan`) do not apply this time."""

    strict: bool
    lifted: frozenset[str]

    def show_warnings(self, plan: Plan) -> None:
        """Print warnings to stderr, except those about to be refused as errors (`plan.limits.refuse`)."""
        refused = set(plan.strict if self.strict else ())
        for problem in plan.warnings:
            if problem not in refused:
                click.echo(str(problem), err=True)


def scrutiny_of(*, strict: bool, allow_over: tuple[str, ...], as_new_people: bool, sandbox: bool) -> Scrutiny:
    """The flags as given; the command's own sandbox disturbs nobody, so it has no quiet hours."""
    others = (["quiet_hours"] if sandbox else []) + (["as_new_people"] if as_new_people else [])
    return Scrutiny(strict, frozenset({*allow_over, *others}))
