"""Typed answers of the API. Unknown fields and unknown status codes are accepted (facts page, *Wire*)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

Entry = Mapping[str, object]


class SentMessage(NamedTuple):
    """A row of a `send`, `sendarray` or `select` answer (API document, *Send*, response fields).

    `messageid` is None if the provider rejected the row; `cost` is in Rial; `date` in unix seconds;
    `localid` is "" if the answer lacks it.
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


class SentColumns(NamedTuple):
    """The rows of an answer as a column for each field of a `SentMessage`, all of one length."""

    messageids: Sequence[int | None]
    receptors: Sequence[str]
    messages: Sequence[str]
    senders: Sequence[str]
    statuses: Sequence[int]
    statustexts: Sequence[str]
    costs: Sequence[int | None]
    dates: Sequence[int | None]
    localids: Sequence[str]

    @classmethod
    def of(cls, rows: Iterable[SentMessage]) -> SentColumns:
        return cls(*([*zip(*rows, strict=True)] or [()] * len(cls._fields)))

    def rows(self) -> list[SentMessage]:
        return [*map(SentMessage._make, zip(*self, strict=True))]


class MessageState(NamedTuple):
    """A row of a `status`, `status…` or `cancel` answer; status 100 means the id is not known there.

    `localid` and `receptor` are "" if the answer lacks them.
    """

    messageid: int | None
    localid: str
    status: int
    statustext: str
    receptor: str = ""


class StateColumns(NamedTuple):
    """The rows of a `status` answer in columns of one length, for callers with many; fields as in `MessageState`."""

    messageids: Sequence[int | None]
    statuses: Sequence[int]
    statustexts: Sequence[str]


class OutboxCount(NamedTuple):
    """`countoutbox`: messages and, if the answer has them, parts, cost in Rial, and the span in unix seconds."""

    sumcount: int
    sumpart: int | None
    cost: int | None
    startdate: int | None
    enddate: int | None


class AccountInfo(NamedTuple):
    """`account/info`: credit in Rial, expiry in unix seconds."""

    remaincredit: int | None
    expiredate: int | None
    type: str


class AccountConfig(NamedTuple):
    """`account/config`: `debugmode` on means that nothing is really sent (facts page, *Meaning*).

    `mincreditalarm` is in Rial. The other switches are the provider's words, such as "enabled"; `others` holds
    undocumented settings, as answered.
    """

    debugmode: bool
    defaultsender: str
    others: Mapping[str, str]
    apilogs: str = ""
    dailyreport: str = ""
    mincreditalarm: int | None = None
    resendfailed: str = ""


# The range of a Long of the API document; a ledger and JSON hold no more either.
_LONGS = range(-(2**63), 2**63)
# Rial of one message. More is nonsense, and the sum of a nation's messages must still be a Long.
_COSTS = range(10**10)
# Unix seconds up to the end of year 9999, where calendars end.
_DATES = range(253_402_300_800)


def _integer(value: object, allowed: range = _LONGS) -> int | None:
    """A number, which may come as text (facts page, *Wire*); None for nonsense and for what is too large."""
    try:
        whole = type(value) is int or (isinstance(value, float) and value.is_integer())
        number = int(value if whole else str(value))  # type: ignore[call-overload]
    except ValueError:
        return None
    return number if number in allowed else None


def _are_within(column: Sequence[Any], allowed: range) -> bool:
    """Whether all whole numbers of a column are in a range."""
    return not column or (min(column) in allowed and max(column) in allowed)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def sent_columns(entries: Sequence[Entry]) -> SentColumns:
    """The rows of an answer. If all are as documented, they are taken whole, column by column."""
    try:
        columns = [*zip(*map(_DOCUMENTED, entries), strict=True)]
    except KeyError:
        return SentColumns.of(map(sent_message, entries))
    localids = tuple(entry.get("localid") or "" for entry in entries)
    of_kinds = entries and all(map(are_all, (*columns, localids), _DOCUMENTED_KINDS))
    if not of_kinds or 0 in columns[0] or not all(_are_within(columns[at], range_) for at, range_ in _RANGES):
        return SentColumns.of(map(sent_message, entries))
    return SentColumns(*columns, localids)  # type: ignore[call-arg]


_DOCUMENTED = itemgetter("messageid", "receptor", "message", "sender", "status", "statustext", "cost", "date")
_DOCUMENTED_KINDS = (int, str, str, str, int, str, int, int, str)
_RANGES = ((0, _LONGS), (4, _LONGS), (6, _COSTS), (7, _DATES))


def sent_message(entry: Entry) -> SentMessage:
    """A row as it came, whatever its fields are like; a messageid of 0 counts as none."""
    get = entry.get
    return SentMessage(
        _integer(get("messageid")) or None,
        _text(get("receptor")),
        _text(get("message")),
        _text(get("sender")),
        _integer(get("status")) or 0,
        _text(get("statustext")),
        _integer(get("cost"), _COSTS),
        _integer(get("date"), _DATES),
        _text(get("localid")),
    )


def message_state(entry: Entry) -> MessageState:
    get = entry.get
    return MessageState(
        _integer(get("messageid")) or None,
        _text(get("localid")),
        _integer(get("status")) or 0,
        _text(get("statustext")),
        _text(get("receptor")),
    )


def state_columns(entries: Sequence[Entry]) -> StateColumns:
    """The rows of an answer, taken column by column if all are as documented."""
    try:
        columns = StateColumns(*([*map(field, entries)] for field in _DOCUMENTED_STATE))
    except KeyError:
        return _state_columns_of_any(entries)
    of_kinds = all(map(are_all, columns, _DOCUMENTED_STATE_KINDS))
    usable = of_kinds and 0 not in columns.messageids
    usable = usable and _are_within(columns.messageids, _LONGS) and _are_within(columns.statuses, _LONGS)
    return columns if usable else _state_columns_of_any(entries)


_DOCUMENTED_STATE: list[Callable[[Entry], Any]] = [*map(itemgetter, ("messageid", "status", "statustext"))]
_DOCUMENTED_STATE_KINDS = (int, int, str)


def are_all(column: Sequence[object], kind: type) -> bool:
    """Whether a column is of one kind: counting is twice as fast as building a set."""
    return [*map(type, column)].count(kind) == len(column)


def _state_columns_of_any(entries: Sequence[Entry]) -> StateColumns:
    states = [*map(message_state, entries)]
    return StateColumns(
        [state.messageid for state in states],
        [state.status for state in states],
        [state.statustext for state in states],
    )


def outbox_count(entry: Entry) -> OutboxCount:
    get = entry.get
    return OutboxCount(
        _integer(get("sumcount")) or 0,
        _integer(get("sumpart")),
        _integer(get("cost")),
        _integer(get("startdate"), _DATES),
        _integer(get("enddate"), _DATES),
    )


def account_info(entry: Entry) -> AccountInfo:
    return AccountInfo(_integer(entry.get("remaincredit")), _integer(entry.get("expiredate")), _text(entry.get("type")))


def account_config(entry: Entry) -> AccountConfig:
    settings = {name: _text(value) for name, value in entry.items()}
    take = settings.pop
    return AccountConfig(
        debugmode=take("debugmode", "").lower() == "enabled",
        defaultsender=take("defaultsender", ""),
        apilogs=take("apilogs", ""),
        dailyreport=take("dailyreport", ""),
        mincreditalarm=_integer(take("mincreditalarm", "")),
        resendfailed=take("resendfailed", ""),
        others=settings,
    )
