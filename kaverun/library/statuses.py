"""What became of messages after they were accepted, asked for at the provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.models import Retry, Sending
from kaverun.campaign.schedule import OCCURRENCE
from kaverun.clock import Clock, SystemClock
from kaverun.ledger.opening import open_ledger, read_ledger
from kaverun.ledger.runs import runs
from kaverun.library.client import Client
from kaverun.library.subject import ledger_of, named
from kaverun.message.scope import Scope
from kaverun.report.delivery import Delivery
from kaverun.report.redraw import redraw_reports
from kaverun.report.report import Report
from kaverun.run.observer import Observer
from kaverun.tracking.follow import Followed, run_at


class CampaignStatus(NamedTuple):
    """What became of accepted messages, of a campaign or of one of its runs (`run_id`, "" for all of them).

    `open` of them may still change; `statuses` counts them by Kavenegar's code, 0 if none is known yet, and
    `delivery` also by line and operator. The provider does not know `not_known` of them. `asked` is in unix seconds;
    `reports` are the folders whose reports were updated.
    """

    campaign: str
    run_id: str
    accepted: int
    open: int
    statuses: Mapping[int, int]
    not_known: int
    asked: float
    delivery: Delivery
    reports: tuple[Path, ...]


def status(
    subject: LoadedCampaign | Report | str,
    *,
    client: Client,
    ledger: str | os.PathLike[str] | None = None,
    wait: float = 0.0,
    report_directory: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
    clock: Clock | None = None,
) -> CampaignStatus:
    """Ask what became of the messages of a campaign (loaded, or by its name), or of a run (its report, or its id).

    New statuses go into the ledger, and reports are redrawn. With `wait` (seconds) it asks again until all are final or
    the time is up. Raises `Refused` if the ledger knows nothing of it at this provider, `KavenegarError` if the
    provider cannot be asked, `ReportError` if a report cannot be written.
    """
    name, run_id = named(subject)
    path = ledger_of(subject, ledger)
    # Asking does not create a missing ledger.
    with closing(open_ledger(path) if path.exists() else read_ledger(path)) as store:
        run = run_at(store, run_id, client.provider) if run_id else None
        scope = run.scope if run else Scope(name, OCCURRENCE, client.provider)
        settings = subject.campaign if isinstance(subject, LoadedCampaign) else None
        retry, sending = (settings.retry, settings.sending) if settings else (Retry(), Sending())
        followed = Followed(
            store,
            client.connected(retry),
            clock or SystemClock(),
            scope,
            run,
            retry,
            sending,
            observer or Observer(),
        )
        *_, asked = followed.rounds(wait)
        folders = redraw_reports(
            store,
            [run] if run else runs(store, scope),
            asked.sums,
            asked.delivery.asked,
            None if report_directory is None else Path(report_directory),
        )
    delivery = asked.delivery
    return CampaignStatus(
        campaign=scope.campaign,
        run_id=run_id,
        accepted=delivery.statuses.total(),
        open=delivery.open,
        statuses=dict(delivery.statuses),
        not_known=asked.not_known,
        asked=delivery.asked,
        delivery=delivery,
        reports=tuple(folders),
    )
