"""`kaverun status`: what became of messages after they were accepted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import base_url_option, ledger_option

if TYPE_CHECKING:
    from kaverun.cli.subject import Subject
    from kaverun.tracking.follow import Asked, Followed

_TIMEZONE = "Asia/Tehran"
_INTERRUPTED = 130


@explained(example="kaverun status campaigns/nowruz.yaml --wait 10m", exits=(0, 1, 130))
@click.argument("subject", metavar="CAMPAIGN|RUN_ID", type=click.Path(path_type=Path))
@click.option("--wait", metavar="SPAN", help="Ask again until every status is final, for at most this long, e.g. 10m.")
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

    Statuses are asked for until they are final, for at most 48 hours after sending. New ones go into the ledger, and
    reports are redrawn. Exits 0 however the messages fared, 3 if a report could not be written.
    """
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.subject import subject_of
    from kaverun.clock import SystemClock
    from kaverun.errors import ReportError
    from kaverun.kavenegar.redaction import redact, redact_log_records
    from kaverun.ledger.opening import open_ledger, read_ledger
    from kaverun.ledger.runs import runs
    from kaverun.report.redraw import redraw_reports
    from kaverun.tracking.follow import Followed

    redact_log_records()
    seconds = _seconds(wait)
    about = subject_of(subject, base_url=base_url, ledger=ledger)
    # Asking does not create a missing ledger.
    with closing(open_ledger(about.ledger) if about.ledger.exists() else read_ledger(about.ledger)) as store:
        display = ProgressDisplay()
        followed = Followed(
            store, about.client, SystemClock(), about.scope, about.run, about.retry, about.sending, display
        )
        try:
            asked = _ask(followed, seconds)
            display.doing("redrawing the reports")
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


def _seconds(wait: str | None) -> float:
    from kaverun.campaign.values import duration
    from kaverun.errors import Refused

    try:
        return duration(wait) if wait else 0.0
    except ValueError as error:
        raise Refused(f"--wait {error}") from None


def _ask(followed: Followed, seconds: float) -> Asked:
    """Ask in rounds until nothing is open, the time is up, or ^C."""
    asked = None
    try:
        for asked in followed.rounds(seconds):  # noqa: B007  the last one counts
            pass
    except KeyboardInterrupt:
        if asked is None:
            raise
        return asked._replace(interrupted=True)
    assert asked is not None
    return asked


def _as_json(about: Subject, asked: Asked, folders: list[Path]) -> str:
    from kaverun.documents import json_text
    from kaverun.report.delivery import status_document

    return json_text(status_document(about.scope, about.run, asked.delivery, asked.not_known, folders))


def _as_text(about: Subject, asked: Asked, folders: list[Path]) -> Iterator[str]:
    from kaverun.cli.delivery_text import delivery_table, expired_text, not_known_text
    from kaverun.cli.words import local_time

    delivery = asked.delivery
    total = delivery.statuses.total()
    if not total:
        yield f"{about.name}: the ledger has no accepted messages of this {'run' if about.run else 'campaign'}"
        return
    when = local_time(int(delivery.asked), _TIMEZONE)
    yield f"{about.name}: {total:,} accepted, {delivery.open:,} still on their way ({when})"
    yield from delivery_table(delivery)
    if delivery.expired_since:
        yield f"  {expired_text(delivery.expired, local_time(int(delivery.expired_since), _TIMEZONE))}"
    if asked.not_known:
        yield f"  {not_known_text(asked.not_known)}"
    yield from (f"  updated  {folder}" for folder in folders)
