"""`account/…`: credit and settings (document, *Account Endpoints*)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from kaverun.sandbox import phones
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.state import AccountConfig, State

_DAY = 86400
_SWITCHES = ("apilogs", "dailyreport", "debugmode", "resendfailed")


def _info(state: State, _: Call) -> dict[str, Any]:
    return {
        "remaincredit": state.credit,
        "expiredate": int(state.clock.now()) // _DAY * _DAY + 365 * _DAY,
        "type": "پیش پرداخت",
    }


def _config(state: State, call: Call) -> dict[str, Any]:
    """A parameter changes its setting (facts, *Meaning*), an empty one counts as absent; without any, it only reads."""
    given = {name: value for name, value in call.fields.items() if name in AccountConfig.__slots__ and value.strip()}
    changes = {name: _change(name, value) for name, value in given.items()}
    if changes:
        state.configure(**changes)
    config = replace(state.config, debugmode="enabled") if call.twists.debugmode else state.config
    entries = asdict(config)
    if state.rules.alarm_as_text:
        entries["mincreditalarm"] = str(config.mincreditalarm)
    return entries


def _change(name: str, written: str) -> str | int:
    value = written.strip().lower()
    if name in _SWITCHES and value in ("enabled", "disabled"):
        return value
    if name == "mincreditalarm" and value.isascii() and value.isdigit() and len(value) <= 15:
        return int(value)
    if name == "defaultsender":
        return _line(value)
    raise Denial(400, f"{name}={written}")


def _line(written: str) -> str:
    line = phones.sender(written)
    if line is None:
        raise Denial(412, f"defaultsender={written}")
    return line


METHODS = (
    Method("account/info", _info),
    Method("account/config", _config),
)
