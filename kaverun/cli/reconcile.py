"""`kaverun reconcile`: compares the ledger with what Kavenegar has."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import base_url_option, ledger_option

_EXITS = {
    0: "nothing differs",
    1: "nothing was compared: unknown, refused, or misused",
    3: "something differs, or not everything could be compared",
}


@explained(example="kaverun reconcile campaigns/nowruz.yaml", exits=(0, 1, 3), meaning=_EXITS)
@click.argument("subject", metavar="CAMPAIGN|RUN_ID", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@base_url_option
@ledger_option
def command(subject: Path, form: str, base_url: str, ledger: str | None) -> int:
    """Compare the ledger's messages of a campaign, or of one run, with Kavenegar's outbox. Changes nothing.

    Shows messages that only one side has, statuses and costs that differ, and the sums of both. The outbox reaches 3
    days back and is listed only to IP addresses on the account's whitelist; otherwise only counts are compared.
    """
    from contextlib import closing
    from threading import Event

    from kaverun.cli.comparison_text import comparison_json, comparison_text
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.subject import subject_of
    from kaverun.clock import SystemClock
    from kaverun.kavenegar.redaction import redact, redact_log_records
    from kaverun.ledger.opening import read_ledger
    from kaverun.ledger.place import check_known
    from kaverun.reconcile.comparison import compare
    from kaverun.run.retrying import Patience

    redact_log_records()
    about = subject_of(subject, base_url=base_url, ledger=ledger)
    clock, display = SystemClock(), ProgressDisplay()
    patience = Patience(about.retry, Event(), clock, on_retry=display.retried)
    with closing(read_ledger(about.ledger)) as store:
        try:
            check_known(store, about.scope)
            compared = compare(store, about.client, patience, clock, about.scope, about.run, display.listed)
        finally:
            display.clear()
    click.echo(redact(comparison_json(compared) if form == "json" else comparison_text(compared)))
    return compared.exit_code
