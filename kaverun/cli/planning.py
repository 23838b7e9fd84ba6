"""What `plan` and `apply --dry-run` share: the plan against the ledger, written and shown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from kaverun.campaign.schedule import OCCURRENCE
from kaverun.campaign.variables import read_given
from kaverun.cli.plan_text import plan_text
from kaverun.cli.progress import ProgressDisplay
from kaverun.cli.scrutiny import Scrutiny
from kaverun.cli.settings import provider_of
from kaverun.cli.whereabouts import campaign_ledger
from kaverun.clock import SystemClock
from kaverun.errors import Problem, Refused
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.as_csv import write_plan_csv
from kaverun.plan.as_json import plan_json
from kaverun.plan.as_markdown import plan_markdown
from kaverun.plan.limits import refuse
from kaverun.plan.plan import Plan
from kaverun.plan.planner import make_plan, open_campaign
from kaverun.plan.served import NothingServed


def show_plan(
    path: Path,
    scrutiny: Scrutiny,
    *,
    form: str,
    messages: Path | None,
    variables: Iterable[str],
    base_url: str,
    ledger: str | None,
    sandbox: bool,
) -> Plan:
    """Plan a campaign against what was sent before; the result goes to stdout and into `messages`."""
    display = ProgressDisplay()
    provider = "loopback" if sandbox else provider_of(base_url)
    loaded = open_campaign(path, read_given(variables))
    # A sandbox of one's own starts empty, and so does its ledger.
    store = None if sandbox and ledger is None else SqliteLedger.open_to_read(campaign_ledger(loaded, ledger))
    try:
        served = store.served(loaded.campaign.name, OCCURRENCE, provider) if store else NothingServed()
        now, lifted = SystemClock().now(), scrutiny.lifted
        plan = make_plan(loaded, now=now, served=served, lifted=lifted, progress=display.planned)
        if messages:
            display.doing(f"writing {messages}")
            _write(plan, messages)
    finally:
        display.clear()
        if store:
            store.close()
    click.echo(_shown(plan, form, strict=scrutiny.strict))
    scrutiny.tell_warnings(plan)
    refuse(plan, strict=scrutiny.strict)
    return plan


def _shown(plan: Plan, form: str, *, strict: bool) -> str:
    if form == "json":
        return plan_json(plan)
    return plan_markdown(plan, strict=strict) if form == "markdown" else plan_text(plan, strict=strict)


def _write(plan: Plan, path: Path) -> None:
    try:
        write_plan_csv(plan, path)
    except OSError as error:
        raise Refused(str(Problem(f"cannot be written: {error.strerror}", str(path)))) from None
