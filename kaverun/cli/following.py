"""The work behind `kaverun status`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import click
import orjson

from kaverun.campaign.loader import LoadedCampaign, load_campaign
from kaverun.campaign.values import duration
from kaverun.cli.settings import DEFAULT_LEDGER, api_key, provider_of
from kaverun.clock import Clock, SystemClock
from kaverun.errors import Refused
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.codes import MESSAGE_STATUSES
from kaverun.kavenegar.redaction import Secret, redact_log_records
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.sqlite import SqliteLedger, ledger_path
from kaverun.plan.planner import OCCURRENCE
from kaverun.run.patience import Patience
from kaverun.run.tracking import Delivery, Tracker

# How long to wait between two rounds of questions, in seconds.
_PAUSE = 10.0
_NOT_TOLD = "no status yet"


def follow_campaign(path: Path, *, wait: str | None, form: str, base_url: str, ledger: str | None) -> int:
    """Refresh and print the delivery of a campaign; returns the exit code."""
    redact_log_records()
    seconds = _seconds(wait)
    provider, key = provider_of(base_url), Secret(api_key())
    loaded = load_campaign(path)
    retry = loaded.campaign.retry
    client = Client.connect(base_url, key, Timeouts(retry.connect_timeout, retry.read_timeout))
    clock = SystemClock()
    store = SqliteLedger.open(ledger_path(ledger or DEFAULT_LEDGER))
    try:
        occurrence = (loaded.campaign.name, OCCURRENCE, provider)
        tracker = Tracker(store, client, Patience(retry, Event(), clock), clock, occurrence)
        delivery = _final(tracker, clock, seconds)
    finally:
        store.close()
    click.echo(_as_json(loaded, delivery) if form == "json" else "\n".join(_as_text(loaded, delivery)))
    return 0


def _seconds(wait: str | None) -> float:
    try:
        return duration(wait) if wait else 0.0
    except ValueError as error:
        raise Refused(f"--wait {error}") from None


def _final(tracker: Tracker, clock: Clock, seconds: float) -> Delivery:
    """The delivery once nothing is open any more, or when the time is up."""
    until = clock.monotonic() + seconds
    delivery = tracker.refresh()
    while delivery.open and clock.monotonic() < until:
        click.echo(f"{delivery.open:,} of {delivery.statuses.total():,} messages are still on their way", err=True)
        clock.sleep(min(_PAUSE, max(0.0, until - clock.monotonic())))
        delivery = tracker.refresh()
    return delivery


def _word(status: int) -> str:
    known = MESSAGE_STATUSES.get(status)
    return known.english if known else f"status {status}" if status else _NOT_TOLD


def _as_text(loaded: LoadedCampaign, delivery: Delivery) -> Iterator[str]:
    total = delivery.statuses.total()
    if not total:
        yield f"{loaded.campaign.name}: the ledger holds no accepted message of this campaign"
        return
    yield f"{loaded.campaign.name}: {total:,} accepted, {delivery.open:,} still on their way"
    yield from _counts("  ", delivery.statuses)
    for place, statuses in sorted(delivery.places.items()):
        yield f"  {place.line}, {place.operator or 'operator not known'}: {statuses.total():,}"
        yield from _counts("    ", statuses)


def _counts(indent: str, statuses: Counter[int]) -> Iterator[str]:
    total = statuses.total()
    for status, count in statuses.most_common():
        yield f"{indent}{_word(status):<32} {count:>9,}  {count / total:>6.1%}"


def _as_json(loaded: LoadedCampaign, delivery: Delivery) -> str:
    document = {
        "version": 1,
        "campaign": loaded.campaign.name,
        "accepted": delivery.statuses.total(),
        "open": delivery.open,
        "statuses": {str(status): count for status, count in delivery.statuses.items()},
        "places": [
            {**place._asdict(), "statuses": {str(status): count for status, count in statuses.items()}}
            for place, statuses in sorted(delivery.places.items())
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
