"""What `plan` and `apply --dry-run` share: the plan against the ledger, written and shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from kaverun.campaign.schedule import OCCURRENCE
from kaverun.campaign.variables import read_given
from kaverun.cli.messages_file import STDOUT, check_target, write_messages_file
from kaverun.cli.plan_text import plan_text
from kaverun.cli.progress import ProgressDisplay
from kaverun.cli.scrutiny import Scrutiny
from kaverun.cli.settings import provider_of
from kaverun.cli.whereabouts import campaign_ledger
from kaverun.clock import SystemClock
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.as_csv import write_plan_rows
from kaverun.plan.as_json import plan_json
from kaverun.plan.as_markdown import plan_markdown
from kaverun.plan.limits import refuse
from kaverun.plan.plan import Plan
from kaverun.plan.planner import make_plan, open_campaign
from kaverun.plan.served import NothingServed
from kaverun.run.new_ledger import is_new, meaning


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
    kept = None if sandbox and ledger is None else campaign_ledger(loaded, ledger)
    if messages:
        check_target(messages, loaded, kept)
    store = SqliteLedger.open_to_read(kept) if kept else None
    try:
        served = store.served(loaded.campaign.name, OCCURRENCE, provider) if store else NothingServed()
        now, lifted = SystemClock().now(), scrutiny.lifted
        plan = make_plan(loaded, now=now, served=served, lifted=lifted, progress=display.planned)
        if store and kept and form == "text" and plan.totals.send and is_new(store, provider):
            display.tell(f"note: {meaning(kept, provider)}; apply asks about it, or wants --new-ledger")
        if messages and messages != STDOUT:
            display.doing(f"writing {messages}")
            write_messages_file(plan, messages)
    finally:
        display.clear()
        if store:
            store.close()
    # With `--messages -` stdout is the list, for whoever reads it on.
    click.echo(_shown(plan, form, strict=scrutiny.strict), err=messages == STDOUT)
    if messages == STDOUT:
        write_plan_rows(plan, sys.stdout)
        sys.stdout.flush()
    scrutiny.tell_warnings(plan)
    refuse(plan, strict=scrutiny.strict)
    return plan


def _shown(plan: Plan, form: str, *, strict: bool) -> str:
    if form == "json":
        return plan_json(plan)
    return plan_markdown(plan, strict=strict) if form == "markdown" else plan_text(plan, strict=strict)
