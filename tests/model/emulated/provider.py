"""A provider behind the transport: what it accepts, what it forgets, and what becomes of requests on their way.

Written from the API document and the facts page, not from kaverun's sandbox: a second opinion on both.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, NamedTuple

import orjson
from emulated.clock import EmulatedClock

from kaverun.kavenegar.errors import ApiError, NotReached, Unanswered

PRICE = 120
ON_ITS_WAY, DELIVERED, CANCELLED = 4, 10, 13
LOOKUP_WINDOW = 12 * 3600.0
_DAY = 86400

#: what the next sending requests may meet, each once
TROUBLES = (
    "not reached", "lost before", "lost after", "gateway before", "gateway after", "busy", "throttled",
    "reversed", "row missing", "row too many", "failed after", "bad row", "masked", "folded",
)  # fmt: skip
#: what the next look-ups may meet
LOOKUP_TROUBLES = ("not reached", "lost before", "lost after", "busy", "gateway before")
#: what the next cancellations may meet
CANCEL_TROUBLES = ("", "not reached", "lost before", "lost after", "busy", "reversed", "row missing")


class Held(NamedTuple):
    """A message the provider accepted; `at` in unix seconds."""

    messageid: int
    localid: int
    receptor: str
    sender: str
    text: str
    at: float


@dataclass
class Books:
    """What the provider knows, apart from how it behaves; can be copied and put back."""

    held: list[Held] = field(default_factory=list)
    credit: int = 10**9
    #: messageids that were cancelled
    cancelled: set[int] = field(default_factory=set)
    #: messageids that were delivered, so that they cannot be cancelled
    gone: set[int] = field(default_factory=set)
    #: cancellations whose sender died: when each arrives, and its messageids
    cancels_on_the_way: list[tuple[float, list[int]]] = field(default_factory=list)
    #: requests whose sender died: when each arrives, and its rows
    on_the_way: list[tuple[float, list[tuple[str, str, str, int]]]] = field(default_factory=list)

    def of(self, receptor: str) -> list[Held]:
        return [held for held in self.held if held.receptor == receptor]

    def live(self, receptor: str) -> list[Held]:
        return [held for held in self.of(receptor) if held.messageid not in self.cancelled]

    def status(self, held: Held) -> int:
        if held.messageid in self.cancelled:
            return CANCELLED
        return DELIVERED if held.messageid in self.gone else ON_ITS_WAY

    def copy(self) -> Books:
        return deepcopy(self)


class EmulatedProvider:
    """`watch` sees every sending request before anything comes of it; `alive` raises where the client is dead.

    `dedupe` is whether a localid is remembered for sending, `listing` whether the account may list its messages,
    `bad_number` whether a refused number fails its whole request ("batch") or its own row ("row").
    """

    def __init__(self, clock: EmulatedClock) -> None:
        self.clock = clock
        clock.on_passing = self.arrive
        self.books = Books()
        self.dedupe = True
        self.listing = True
        self.bad_number = "batch"
        self.refused: set[str] = set()
        self.troubles: deque[str] = deque()
        self.lookup_troubles: deque[str] = deque()
        self.cancel_troubles: deque[str] = deque()
        self.watch: Callable[[list[tuple[str, str, str, int]]], None] = lambda rows: None
        self.before: Callable[[str], None] = lambda method: None
        self.after: Callable[[str], None] = lambda method: None
        self._lock = RLock()

    def call(self, method: str, fields: Mapping[str, str] | None) -> list[dict[str, Any]]:
        with self._lock:
            self.before(method)
            answer = self._METHODS[method](self, fields or {})
            self.after(method)
            return answer

    def arrive(self, now: float) -> None:
        """Take what was on its way until now; its sender never hears of it."""
        with self._lock:
            due = [(at, rows) for at, rows in self.books.on_the_way if at <= now]
            self.books.on_the_way = [(at, rows) for at, rows in self.books.on_the_way if at > now]
            for at, rows in due:
                if not self.refused & {row[0] for row in rows} and self.books.credit >= PRICE * len(rows):
                    for row in rows:
                        self._take(*row, at=at)
            for at, messageids in [*self.books.cancels_on_the_way]:
                if at <= now:
                    self.books.cancels_on_the_way.remove((at, messageids))
                    self._take_back(messageids)

    def send_late(self, fields: Mapping[str, str], delay: float) -> None:
        """The request of a client that has died arrives `delay` seconds from now."""
        self.books.on_the_way.append((self.clock.now() + delay, _rows(fields)))

    def cancel_late(self, fields: Mapping[str, str], delay: float) -> None:
        self.books.cancels_on_the_way.append((self.clock.now() + delay, _messageids(fields)))

    # --- sending

    def _send(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        rows = _rows(fields)
        self.watch(rows)
        trouble = self.troubles.popleft() if self.troubles else ""
        _before(trouble)
        if self.bad_number == "batch" and self.refused & {row[0] for row in rows}:
            raise ApiError(411)
        if self.books.credit < PRICE * len(rows):
            raise ApiError(418)
        spoilt = rows[0][0] if trouble == "bad row" else ""
        answer = [self._answer(row, spoilt) for row in rows]
        return _after(trouble, answer)

    def _answer(self, row: tuple[str, str, str, int], spoilt: str) -> dict[str, Any]:
        receptor, sender, text, _ = row
        if receptor in self.refused or receptor == spoilt:
            return {
                "messageid": None, "receptor": receptor, "sender": sender, "message": text,
                "status": 6, "statustext": "خطا در ارسال", "cost": 0,
            }  # fmt: skip
        held = self._take(*row)
        return {
            "messageid": held.messageid, "receptor": held.receptor, "sender": held.sender, "message": held.text,
            "cost": PRICE, "date": int(held.at), "status": self.books.status(held), "statustext": "",
        }  # fmt: skip

    def _take(self, receptor: str, sender: str, text: str, localid: int, at: float | None = None) -> Held:
        known = [held for held in self.books.held if held.localid == localid]
        if known and self.dedupe:
            return known[-1]
        held = Held(
            1001 + len(self.books.held), localid, receptor, sender, text, self.clock.now() if at is None else at
        )
        self.books.held.append(held)
        self.books.credit -= PRICE
        return held

    # --- asking

    def _look_up(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        trouble = self.lookup_troubles.popleft() if self.lookup_troubles else ""
        _before(trouble)
        recent = {held.localid: held for held in self.books.held if self.clock.now() - held.at <= LOOKUP_WINDOW}
        answer = []
        for localid in map(int, fields["localid"].split(",")):
            held = recent.get(localid)
            status = self.books.status(held) if held else 100
            known = {"messageid": held.messageid if held else 0, "status": status}
            answer.append({"localid": str(localid), "statustext": "", **known})
        return _after(trouble, answer)

    def _select_outbox(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        """A day at most, of the last three; refused to accounts without an IP whitelist."""
        start, end = int(fields["startdate"]), int(fields["enddate"])
        if not self.listing:
            raise ApiError(407)
        if end - start > _DAY or start < self.clock.now() - 3 * _DAY:
            raise ApiError(417)
        found = [held for held in self.books.held if start <= held.at <= end]
        return [self._listed(held) for held in found if fields.get("sender") in (None, held.sender)][:500]

    def _status_by_receptor(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        start = int(fields["startdate"])
        end = int(fields.get("enddate", start + _DAY))
        if end - start > _DAY:
            raise ApiError(417)
        found = [held for held in self.books.of(fields["receptor"]) if start <= held.at <= end]
        return [
            {"messageid": held.messageid, "receptor": held.receptor, "status": self.books.status(held)}
            for held in found
        ]

    def _select(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        if not self.listing:
            raise ApiError(407)
        wanted = set(map(int, fields["messageid"].split(",")))
        return [self._listed(held) for held in self.books.held if held.messageid in wanted]

    def _listed(self, held: Held) -> dict[str, Any]:
        return {
            "messageid": held.messageid, "receptor": held.receptor, "sender": held.sender, "message": held.text,
            "status": self.books.status(held), "statustext": "", "cost": PRICE, "date": int(held.at),
        }  # fmt: skip

    def _cancel(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        """Everything can be cancelled that was not delivered."""
        trouble = self.cancel_troubles.popleft() if self.cancel_troubles else ""
        _before(trouble)
        self._take_back(_messageids(fields))
        return _after(trouble, self._status(fields))

    def _take_back(self, messageids: list[int]) -> None:
        held = {held.messageid for held in self.books.held}
        for messageid in messageids:
            if messageid in held - self.books.gone - self.books.cancelled:
                self.books.cancelled.add(messageid)
                self.books.credit += PRICE

    def _status(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        held = {held.messageid: held for held in self.books.held}
        return [
            {"messageid": id_, "status": self.books.status(held[id_]) if id_ in held else 100, "statustext": ""}
            for id_ in _messageids(fields)
        ]

    def _info(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        return [{"remaincredit": self.books.credit, "expiredate": 1_900_000_000, "type": "Master"}]

    def _config(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        return [{"debugmode": "disabled", "defaultsender": "10004346"}]

    _METHODS = {  # noqa: RUF012  a table of methods, never changed
        "sms/sendarray": _send,
        "sms/statuslocalmessageid": _look_up,
        "sms/selectoutbox": _select_outbox,
        "sms/statusbyreceptor": _status_by_receptor,
        "sms/select": _select,
        "sms/cancel": _cancel,
        "sms/status": _status,
        "account/info": _info,
        "account/config": _config,
    }


def _rows(fields: Mapping[str, str]) -> list[tuple[str, str, str, int]]:
    columns = [orjson.loads(fields[name]) for name in ("receptor", "sender", "message", "localmessageids")]
    return list(zip(*columns, strict=True))


def _messageids(fields: Mapping[str, str]) -> list[int]:
    return [*map(int, fields["messageid"].split(","))]


def _before(trouble: str) -> None:
    match trouble:
        case "not reached":
            raise NotReached("refused")
        case "lost before":
            raise Unanswered("lost")
        case "gateway before":
            raise Unanswered("HTTP 502", http_status=502)
        case "busy":
            raise ApiError(409)
        case "throttled":
            raise Unanswered("HTTP 429", http_status=429, retry_after=1.0)


def _after(trouble: str, answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    match trouble:
        case "lost after":
            raise Unanswered("lost")
        case "gateway after":
            raise Unanswered("HTTP 504", http_status=504)
        case "failed after":
            raise ApiError(402)
        case "reversed":
            return answer[::-1]
        case "row missing":
            return answer[1:]
        case "masked":
            return [{**row, "receptor": f"{row['receptor'][:4]}***"} for row in answer]
        case "folded":
            return [{**row, "message": "".join(row["message"].split())} for row in answer[::-1]]
        case "row too many":
            return [*answer, {**answer[0], "messageid": 999_999_999, "receptor": "09090000000", "message": "?"}]
    return answer
