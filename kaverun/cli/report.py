"""`kaverun report`: what happened in a run or a campaign, from the ledger alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import ledger_option
from kaverun.report.forms import FORMS

if TYPE_CHECKING:
    from kaverun.ledger.store import Store
    from kaverun.report.renderings import Drawing

_CHOICES = ("delivered", "undelivered", "blocked", "rejected", "unknown", "not_sent", "skipped", "invalid")


def _choices(context: click.Context, parameter: click.Parameter, given: str | None) -> tuple[str, ...]:
    chosen = tuple(word.strip() for word in (given or "").split(",") if word.strip())
    for word in chosen:
        if word not in _CHOICES:
            raise click.BadParameter(f"{word!r} is not one of {', '.join(_CHOICES)}")
    return chosen


@explained(example="kaverun report nowruz-1405 --only undelivered --out again.csv")
@click.argument("subject", metavar="RUN_ID|CAMPAIGN")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    help="[default: by the suffix of --out, else csv]",
)
@click.option(
    "--only",
    metavar="WORD,WORD",
    callback=_choices,
    help=f"Only these rows: {', '.join(_CHOICES)}.",
)
@click.option(
    "--occurrence",
    metavar="NAME|last|all",
    default="last",
    show_default=True,
    help="Which occurrence of a campaign to report.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to this file; required for xlsx.")
@ledger_option
def command(
    subject: str, form: str | None, only: tuple[str, ...], occurrence: str, out: Path | None, ledger: str | None
) -> None:
    """Report a run by its id, or a campaign (its file or its name) with all its runs merged.

    The report of a campaign names each person once, with the final status; costs are net of refunds. The rows of
    `--only undelivered` can be the list of another campaign, by their columns `phone` and `key`.
    """
    from contextlib import closing

    from kaverun.errors import Refused
    from kaverun.ledger.opening import read_ledger
    from kaverun.report.result_file import check_result_file, form_of, put

    form = form or (form_of(out) if out else "csv")
    if form == "xlsx" and not out:
        raise Refused("a workbook cannot be shown on a terminal: name a file with --out FILE.xlsx")
    if out:
        check_result_file(out, form)
    path, drawing = _subject(subject, ledger, occurrence, only)
    with closing(read_ledger(path)) as store:
        drawn = drawing(store)
        if not out:
            drawn.write(form, sys.stdout)
            sys.stdout.flush()
            return
        put(drawn, out, form)
    click.echo(f"written: {out}", err=True)


def _subject(
    subject: str, ledger: str | None, occurrence: str, only: tuple[str, ...]
) -> tuple[Path, Callable[[Store], Drawing]]:
    """The ledger that has the run or campaign, and a function that draws it; raises `KaverunError`."""
    from kaverun.campaign.loader import load_campaign
    from kaverun.cli.whereabouts import campaign_ledger, named_campaign_ledger, run_ledger
    from kaverun.ledger.place import known_run
    from kaverun.ledger.runs import is_run_id
    from kaverun.report.renderings import drawing_of_campaign, drawing_of_run

    file = Path(subject)
    if file.exists():
        loaded = load_campaign(file)
        name = loaded.campaign.name
        path = campaign_ledger(loaded, ledger)
    elif is_run_id(subject):
        return run_ledger(subject, ledger), lambda store: drawing_of_run(store, known_run(store, subject), only)
    else:
        name = subject
        path = named_campaign_ledger(name, ledger)
    return path, lambda store: drawing_of_campaign(store, name, occurrence, only)
