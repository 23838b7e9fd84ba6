"""What a command is about: the messages of a campaign file, or those of one run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from kaverun.campaign.loader import load_campaign
from kaverun.campaign.models import ReportSettings, Retry, Sending
from kaverun.campaign.schedule import OCCURRENCE
from kaverun.cli.whereabouts import campaign_ledger, report_directory, run_ledger
from kaverun.errors import Refused
from kaverun.ledger.protocol import RunRecord, Scope
from kaverun.ledger.sqlite import SqliteLedger

_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}(?:-found)?", re.ASCII)
_TOLD = 5


class Subject(NamedTuple):
    """`scope` in the ledger, and how its provider is asked; a run has no campaign file, so it has the defaults."""

    scope: Scope
    retry: Retry
    concurrency: int
    reports: Path
    ledger: Path


def subject(argument: Path, *, provider: str, ledger: str | None) -> Subject:
    """Of a campaign file, or of the id of a run in the ledger; raises `KaverunError` where it is neither."""
    if argument.exists() or not _RUN_ID.fullmatch(str(argument)):
        loaded = load_campaign(argument)
        campaign, path = loaded.campaign, campaign_ledger(loaded, ledger)
        scope = Scope(campaign.name, OCCURRENCE, provider)
        return Subject(scope, campaign.retry, campaign.sending.concurrency, report_directory(loaded), path)
    path = run_ledger(str(argument), ledger)
    run = _run(str(argument), path)
    if run.provider != provider:
        raise Refused(
            f"run {run.run_id} was sent to {run.provider}, and --base-url leads to {provider}: "
            "give the base URL of that run"
        )
    scope = Scope(run.campaign, run.occurrence, run.provider, run.run_id)
    return Subject(scope, Retry(), Sending().concurrency, Path(ReportSettings().directory), path)


def _run(run_id: str, ledger: Path) -> RunRecord:
    store = SqliteLedger.open_to_read(ledger)
    try:
        runs = store.run_records()
    finally:
        store.close()
    for run in runs:
        if run.run_id == run_id:
            return run
    raise Refused(f"the ledger {ledger.absolute()} knows no run {run_id}; {_latest(runs)}")


def _latest(runs: Sequence[RunRecord]) -> str:
    if not runs:
        return "it knows none at all: name the ledger with --ledger"
    latest = ", ".join(f"{run.run_id} ({run.campaign})" for run in islice(runs, _TOLD))
    return f"its latest are {latest}"
