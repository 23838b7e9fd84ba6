"""Where a command finds the ledger, and what it says about that."""

from __future__ import annotations

from pathlib import Path

import click

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Refused
from kaverun.files.repository import marked_root
from kaverun.kavenegar.redaction import redact
from kaverun.ledger.opening import ledger_path
from kaverun.ledger.place import FILE, FOLDER, Place, nearest, place_of_campaign, place_of_name, place_of_run


def campaign_ledger(loaded: LoadedCampaign, given: str | None) -> Path:
    """The ledger of a campaign: `given`, or else its repository's. Prints where it is. Raises `Refused`."""
    if given:
        return _announced(Place(ledger_path(given)))
    return _announced(place_of_campaign(loaded.campaign.name, loaded.folder, loaded.root, Path.cwd()))


def nearest_ledger(given: str | None) -> Path:
    """The `given` ledger, or else the nearest from the current folder upwards. Raises `Refused`."""
    path = ledger_path(given) if given else nearest(Path.cwd())
    if not path.exists():
        raise Refused(f"there is no ledger {path.absolute()}: name it with --ledger")
    return path


def ledger_to_make(given: str | None) -> Path:
    """The `given` ledger, else the nearest, else a new one in this folder's repository. Prints where it is."""
    here = Path.cwd().resolve()
    found = ledger_path(given) if given else nearest(here)
    if not (given or found.exists()):
        found = (marked_root(here) or here) / FOLDER / FILE
    return _announced(Place(found))


def shown_ledger(given: str | None) -> Path:
    """The same as `nearest_ledger`, but prints where it is."""
    return _announced(Place(nearest_ledger(given)))


def run_ledger(run_id: str, given: str | None) -> Path:
    """The ledger that has a run: `given`, or else looked for upwards. Prints where it is. Raises `Refused`."""
    return _announced(Place(ledger_path(given)) if given else place_of_run(run_id, Path.cwd()))


def named_campaign_ledger(campaign: str, given: str | None) -> Path:
    """The ledger that has a campaign of this name, found in the same way. Raises `Refused`."""
    return _announced(Place(ledger_path(given)) if given else place_of_name(campaign, Path.cwd()))


def _announced(place: Place) -> Path:
    click.echo(redact(f"ledger: {place.path.absolute()}"), err=True)
    if place.advice:
        click.echo(f"warning: {place.advice}", err=True)
    return place.path
