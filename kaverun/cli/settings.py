"""Settings from flags and the environment, read once and handed on as values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import click

from kaverun.errors import Refused

F = TypeVar("F", bound=Callable[..., object])

DEFAULT_LEDGER = "sqlite:///.kaverun/ledger.db"
DEFAULT_BASE_URL = "https://api.kavenegar.com/v1"

base_url_option = click.option(
    "--base-url",
    envvar="KAVENEGAR_BASE_URL",
    default=DEFAULT_BASE_URL,
    show_default=True,
    metavar="URL",
    help="Where Kavenegar is; plain http only to this machine.  [env: KAVENEGAR_BASE_URL]",
)
ledger_option = click.option(
    "--ledger",
    envvar="KAVERUN_LEDGER",
    metavar="URL",
    help=f"The memory of what was sent.  [env: KAVERUN_LEDGER; default: {DEFAULT_LEDGER}]",
)
sandbox_option = click.option(
    "--sandbox", is_flag=True, help="Use a local Kavenegar of its own for this command; needs no key, sends nothing."
)
variable_option = click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for the templates; comes before the campaign's own `vars`. May be repeated.",
)
strict_option = click.option("--strict", is_flag=True, help="Take warnings for errors: nothing is sent.")
allow_over_option = click.option(
    "--allow-over",
    multiple=True,
    type=click.Choice(["recipients", "parts", "cost", "invalid", "failed", "quiet_hours"]),
    metavar="RULE",
    help="Lift one rule of the campaign file for this command: recipients, parts, cost, invalid, failed or "
    "quiet_hours. May be repeated.",
)
campaign_argument = click.argument("campaign", type=click.Path(path_type=Path))


def provider_of(base_url: str) -> str:
    """The host that is sent to; every address of this machine is "loopback", whatever its port."""
    from kaverun.kavenegar.transport import checked_base_url, is_loopback

    host = urlsplit(checked_base_url(base_url)).hostname or ""
    return "loopback" if is_loopback(host) else host


def api_key(environment: Mapping[str, str] = os.environ) -> str:
    """The key from KAVENEGAR_API_KEY, or from the file KAVENEGAR_API_KEY_FILE names; raises `Refused`."""
    key = environment.get("KAVENEGAR_API_KEY", "").strip() or _key_of_file(environment)
    if not key:
        raise Refused(
            "no API key: set KAVENEGAR_API_KEY, or KAVENEGAR_API_KEY_FILE to a file that holds it "
            "(to try without one: --sandbox)"
        )
    if not key.isascii() or not key.isprintable() or any(mark in key for mark in " /?#%\\"):
        raise Refused("the API key holds characters no key has: copy it again from the panel, without quotes or spaces")
    return key


def _key_of_file(environment: Mapping[str, str]) -> str:
    name = environment.get("KAVENEGAR_API_KEY_FILE", "")
    if not name:
        return ""
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {name}, which cannot be read: {reason}") from None
