"""Settings from flags and the environment, read once and passed on as values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from kaverun.kavenegar.access import DEFAULT_BASE_URL
from kaverun.kavenegar.access import api_key as api_key
from kaverun.kavenegar.access import provider_of as provider_of

F = TypeVar("F", bound=Callable[..., object])


base_url_option = click.option(
    "--base-url",
    envvar="KAVENEGAR_BASE_URL",
    default=DEFAULT_BASE_URL,
    show_default=True,
    metavar="URL",
    help="Kavenegar's URL; plain http only to this machine.  [env: KAVENEGAR_BASE_URL]",
)
ledger_option = click.option(
    "--ledger",
    envvar="KAVERUN_LEDGER",
    metavar="URL",
    help="The memory of what was sent.  [env: KAVERUN_LEDGER; default: .kaverun/ledger.db in the repository]",
)
sandbox_option = click.option(
    "--sandbox", is_flag=True, help="Use a local Kavenegar just for this command; needs no key, sends nothing."
)
variable_option = click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for the templates; overrides the campaign's `vars`. May be repeated.",
)
strict_option = click.option("--strict", is_flag=True, help="Treat warnings as errors: nothing is sent.")
allow_over_option = click.option(
    "--allow-over",
    multiple=True,
    type=click.Choice(["recipients", "parts", "cost", "invalid", "failed", "quiet_hours"]),
    metavar="RULE",
    help="Lift one rule of the campaign file for this command: recipients, parts, cost, invalid, failed or "
    "quiet_hours. May be repeated.",
)
lock_timeout_option = click.option(
    "--lock-timeout",
    metavar="SPAN",
    default="30s",
    show_default=True,
    callback=lambda context, parameter, value: _span(value),
    help="How long to wait for other commands that write to the ledger.",
)
as_new_people_option = click.option(
    "--as-new-people",
    is_flag=True,
    help="Send to numbers that already have the message if they come under other keys: they are other people.",
)
campaign_argument = click.argument("campaign", type=click.Path(path_type=Path))


def _span(words: str) -> float:
    """Seconds of a span like 30s or 10m."""
    from kaverun.campaign.values import duration_between

    try:
        return duration_between(0, 24 * 3600, "at most 24h")(words)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
