"""`kaverun plan`: what would be sent, to whom, at what cost. Nothing is sent."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.cli.settings import (
    allow_over_option,
    as_new_people_option,
    base_url_option,
    campaign_argument,
    ledger_option,
    sandbox_option,
    strict_option,
    variable_option,
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@campaign_argument
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option(
    "--messages",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Write every rendered message; - for stdout. Writes over no file of another kind.",
)
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit 2 when there are messages to send, 0 when there are none."
)
@variable_option
@strict_option
@allow_over_option
@as_new_people_option
@base_url_option
@ledger_option
@sandbox_option
def command(
    campaign: Path,
    form: str,
    messages: Path | None,
    detailed_exitcode: bool,
    variables: tuple[str, ...],
    strict: bool,
    allow_over: tuple[str, ...],
    as_new_people: bool,
    base_url: str,
    ledger: str | None,
    sandbox: bool,
) -> int:
    """Show what applying CAMPAIGN would send; needs no key and no network."""
    from kaverun.cli.planning import show_plan
    from kaverun.cli.scrutiny import scrutiny_of

    scrutiny = scrutiny_of(strict=strict, allow_over=allow_over, as_new_people=as_new_people, sandbox=sandbox)
    plan = show_plan(
        campaign,
        scrutiny,
        form=form,
        messages=messages,
        variables=variables,
        base_url=base_url,
        ledger=ledger,
        sandbox=sandbox,
    )
    return 2 if detailed_exitcode and plan.totals.send else 0
