"""Where a command finds the ledger and the reports, and what it says of that."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from pathlib import Path

import click

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Refused
from kaverun.kavenegar.redaction import redact
from kaverun.ledger.opening import ledger_path
from kaverun.ledger.place import Place, nearest, place_of_campaign, place_of_name, place_of_run
from kaverun.plan.saved import is_plan, plan_header
from kaverun.repository import marked_root


def campaign_ledger(loaded: LoadedCampaign, given: str | None) -> Path:
    """The ledger of a campaign, `given` or else that of its repository; says where it is. Raises `Refused`."""
    if given:
        return _told(Place(ledger_path(given)))
    return _told(place_of_campaign(loaded.campaign.name, loaded.folder, loaded.root, Path.cwd()))


def nearest_ledger(given: str | None) -> Path:
    """The ledger that is `given`, or else the nearest from the current folder upwards. Raises `Refused`."""
    path = ledger_path(given) if given else nearest(Path.cwd())
    if not path.exists():
        raise Refused(f"there is no ledger {path.absolute()}: name it with --ledger")
    return path


def shown_ledger(given: str | None) -> Path:
    """The same; says where it is."""
    return _told(Place(nearest_ledger(given)))


def run_ledger(run_id: str, given: str | None) -> Path:
    """The ledger that knows a run, `given` or else looked for upwards; says where it is. Raises `Refused`."""
    return _told(Place(ledger_path(given)) if given else place_of_run(run_id, Path.cwd()))


def named_campaign_ledger(campaign: str, given: str | None) -> Path:
    """The ledger that knows a campaign by its name, found in the same way. Raises `Refused`."""
    return _told(Place(ledger_path(given)) if given else place_of_name(campaign, Path.cwd()))


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


def kept_plan(path: Path, given: Mapping[str, str]) -> tuple[Path | None, tuple[Path, Mapping[str, str]]]:
    """A plan file, None where `path` is a campaign's; then the campaign file and the variables that belong to it.

    A plan is applied in the repository that the command runs in, wherever the plan itself is. Raises `Refused`.
    """
    if not is_plan(path):
        return None, (path, given)
    header = plan_header(path)
    here = Path.cwd().resolve()
    campaign = (marked_root(here) or here) / header.file
    return path, (Path(os.path.relpath(campaign, here)), {**header.given, **given})


def user() -> str | None:
    """Who runs the command, as their system or pipeline calls them; None where nobody says."""
    try:
        return os.environ.get("GITHUB_ACTOR") or os.environ.get("GITLAB_USER_LOGIN") or getpass.getuser()
    except (KeyError, OSError):
        return None
