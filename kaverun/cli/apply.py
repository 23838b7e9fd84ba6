"""`kaverun apply`: send what was not yet sent, and write the report."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from kaverun.cli.settings import (
    allow_over_option,
    as_new_people_option,
    base_url_option,
    campaign_argument,
    ledger_option,
    lock_timeout_option,
    sandbox_option,
    strict_option,
    variable_option,
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@campaign_argument
@click.option("--yes", is_flag=True, help="Send without asking; needed where there is no terminal.")
@click.option("--expect", metavar="DIGEST", help="Send exactly the plan with this digest, or nothing; does not ask.")
@click.option("--dry-run", is_flag=True, help="Show the plan and send nothing; the same as `kaverun plan`.")
@click.option(
    "--report-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where reports go.  [default: reports]"
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--allow-debugmode", is_flag=True, help="Go on although the account's debugmode sends nothing.")
@click.option(
    "--cold-ledger",
    type=click.Choice(["check", "full", "trust"]),
    default="check",
    show_default=True,
    help="Before sending, ask Kavenegar what the ledger may have missed: for a sample, for everyone, or not at all.",
)
@click.option(
    "--new-ledger",
    is_flag=True,
    help="Accept a ledger that knows no run yet: this is its first one, and it was not lost.",
)
@click.option(
    "--resend-unknown",
    multiple=True,
    metavar="KEY|@FILE",
    help="Send again to this recipient although an earlier outcome stays unknown. May be repeated.",
)
@variable_option
@strict_option
@allow_over_option
@as_new_people_option
@base_url_option
@ledger_option
@lock_timeout_option
@sandbox_option
def command(
    campaign: Path,
    yes: bool,
    expect: str | None,
    dry_run: bool,
    report_dir: Path | None,
    form: str,
    allow_debugmode: bool,
    cold_ledger: Literal["check", "full", "trust"],
    new_ledger: bool,
    resend_unknown: tuple[str, ...],
    variables: tuple[str, ...],
    strict: bool,
    allow_over: tuple[str, ...],
    as_new_people: bool,
    base_url: str,
    ledger: str | None,
    lock_timeout: float,
    sandbox: bool,
) -> int:
    """Send CAMPAIGN to everyone on its list who was not served yet."""
    from kaverun.cli.scrutiny import scrutiny_of

    scrutiny = scrutiny_of(strict=strict, allow_over=allow_over, as_new_people=as_new_people, sandbox=sandbox)
    if dry_run:
        from kaverun.cli.planning import show_plan

        show_plan(
            campaign,
            scrutiny,
            form=form,
            messages=None,
            variables=variables,
            base_url=base_url,
            ledger=ledger,
            sandbox=sandbox,
        )
        return 0

    from kaverun.cli.applying import ApplyOptions, Consent, apply_campaign

    options = ApplyOptions(
        scrutiny,
        form,
        report_dir,
        allow_debugmode,
        cold_ledger,
        new_ledger,
        resend_unknown,
        variables,
        base_url,
        ledger,
        sandbox,
        lock_timeout,
    )
    return apply_campaign(campaign, Consent(yes=yes, expect=expect), options)
