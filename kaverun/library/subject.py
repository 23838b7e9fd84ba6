"""What a call is about, a campaign or one of its runs, and the ledger that knows it."""

from __future__ import annotations

import os
from pathlib import Path

from kaverun.campaign.loader import LoadedCampaign
from kaverun.ledger.opening import ledger_path
from kaverun.ledger.place import place_of_campaign, place_of_name, place_of_run
from kaverun.ledger.runs import is_run_id
from kaverun.report.report import Report
from kaverun.run.observer import Observer


def named(subject: LoadedCampaign | Report | str) -> tuple[str, str]:
    """The name of a campaign, and the id of a run if one is meant; for a run's id alone the name is ""."""
    if isinstance(subject, LoadedCampaign):
        return subject.campaign.name, ""
    if isinstance(subject, Report):
        return subject.campaign, subject.run_id
    return ("", subject) if is_run_id(subject) else (subject, "")


def ledger_of(
    subject: LoadedCampaign | Report | str, given: str | os.PathLike[str] | None, observer: Observer | None = None
) -> Path:
    """The ledger that is `given`, else the one that knows the subject; the observer is notified where it should be."""
    if given is not None:
        return ledger_path(given if isinstance(given, str) else Path(given))
    here = Path.cwd()
    if isinstance(subject, LoadedCampaign):
        place = place_of_campaign(subject.campaign.name, subject.folder, subject.root, here)
    else:
        name, run_id = named(subject)
        place = place_of_run(run_id, here) if run_id else place_of_name(name, here)
    if place.advice and observer:
        observer.tell(f"warning: {place.advice}")
    return place.path
