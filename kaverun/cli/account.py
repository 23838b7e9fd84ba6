"""`kaverun account`: credit, expiry and settings of the account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from kaverun.cli.api import transport
from kaverun.cli.help import explained
from kaverun.cli.settings import base_url_option, sandbox_option

if TYPE_CHECKING:
    from kaverun.kavenegar.answers import AccountConfig, AccountInfo

_TIMEZONE = "Asia/Tehran"
_NOT_REPORTED = "not reported by the provider"
_DEBUGMODE = (
    "DEBUGMODE IS ENABLED: Kavenegar accepts messages but sends none of them. Turn it off in the panel, or with "
    "`kaverun api account/config debugmode=disabled`."
)


@explained(example="kaverun account --format json")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@base_url_option
@sandbox_option
def command(form: str, base_url: str, sandbox: bool) -> int:
    """Show credit in Rial and Toman, expiry, type, default line and settings of the account. Changes nothing."""
    from kaverun.kavenegar.client import Client
    from kaverun.kavenegar.redaction import redact

    with transport(base_url, sandbox=sandbox) as way:
        client = Client(way)
        info, config = client.account_info(), client.account_config()
    if config.debugmode:
        click.echo(f"warning: {_DEBUGMODE}", err=True)
    click.echo(redact(_json(info, config) if form == "json" else "\n".join(_lines(info, config))))
    return 0


def _lines(info: AccountInfo, config: AccountConfig) -> Iterator[str]:
    from kaverun.cli.words import isolated

    yield _row("credit", _credit(info.remaincredit))
    yield _row("expires", _expiry(info.expiredate))
    yield _row("type", isolated(info.type) if info.type else _NOT_REPORTED)
    yield _row("default line", config.defaultsender or _NOT_REPORTED)
    yield _row("debugmode", "ENABLED: nothing is really sent" if config.debugmode else "disabled")
    alarm = config.mincreditalarm
    yield _row("credit alarm", _NOT_REPORTED if alarm is None else f"below {_credit(alarm)}")
    for name, value in _switches(config).items():
        yield _row(name, value or _NOT_REPORTED)


def _row(name: str, value: str) -> str:
    return f"{name:<13} {value}"


def _switches(config: AccountConfig) -> dict[str, str]:
    named = {"apilogs": config.apilogs, "dailyreport": config.dailyreport, "resendfailed": config.resendfailed}
    return {**named, **config.others}


def _credit(rial: int | None) -> str:
    return _NOT_REPORTED if rial is None else f"{rial:,} Rial ({_toman(rial):,} Toman)"


def _toman(rial: int) -> int | float:
    return rial // 10 if rial % 10 == 0 else rial / 10


def _expiry(seconds: int | None) -> str:
    times = _times(seconds)
    if not times:
        return _NOT_REPORTED
    gregorian, jalali = times
    return f"{gregorian:%Y-%m-%d %H:%M} {_TIMEZONE} ({jalali} Jalali)"


def _times(seconds: int | None) -> tuple[datetime, str] | None:
    """Unix seconds as a Gregorian time in Tehran and a Jalali day; None if missing or outside the calendars."""
    from persiantools.jdatetime import JalaliDate

    if not seconds or seconds < 0:
        return None
    try:
        local = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(_TIMEZONE))
        return local, JalaliDate(local.date()).isoformat()  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError, OSError):
        return None


def _json(info: AccountInfo, config: AccountConfig) -> str:
    import orjson

    credit, times = info.remaincredit, _times(info.expiredate)
    expires = {"unix": info.expiredate, "gregorian": times[0], "jalali": times[1]} if times else None
    account = {
        "credit_rial": credit,
        "credit_toman": None if credit is None else _toman(credit),
        "expires": expires,
        "type": info.type,
        "default_line": config.defaultsender,
        "debugmode": config.debugmode,
        "mincreditalarm_rial": config.mincreditalarm,
        "settings": _switches(config),
    }
    return orjson.dumps(account, option=orjson.OPT_INDENT_2).decode()
