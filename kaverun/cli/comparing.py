"""The work behind `kaverun reconcile`."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import click

from kaverun.cli.comparison_text import comparison_json, comparison_text
from kaverun.cli.progress import ProgressDisplay
from kaverun.cli.settings import api_key, provider_of
from kaverun.cli.subject import subject
from kaverun.clock import SystemClock
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.redaction import Secret, redact, redact_log_records
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.place import check_known
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.run.comparison import compare
from kaverun.run.patience import Patience


def compare_with_outbox(argument: Path, *, form: str, base_url: str, ledger: str | None) -> int:
    """Compare a campaign or a run with the provider's outbox and print what differs; returns the exit code."""
    redact_log_records()
    provider, key = provider_of(base_url), Secret(api_key())
    about = subject(argument, provider=provider, ledger=ledger)
    client = Client.connect(base_url, key, Timeouts(about.retry.connect_timeout, about.retry.read_timeout))
    clock, display = SystemClock(), ProgressDisplay()
    patience = Patience(about.retry, Event(), clock, on_retry=display.retried)
    store = SqliteLedger.open_to_read(about.ledger)
    try:
        check_known(store, about.ledger, about.scope)
        compared = compare(store, client, patience, clock, about.scope, on_progress=display.listed)
    finally:
        display.clear()
        store.close()
    click.echo(redact(comparison_json(compared) if form == "json" else comparison_text(compared)))
    return compared.exit_code
