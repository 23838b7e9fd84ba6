"""`kaverun status`: what became of the messages of a campaign after they were accepted."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.cli.settings import base_url_option, campaign_argument, ledger_option


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@campaign_argument
@click.option("--wait", metavar="SPAN", help="Ask again until every status is final, for at most this long, as in 10m.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@base_url_option
@ledger_option
def command(campaign: Path, wait: str | None, form: str, base_url: str, ledger: str | None) -> int:
    """Ask Kavenegar for the delivery of CAMPAIGN's messages, and keep it in the ledger."""
    from kaverun.cli.following import follow_campaign

    return follow_campaign(campaign, wait=wait, form=form, base_url=base_url, ledger=ledger)
