"""Where a command finds the ledger and the reports, and what it says of that."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.campaign.loader import LoadedCampaign
from kaverun.kavenegar.redaction import redact
from kaverun.ledger.place import Place, place_of_campaign, place_of_run
from kaverun.ledger.sqlite import ledger_path


def campaign_ledger(loaded: LoadedCampaign, given: str | None) -> Path:
    """The ledger of a campaign, `given` or else that of its repository; says where it is. Raises `Refused`."""
    if given:
        return _told(Place(ledger_path(given)))
    return _told(place_of_campaign(loaded.campaign.name, loaded.folder, loaded.root, Path.cwd()))


def run_ledger(run_id: str, given: str | None) -> Path:
    """The ledger that knows a run, `given` or else looked for upwards; says where it is. Raises `Refused`."""
    return _told(Place(ledger_path(given)) if given else place_of_run(run_id, Path.cwd()))


def _told(place: Place) -> Path:
    click.echo(redact(f"ledger: {place.path.absolute()}"), err=True)
    if place.advice:
        click.echo(f"warning: {place.advice}", err=True)
    return place.path


def report_directory(loaded: LoadedCampaign) -> Path:
    """`report.directory` in the campaign's repository; without one, `reports` in the current folder."""
    report, here = loaded.campaign.report, Path.cwd()
    if "directory" not in report.model_fields_set:
        return Path(report.directory)
    path = loaded.root / report.directory
    return path.relative_to(here) if path.is_relative_to(here) else path
