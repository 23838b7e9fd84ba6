"""`kaverun status`: what became of messages after they were accepted."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.cli.settings import base_url_option, ledger_option


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("subject", metavar="CAMPAIGN|RUN_ID", type=click.Path(path_type=Path))
@click.option("--wait", metavar="SPAN", help="Ask again until every status is final, for at most this long, as in 10m.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the reports are.  [default: the campaign's, else reports]",
)
@base_url_option
@ledger_option
def command(
    subject: Path, wait: str | None, form: str, report_dir: Path | None, base_url: str, ledger: str | None
) -> int:
    """Ask Kavenegar what became of the messages of a campaign, or of one run.

    Statuses are asked for until they are final, for at most 48 hours after sending. What is new goes into the ledger
    and into the reports there are. Exits 0 however the messages fared, 3 where a report could not be written.
    """
    from kaverun.cli.following import StatusOptions, follow

    return follow(subject, StatusOptions(wait, form, report_dir, base_url, ledger))
