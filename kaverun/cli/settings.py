"""Settings from flags and the environment, read once and handed on as values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import click

from kaverun.errors import Refused
from kaverun.small_files import read_small

F = TypeVar("F", bound=Callable[..., object])

_LONGEST_KEY_FILE = 4096  # bytes
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_like_a_path = re.compile(r".*/.*|.*\.[A-Za-z0-9]{1,8}").fullmatch
# A key may end in = as base64 does, but nothing follows that.
_assignment = re.compile(r"(?:export\s+|set\s+)?[A-Za-z_][A-Za-z0-9_]*\s*[=:]\s*[^=\s]", re.IGNORECASE).match
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
    help="The memory of what was sent.  [env: KAVERUN_LEDGER; default: .kaverun/ledger.db in the repository]",
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
lock_timeout_option = click.option(
    "--lock-timeout",
    metavar="SPAN",
    default="30s",
    show_default=True,
    callback=lambda context, parameter, value: _span(value),
    help="How long to wait for other commands that write into the ledger.",
)
as_new_people_option = click.option(
    "--as-new-people",
    is_flag=True,
    help="Send to numbers that have the message already, where they come under other keys: they are other people.",
)
campaign_argument = click.argument("campaign", type=click.Path(path_type=Path))


def _span(words: str) -> float:
    """Seconds of a span like 30s or 10m."""
    from kaverun.campaign.values import duration_between

    try:
        return duration_between(0, 24 * 3600, "at most 24h")(words)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def provider_of(base_url: str) -> str:
    """The host that is sent to; every address of this machine is "loopback", whatever its port."""
    from kaverun.kavenegar.transport import checked_base_url, is_loopback

    host = urlsplit(checked_base_url(base_url)).hostname or ""
    return "loopback" if is_loopback(host) else host


def api_key(environment: Mapping[str, str] = os.environ) -> str:
    """The key from KAVENEGAR_API_KEY, or from the file KAVENEGAR_API_KEY_FILE names; raises `Refused`.

    No message shows any of what was given: it may be the key, or most of it.
    """
    key = _stripped(environment.get("KAVENEGAR_API_KEY", "")) or _stripped(_key_of_file(environment))
    if not key:
        raise Refused(
            "no API key: set KAVENEGAR_API_KEY, or KAVENEGAR_API_KEY_FILE to a file that holds it "
            "(to try without one: --sandbox)"
        )
    if complaint := _complaint(key):
        raise Refused(f"the API key {complaint}")
    return key


def _stripped(written: str) -> str:
    return written.strip().removeprefix("\ufeff").strip()


def _complaint(key: str) -> str:
    """What is wrong with a key, in words that follow "the API key"; "" where nothing is."""
    if _assignment(key):
        return "is given as NAME=VALUE: leave out the name, and give what follows the = alone"
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        return "is in quotes: leave them out"
    if len(key.split()) > 1:
        return "is several words or lines: give the key alone, on one line"
    if not key.isascii() or not key.isprintable() or any(mark in key for mark in "/?#%\\"):
        return "holds characters no key has: copy it again from the panel"
    return ""


def _key_of_file(environment: Mapping[str, str]) -> str:
    name = environment.get("KAVENEGAR_API_KEY_FILE", "")
    if not name:
        return ""
    # What is no path may be the key itself, and is not shown.
    shown = name if _like_a_path(name) else "a file"
    try:
        content = read_small(Path(name), _LONGEST_KEY_FILE)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        hint = "" if _like_a_path(name) else "; it takes the path of a file, and KAVENEGAR_API_KEY the key itself"
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {shown} that cannot be read: {reason}{hint}") from None
    if len(content) > _LONGEST_KEY_FILE:
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {shown} of more than {_LONGEST_KEY_FILE:,} bytes, which is no key")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {shown} in UTF-16: save it as UTF-8 or plain ASCII")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {shown} that is not a text file") from None
