"""The work behind `kaverun status`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import click
import orjson

from kaverun.campaign.values import duration
from kaverun.cli.delivery_text import delivery_table, not_known
from kaverun.cli.progress import ProgressDisplay
from kaverun.cli.settings import DEFAULT_LEDGER, api_key, provider_of
from kaverun.cli.subject import Subject, subject
from kaverun.cli.words import local_time
from kaverun.clock import SystemClock
from kaverun.errors import Refused, ReportError
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.redaction import Secret, redact, redact_log_records
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.protocol import Ledger, Scope
from kaverun.ledger.sqlite import SqliteLedger, ledger_path
from kaverun.report.beside import Beside, Wait
from kaverun.report.delivery import Delivery, delivery_document
from kaverun.report.refresh import refresh_reports
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
    path = ledger_path(options.ledger or DEFAULT_LEDGER)
    reports = _Reports(options.report_dir or about.reports, path, about.scope)
    # Before a ledger is opened, which must not be shared with another process.
    with nullcontext() if seconds else Beside(reports.refresh) as beside:
        # A ledger that is not there is not made for the sake of a question.
        store = SqliteLedger.open(path) if path.exists() else SqliteLedger.open_to_read(path)
        try:
            return _Following(about, store, client, reports, beside, options).until(seconds)
        finally:
            store.close()


class _Reports(NamedTuple):
    """The reports of a scope, wherever they are brought up to date: here, or in a process beside this one."""

    directory: Path
    ledger: Path
    scope: Scope

    def refresh(self, asked: float, wait: Wait = lambda batch: None) -> list[Path]:
        store = SqliteLedger.open_to_read(self.ledger)
        try:
            return refresh_reports(
                self.directory, store, self.scope, lambda standing: is_open(standing, asked), asked, wait
            )
        finally:
            store.close()


def _seconds(wait: str | None) -> float:
    try:
        return duration(wait) if wait else 0.0
    except ValueError as error:
        raise Refused(f"--wait {error}") from None


class _Following:
    """Asks in rounds, then brings the reports up to date and says what came of it."""

    def __init__(
        self,
        about: Subject,
        ledger: Ledger,
        client: Client,
        reports: _Reports,
        beside: Beside | None,
        options: StatusOptions,
    ) -> None:
        clock = SystemClock()
        self._about = about
        self._clock = clock
        self._reports = reports
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
        failure, refreshed = None, list[Path]()
        try:
            delivery, interrupted = self._final(seconds)
            self._display.doing("bringing the reports up to date")
            refreshed = self._beside.result() if self._beside else self._reports.refresh(delivery.asked)
        except ReportError as error:
            failure = error
        finally:
            self._display.clear()
        click.echo(redact(self._told(delivery, refreshed)))
        if failure:
            raise failure
        return _INTERRUPTED if interrupted else 0

    def _final(self, seconds: float) -> tuple[Delivery, bool]:
        """The delivery once nothing is open any more, or when the time is up, or at ^C, which is told as well."""
        until, pause = self._clock.monotonic() + seconds, _FIRST_PAUSE
        asked = self._clock.now()
        if self._beside:
            self._beside.begin(asked)
        delivery = self._tracker.refresh(asked)
        while delivery.open > delivery.not_known and self._clock.monotonic() < until:
            self._display.waiting(delivery.open, delivery.statuses.total())
            try:
                self._clock.sleep(min(pause, max(0.0, until - self._clock.monotonic())))
            except KeyboardInterrupt:
                return delivery, True
            pause = min(2 * pause, _LONGEST_PAUSE)
            delivery = self._tracker.refresh()
        return delivery, False

    def _told(self, delivery: Delivery, refreshed: list[Path]) -> str:
        if self._options.form == "json":
            return orjson.dumps(self._document(delivery, refreshed), option=orjson.OPT_INDENT_2).decode()
        return "\n".join(self._lines(delivery, refreshed))

    def _document(self, delivery: Delivery, refreshed: list[Path]) -> dict[str, Any]:
        scope = self._about.scope
        return {
            "version": 1,
            "campaign": scope.campaign,
            "occurrence": scope.occurrence,
            "run_id": scope.run_id,
            **delivery_document(delivery),
            "not_known": delivery.not_known,
            "reports": list(map(str, refreshed)),
        }

    def _lines(self, delivery: Delivery, refreshed: list[Path]) -> Iterator[str]:
        scope, total = self._about.scope, delivery.statuses.total()
        name = f"{scope.campaign}, run {scope.run_id}" if scope.run_id else scope.campaign
        if not total:
            yield f"{name}: the ledger holds no accepted message of this {'run' if scope.run_id else 'campaign'}"
            return
        asked = local_time(int(delivery.asked), _TIMEZONE)
        yield f"{name}: {total:,} accepted, {delivery.open:,} still on their way ({asked})"
        yield from delivery_table(delivery)
        if delivery.not_known:
            yield f"  {not_known(delivery.not_known)}"
        yield from (f"  brought up to date  {folder}" for folder in refreshed)
