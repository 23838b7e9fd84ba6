"""The work behind `kaverun status`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import click
import orjson

from kaverun.campaign.values import duration
from kaverun.cli.delivery_text import delivery_table, told_expired, told_not_known
from kaverun.cli.newest import Counting, Newest
from kaverun.cli.progress import ProgressDisplay
from kaverun.cli.settings import api_key, provider_of
from kaverun.cli.subject import Subject, subject
from kaverun.cli.words import local_time
from kaverun.clock import SystemClock
from kaverun.errors import Locked, Refused, ReportError
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.redaction import Secret, redact, redact_log_records
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.place import check_known
from kaverun.ledger.protocol import Ledger
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.path_text import path_text
from kaverun.report.beside import Beside
from kaverun.report.delivery import Delivery, delivery_document
from kaverun.report.delivery_count import delivery_of
from kaverun.report.report_json import iso
from kaverun.run.cut_off import CutOff
from kaverun.run.lock import campaign_lock
from kaverun.run.patience import Patience
from kaverun.run.tracking import Tracker, is_open

# Waits between two rounds of questions, in seconds: twice as long each time, up to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0
_TIMEZONE = "Asia/Tehran"
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """The flags of `kaverun status` as given."""

    wait: str | None
    form: str
    report_dir: Path | None
    base_url: str
    ledger: str | None


def follow(argument: Path, options: StatusOptions) -> int:
    """Refresh, keep and print the delivery of a campaign or a run; returns the exit code."""
    redact_log_records()
    seconds = _seconds(options.wait)
    provider, key = provider_of(options.base_url), Secret(api_key())
    about = subject(argument, provider=provider, ledger=options.ledger)
    client = Client.connect(options.base_url, key, Timeouts(about.retry.connect_timeout, about.retry.read_timeout))
    path = about.ledger
    counting = Counting(about.scope, path, options.report_dir or about.reports)
    # Before a ledger is opened, which must not be shared with another process.
    with nullcontext() if seconds else Beside(counting.newest) as beside:
        # A ledger that is not there is not made for the sake of a question.
        store = SqliteLedger.open(path) if path.exists() else SqliteLedger.open_to_read(path)
        with closing(store):
            check_known(store, path, about.scope)
            _settle_cut_off(about, store, path, client)
            return _Following(about, store, client, counting, beside, options).until(seconds)


def _settle_cut_off(about: Subject, ledger: Ledger, path: Path, client: Client) -> None:
    """Look up what a cancellation left behind that was cut off, unless somebody is at work on the campaign."""
    clock = SystemClock()
    if next(ledger.cancelling(about.scope), None) is None:
        return
    with suppress(Locked), campaign_lock(path, about.scope.campaign, clock.now()):
        patience = Patience(about.retry, Event(), clock)
        cut_off = CutOff(ledger, client, patience, clock, about.scope, locked=clock.now())
        cut_off.settle(about.retry, lambda words: click.echo(redact(words), err=True))


def _seconds(wait: str | None) -> float:
    try:
        return duration(wait) if wait else 0.0
    except ValueError as error:
        raise Refused(f"--wait {error}") from None


class _Asked(NamedTuple):
    """When the provider was asked last (unix seconds), how many messages it did not know, and whether ^C ended it."""

    at: float
    not_known: int
    interrupted: bool = False


class _Following:
    """Asks in rounds, then brings the reports up to date and says what came of it."""

    def __init__(
        self,
        about: Subject,
        ledger: Ledger,
        client: Client,
        counting: Counting,
        beside: Beside[Newest] | None,
        options: StatusOptions,
    ) -> None:
        clock = SystemClock()
        self._about = about
        self._ledger = ledger
        self._clock = clock
        self._counting = counting
        self._beside = beside
        self._options = options
        self._display = ProgressDisplay()
        self._tracker = Tracker(
            ledger,
            client,
            Patience(about.retry, Event(), clock, on_retry=self._display.retried),
            clock,
            about.scope,
            concurrency=about.concurrency,
            on_progress=self._display.asked,
            on_settled=beside.settled if beside else lambda batch: None,
        )

    def until(self, seconds: float) -> int:
        try:
            asked = self._ask(seconds)
            self._display.doing("bringing the reports up to date")
            newest = self._newest(asked.at)
        finally:
            self._display.clear()
        click.echo(redact(self._told(newest, asked.not_known)))
        if newest.failure:
            raise newest.failure
        return _INTERRUPTED if asked.interrupted else 0

    def _ask(self, seconds: float) -> _Asked:
        """Until nothing is open any more, or the time is up, or ^C."""
        until, pause = self._clock.monotonic() + seconds, _FIRST_PAUSE
        asked = self._once()
        while self._clock.monotonic() < until:
            delivery = self._delivery(asked.at)
            if delivery.open <= asked.not_known:
                break
            self._display.waiting(delivery.open, delivery.statuses.total())
            try:
                self._clock.sleep(min(pause, max(0.0, until - self._clock.monotonic())))
            except KeyboardInterrupt:
                return asked._replace(interrupted=True)
            pause = min(2 * pause, _LONGEST_PAUSE)
            asked = self._once()
        return asked

    def _once(self) -> _Asked:
        now = self._clock.now()
        if self._beside:
            self._beside.begin(now)
        return _Asked(now, self._tracker.refresh())

    def _newest(self, asked: float) -> Newest:
        if not self._beside:
            return self._counting.newest(asked)
        try:
            return self._beside.result()
        except ReportError as error:
            return Newest(self._delivery(asked), [], error)

    def _delivery(self, asked: float) -> Delivery:
        return delivery_of(self._ledger, self._about.scope, partial(is_open, now=asked), asked)

    def _told(self, newest: Newest, not_known: int) -> str:
        if self._options.form == "json":
            return orjson.dumps(self._document(newest, not_known), option=orjson.OPT_INDENT_2).decode()
        return "\n".join(self._lines(newest, not_known))

    def _document(self, newest: Newest, not_known: int) -> dict[str, Any]:
        scope = self._about.scope
        return {
            "version": 1,
            "campaign": scope.campaign,
            "occurrence": scope.occurrence,
            "run_id": scope.run_id,
            **delivery_document(newest.delivery),
            "not_known": not_known,
            "expired": newest.delivery.expired,
            "expired_since": iso(newest.delivery.expired_since),
            "reports": list(map(path_text, newest.refreshed)),
        }

    def _lines(self, newest: Newest, not_known: int) -> Iterator[str]:
        scope, delivery = self._about.scope, newest.delivery
        total = delivery.statuses.total()
        name = f"{scope.campaign}, run {scope.run_id}" if scope.run_id else scope.campaign
        if not total:
            yield f"{name}: the ledger holds no accepted message of this {'run' if scope.run_id else 'campaign'}"
            return
        asked = local_time(int(delivery.asked), _TIMEZONE)
        yield f"{name}: {total:,} accepted, {delivery.open:,} still on their way ({asked})"
        yield from delivery_table(delivery)
        if delivery.expired_since:
            yield f"  {told_expired(delivery.expired, local_time(int(delivery.expired_since), _TIMEZONE))}"
        if not_known:
            yield f"  {told_not_known(not_known)}"
        yield from (f"  brought up to date  {folder}" for folder in newest.refreshed)
