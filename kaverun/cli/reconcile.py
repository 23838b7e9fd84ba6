"""`kaverun reconcile`: the ledger beside what Kavenegar has."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.cli.settings import base_url_option, ledger_option


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("subject", metavar="CAMPAIGN|RUN_ID", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@base_url_option
@ledger_option
def command(subject: Path, form: str, base_url: str, ledger: str | None) -> int:
    """Compare what the ledger has of a campaign, or of one run, with Kavenegar's outbox. Changes nothing.

    Names messages that only one side has, statuses and costs that differ, and the sums of both. The outbox reaches 3
    days back and is listed only to IP addresses on the account's whitelist; otherwise only counts are compared.

    Exits 0 where nothing differs, and 3 where something does or could not be compared.
    """
    from kaverun.cli.comparing import compare_with_outbox

    return compare_with_outbox(subject, form=form, base_url=base_url, ledger=ledger)
