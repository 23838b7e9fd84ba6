"""`kaverun history`: everything a ledger knows about one number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import ledger_option

if TYPE_CHECKING:
    from kaverun.ledger.history import Event

_TIMEZONE = "Asia/Tehran"


@explained(example="kaverun history 09121234567")
@click.argument("number")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@ledger_option
def command(number: str, form: str, ledger: str | None) -> None:
    """Show every message to NUMBER in all campaigns, and rows with it that were left out, with the reason.

    NUMBER may be written as in a list: 0912…, +98912…, with spaces, in Persian digits.
    """
    from contextlib import closing

    from kaverun.cli.whereabouts import shown_ledger
    from kaverun.documents import json_text
    from kaverun.errors import Refused
    from kaverun.ledger.history import history_of
    from kaverun.ledger.opening import read_ledger
    from kaverun.report.history_json import history_document
    from kaverun.text.phone import NotAMobile, normalize

    try:
        phone = normalize(number)
    except NotAMobile as error:
        raise Refused(f"{number} is not an Iranian mobile number: {error.reason}") from None
    path = shown_ledger(ledger)
    with closing(read_ledger(path)) as store:
        events = history_of(store, phone)
    if not events:
        raise Refused(f"the ledger {path.absolute()} knows nothing of {phone}")
    if form == "json":
        click.echo(json_text(history_document(phone, events)))
    else:
        click.echo("\n".join((phone, *(line for event in events for line in _lines(event)))))


def _lines(event: Event) -> Iterator[str]:
    from kaverun.cli.words import isolated, local_time
    from kaverun.report.delivery import status_word

    occurrence = "" if event.occurrence == "once" else f", {event.occurrence}"
    when = local_time(int(event.at), _TIMEZONE) if event.at else "not sent" if event.action == "send" else "left out"
    said = (event.fate or event.action).replace("_", " ")
    status = "" if event.status is None else f", {status_word(event.status)}"
    yield f"{when}  {event.campaign}{occurrence}: {said}{status}" + (f" (run {event.run_id})" if event.run_id else "")
    if event.date:
        yield f"    scheduled for {local_time(event.date, _TIMEZONE)}"
    if event.reason:
        yield f"    {isolated(event.reason)}"
    if event.text:
        yield from (f"    {isolated(line)}" for line in event.text.splitlines())
    place = f"{event.file}:{event.file_line}" if event.file else ""
    details = (
        f"line {event.line}" if event.line else "",
        f"messageid {event.messageid}" if event.messageid else "",
        f"{event.cost:,} Rial" if event.cost is not None else "",
        f"key {event.key}" if event.key else "",
        place or ("" if event.row else "no longer on the list" if event.action == "send" else ""),
        f"to {event.provider}",
    )
    yield f"    {', '.join(filter(None, details))}"
