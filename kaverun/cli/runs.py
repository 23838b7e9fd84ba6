"""`kaverun runs`: what was applied, when, by whom, and how it ended."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import ledger_option

if TYPE_CHECKING:
    from kaverun.report.run_list import ListedRun

_TIMEZONE = "Asia/Tehran"


@explained(example="kaverun runs --since 7d")
@click.option("--since", metavar="SPAN", help="Only runs that began within this time, e.g. 7d or 12h.")
@click.option("--campaign", metavar="NAME", help="Only runs of this campaign.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@ledger_option
def command(since: str | None, campaign: str | None, form: str, ledger: str | None) -> None:
    """List the runs of a ledger, latest first; the text format shows times in Tehran."""
    from contextlib import closing

    from kaverun.cli.whereabouts import shown_ledger
    from kaverun.clock import SystemClock
    from kaverun.documents import json_text
    from kaverun.ledger.opening import read_ledger
    from kaverun.report.campaign import refuse_unknown
    from kaverun.report.run_list import COLUMNS, listed_runs, run_list
    from kaverun.text.csv_cells import safe_cell

    began = SystemClock().now() - _seconds(since) if since else 0.0
    with closing(read_ledger(shown_ledger(ledger))) as store:
        if campaign:
            refuse_unknown(store, campaign)
        found = listed_runs(store, campaign, began)
    if form == "json":
        click.echo(json_text(run_list(found)))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in found:
            writer.writerow([safe_cell(value) if isinstance(value, str) else value for value in one.shown.values()])
    else:
        click.echo("\n".join(line for one in found for line in _lines(one)) or "no runs")


def _seconds(since: str) -> float:
    from kaverun.campaign.values import duration
    from kaverun.errors import Refused

    try:
        return duration(since)
    except ValueError as error:
        raise Refused(f"--since {error}") from None


def _lines(listed: ListedRun) -> Iterator[str]:
    from pathlib import Path

    from kaverun.cli.words import local_time

    run = listed.run
    code = "" if run.exit_code is None else f" (exit {run.exit_code})"
    occurrence = "" if run.scope.occurrence == "once" else f", {run.scope.occurrence}"
    when = local_time(int(run.started), _TIMEZONE)
    yield f"{when}  {run.scope.campaign}{occurrence}  {run.status}{code}  {run.run_id}"
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in listed.outcomes.items() if count)
    cost = "" if listed.cost is None else f", {listed.cost:,} Rial"
    who = f"by {run.who}" if run.who else "user not recorded"
    found = "" if run.kind == "apply" else f"{run.kind}, "
    yield f"    {found}{counts or 'no messages'}{cost}; {who}, to {run.scope.provider}"
    if run.report and Path(run.report).is_dir():
        yield f"    {run.report}"
