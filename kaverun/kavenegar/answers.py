"""Typed answers of the API. Unknown fields and unknown status codes are let through (facts page, *Wire*)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Entry = Mapping[str, object]


class SentMessage(NamedTuple):
    """A row of a `send`, `sendarray` or `select` answer (API document, *Send*, response fields).

    `messageid` is None where the provider rejected the row; `cost` is in Rial; `date` in unix seconds;
    `localid` is "" where the answer does not carry it.
    """

    messageid: int | None
    receptor: str
    message: str
    sender: str
    status: int
    statustext: str
    cost: int | None
    date: int | None
    localid: str


class MessageState(NamedTuple):
    """A row of a `status` or `statuslocalmessageid` answer; status 100 means the id is not known there."""

    messageid: int | None
    localid: str
    status: int
    statustext: str


class AccountInfo(NamedTuple):
    """`account/info`: credit in Rial, expiry in unix seconds."""

    remaincredit: int | None
    expiredate: int | None
    type: str


class AccountConfig(NamedTuple):
    """`account/config`, the settings a campaign depends on; `others` holds the rest as answered."""

    debugmode: bool
    defaultsender: str
    others: Mapping[str, str]


def _integer(value: object) -> int | None:
    """Numbers come as numbers or as text (facts page, *Wire*); 0 and nonsense stand for none."""
    if isinstance(value, int):
        return value
    try:
        return int(str(value))
    except ValueError:
        return None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def sent_message(entry: Entry) -> SentMessage:
    get = entry.get
    return SentMessage(
        _integer(get("messageid")) or None,
        _text(get("receptor")),
        _text(get("message")),
        _text(get("sender")),
        _integer(get("status")) or 0,
        _text(get("statustext")),
        _integer(get("cost")),
        _integer(get("date")),
        _text(get("localid")),
    )


def message_state(entry: Entry) -> MessageState:
    get = entry.get
    return MessageState(
        _integer(get("messageid")) or None,
        _text(get("localid")),
        _integer(get("status")) or 0,
        _text(get("statustext")),
    )


def account_info(entry: Entry) -> AccountInfo:
    return AccountInfo(_integer(entry.get("remaincredit")), _integer(entry.get("expiredate")), _text(entry.get("type")))


def account_config(entry: Entry) -> AccountConfig:
    settings = {name: _text(value) for name, value in entry.items()}
    return AccountConfig(
        debugmode=settings.pop("debugmode", "").lower() == "enabled",
        defaultsender=settings.pop("defaultsender", ""),
        others=settings,
    )
