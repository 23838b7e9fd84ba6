"""`kaverun plan`: what would be sent, to whom, at what cost. Nothing is sent."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
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

if TYPE_CHECKING:
    from kaverun.cli.scrutiny import Scrutiny
    from kaverun.plan.plan import Plan


@explained(example="kaverun plan campaigns/nowruz.yaml --out nowruz.kvplan", exits=(0, 1, 2))
@campaign_argument
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.kvplan",
    help="Keep the plan: `kaverun apply FILE.kvplan` sends exactly this, or nothing.",
)
@click.option(
    "--messages",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Write every rendered message; - for stdout. Never overwrites another kind of file.",
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
    out: Path | None,
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
    from kaverun.cli.scrutiny import scrutiny_of

    scrutiny = scrutiny_of(strict=strict, allow_over=allow_over, as_new_people=as_new_people, sandbox=sandbox)
    plan = show_plan(
        campaign,
        scrutiny,
        form=form,
        out=out,
        messages=messages,
        variables=variables,
        base_url=base_url,
        ledger=ledger,
        sandbox=sandbox,
    )
    return 2 if detailed_exitcode and plan.totals.send else 0


def show_plan(
    path: Path,
    scrutiny: Scrutiny,
    *,
    form: str,
    variables: Iterable[str],
    base_url: str,
    ledger: str | None,
    sandbox: bool,
    out: Path | None = None,
    messages: Path | None = None,
) -> Plan:
    """Plan a campaign, or read a kept plan, against what was sent before; the result goes to stdout and into files."""
    from contextlib import closing

    from kaverun.campaign.variables import read_given
    from kaverun.cli.messages_file import STDOUT, check_target, write_messages_file
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.settings import provider_of
    from kaverun.cli.whereabouts import campaign_ledger
    from kaverun.clock import SystemClock
    from kaverun.errors import Refused
    from kaverun.ledger.opening import read_ledger
    from kaverun.plan.as_csv import write_plan_rows
    from kaverun.planning.limits import refuse
    from kaverun.planning.planner import make_plan
    from kaverun.planning.saved import check_place, kept_plan, opened_plan
    from kaverun.run.new_ledger import is_new, meaning

    display = ProgressDisplay()
    provider = "loopback" if sandbox else provider_of(base_url)
    named = kept_plan(path, read_given(variables))
    if named.plan and out:
        raise Refused(f"--out {out}: {named.plan} is already kept; copy it, or name the campaign file to plan again")
    loaded = named.opened()
    # This command's own sandbox starts empty, and so does its ledger.
    kept = None if sandbox and ledger is None else campaign_ledger(loaded, ledger)
    if messages:
        check_target(messages, loaded, kept)
    if out:
        check_place(out)
    now, lifted = SystemClock().now(), scrutiny.lifted
    with closing(read_ledger(kept)) as store:
        try:
            if named.plan:
                plan = opened_plan(named.plan, loaded, now=now, store=store, provider=provider, lifted=lifted)
            else:
                plan = make_plan(
                    loaded, now=now, store=store, provider=provider, lifted=lifted, progress=display.planned, keep=out
                )
            if kept and form == "text" and plan.totals.send and is_new(store, provider):
                display.tell(f"note: {meaning(kept, provider)}; apply asks about it, or requires --new-ledger")
            if messages and messages != STDOUT:
                display.doing(f"writing {messages}")
                write_messages_file(plan, messages)
        finally:
            display.clear()
        # With `--messages -` stdout is the list, for the next program to read.
        click.echo(_shown(plan, form, strict=scrutiny.strict), err=messages == STDOUT)
        if messages == STDOUT:
            # Like every control character, a carriage return is shown there, not obeyed.
            write_plan_rows(plan, sys.stdout, "\n")
            sys.stdout.flush()
    if out:
        click.echo(f"kept in {out}: `kaverun apply {out}` sends exactly this plan", err=True)
    scrutiny.show_warnings(plan)
    refuse(plan, strict=scrutiny.strict)
    return plan


def _shown(plan: Plan, form: str, *, strict: bool) -> str:
    from kaverun.cli.plan_text import plan_text
    from kaverun.plan.as_json import plan_json
    from kaverun.plan.as_markdown import plan_markdown

    if form == "json":
        return plan_json(plan)
    return plan_markdown(plan, strict=strict) if form == "markdown" else plan_text(plan, strict=strict)
