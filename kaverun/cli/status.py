"""`kaverun status`: what became of messages after they were accepted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kaverun.cli.settings import base_url_option, ledger_option

if TYPE_CHECKING:
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.subject import Subject
    from kaverun.ledger.statuses import StatusSum
    from kaverun.ledger.store import Store
    from kaverun.report.delivery import Delivery

# Waits between two rounds of questions, in seconds: twice as long each time, up to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0
_TIMEZONE = "Asia/Tehran"
_INTERRUPTED = 130


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("subject", metavar="CAMPAIGN|RUN_ID", type=click.Path(path_type=Path))
@click.option("--wait", metavar="SPAN", help="Ask again until every status is final, for at most this long, as in 10m.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the reports are now.  [default: where their runs wrote them]",
)
@base_url_option
@ledger_option
def command(
    subject: Path, wait: str | None, form: str, report_dir: Path | None, base_url: str, ledger: str | None
) -> int:
    """Ask Kavenegar what became of the messages of a campaign, or of one run.

    Statuses are asked for until they are final, for at most 48 hours after sending. What is new goes into the ledger,
    and reports are drawn again. Exits 0 however the messages fared, 3 where a report could not be written.
    """
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.subject import subject_of
    from kaverun.errors import ReportError
    from kaverun.kavenegar.redaction import redact, redact_log_records
    from kaverun.ledger.opening import open_ledger, read_ledger
    from kaverun.ledger.place import check_known
    from kaverun.ledger.runs import runs
    from kaverun.report.redraw import redraw_reports

    redact_log_records()
    seconds = _seconds(wait)
    about = subject_of(subject, base_url=base_url, ledger=ledger)
    # A ledger that is not there is not made for the sake of a question.
    with closing(open_ledger(about.ledger) if about.ledger.exists() else read_ledger(about.ledger)) as store:
        check_known(store, about.scope)
        _settle_cut_off(about, store)
        display = ProgressDisplay()
        try:
            asked = _ask(about, store, display, seconds)
            display.doing("drawing the reports again")
            concerned = [about.run] if about.run else runs(store, about.scope)
            folders, failure = redraw_reports(store, concerned, asked.sums, asked.delivery.asked, report_dir), None
        except ReportError as error:
            folders, failure = [], error
        finally:
            display.clear()
    words = _as_json(about, asked, folders) if form == "json" else "\n".join(_as_text(about, asked, folders))
    click.echo(redact(words))
    if failure:
        raise failure
    return _INTERRUPTED if asked.interrupted else 0


class _Asked(NamedTuple):
    """What the ledger knows of the campaign (`sums`) and of the messages that are meant (`delivery`).

    `not_known` of them the provider does not know; ^C may have ended the wait.
    """

    sums: list[StatusSum]
    delivery: Delivery
    not_known: int
    interrupted: bool = False


def _seconds(wait: str | None) -> float:
    from kaverun.campaign.values import duration
    from kaverun.errors import Refused

    try:
        return duration(wait) if wait else 0.0
    except ValueError as error:
        raise Refused(f"--wait {error}") from None


def _settle_cut_off(about: Subject, store: Store) -> None:
    """Look up what a cancellation left behind that was cut off, unless somebody is at work on the campaign."""
    from kaverun.clock import SystemClock
    from kaverun.errors import Locked
    from kaverun.kavenegar.redaction import redact
    from kaverun.ledger.cancelling import cancelling
    from kaverun.ledger.runs import occurrence_of
    from kaverun.run.cut_off import CutOff
    from kaverun.run.patience import Patience

    clock = SystemClock()
    if next(cancelling(store, occurrence_of(store, about.scope)), None) is None:
        return
    with suppress(Locked), store.locked(about.scope.campaign, clock.now()):
        patience = Patience(about.retry, Event(), clock)
        cut_off = CutOff(store, about.client, patience, clock, about.scope, locked=clock.now())
        cut_off.settle(about.retry, lambda words: click.echo(redact(words), err=True))


def _ask(about: Subject, store: Store, display: ProgressDisplay, seconds: float) -> _Asked:
    """In rounds until nothing is open any more, or the time is up, or ^C."""
    from kaverun.clock import SystemClock
    from kaverun.ledger.runs import occurrence_of
    from kaverun.ledger.statuses import status_sums
    from kaverun.report.delivery import delivery_of
    from kaverun.run.patience import Patience
    from kaverun.run.tracking import Tracker

    clock = SystemClock()
    occurrence, run = occurrence_of(store, about.scope), about.run.number if about.run else None
    patience = Patience(about.retry, Event(), clock, on_retry=display.retried)
    tracker = Tracker(
        store, about.client, patience, clock, occurrence, run,
        concurrency=about.concurrency, on_progress=display.asked,
    )  # fmt: skip
    until, pause = clock.monotonic() + seconds, _FIRST_PAUSE
    while True:
        now = clock.now()
        not_known = tracker.refresh()
        sums = status_sums(store, occurrence, now)
        asked = _Asked(sums, delivery_of((one for one in sums if run in (None, one.run)), now), not_known)
        left = until - clock.monotonic()
        if left <= 0 or asked.delivery.open <= not_known:
            return asked
        display.waiting(asked.delivery.open, asked.delivery.statuses.total())
        try:
            clock.sleep(min(pause, left))
        except KeyboardInterrupt:
            return asked._replace(interrupted=True)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _as_json(about: Subject, asked: _Asked, folders: list[Path]) -> str:
    import orjson

    from kaverun.path_text import path_text
    from kaverun.report.delivery import delivery_document
    from kaverun.report.report_json import iso

    document: dict[str, Any] = {
        "version": 1,
        "campaign": about.scope.campaign,
        "occurrence": about.scope.occurrence,
        "run_id": about.run.run_id if about.run else None,
        **delivery_document(asked.delivery),
        "not_known": asked.not_known,
        "expired": asked.delivery.expired,
        "expired_since": iso(asked.delivery.expired_since),
        "reports": list(map(path_text, folders)),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _as_text(about: Subject, asked: _Asked, folders: list[Path]) -> Iterator[str]:
    from kaverun.cli.delivery_text import delivery_table, expired_text, not_known_text
    from kaverun.cli.words import local_time

    delivery = asked.delivery
    total = delivery.statuses.total()
    if not total:
        yield f"{about.name}: the ledger holds no accepted message of this {'run' if about.run else 'campaign'}"
        return
    when = local_time(int(delivery.asked), _TIMEZONE)
    yield f"{about.name}: {total:,} accepted, {delivery.open:,} still on their way ({when})"
    yield from delivery_table(delivery)
    if delivery.expired_since:
        yield f"  {expired_text(delivery.expired, local_time(int(delivery.expired_since), _TIMEZONE))}"
    if asked.not_known:
        yield f"  {not_known_text(asked.not_known)}"
    yield from (f"  brought up to date  {folder}" for folder in folders)
