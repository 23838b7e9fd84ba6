"""`kaverun cancel`: takes back messages that have not gone out yet."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.cli.settings import base_url_option, campaign_argument, ledger_option, lock_timeout_option


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@campaign_argument
@click.option("--yes", is_flag=True, help="Cancel without asking; needed where there is no terminal.")
@click.option("--run", "run_id", metavar="RUN_ID", help="Only what this run had accepted.  [default: all runs]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@base_url_option
@ledger_option
@lock_timeout_option
def command(
    campaign: Path, yes: bool, run_id: str | None, form: str, base_url: str, ledger: str | None, lock_timeout: float
) -> int:
    """Cancel the messages of CAMPAIGN that Kavenegar accepted and has not sent yet.

    What is cancelled stays in the ledger as cancelled; the next apply sends it anew, with the text and the time the
    campaign has then. Exits 0 where nothing that may still go out is left, 3 where a part was cancelled, 1 where
    nothing was.
    """
    from kaverun.cli.cancelling import cancel_campaign

    return cancel_campaign(
        campaign, yes=yes, run_id=run_id, form=form, base_url=base_url, ledger=ledger, lock_timeout=lock_timeout
    )
