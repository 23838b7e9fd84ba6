"""What the provider remembers and answers: messages by localid and messageid, and what to count to prove them single.

Texts are not kept, as a benchmark never sends another one under the same localid.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import orjson

from benchmarks.server.forms import fields_of

Fields = dict[str, bytes]
# A day in 2026, in unix seconds: answers are the same in every run.
_NOW = 1_790_000_000
_FIRST_MESSAGEID = 8_792_343
_QUEUED, _DELIVERED, _NO_SUCH_ID = 1, 10, 100
_STATUSTEXTS = {_QUEUED: "در صف ارسال", _DELIVERED: "رسیده به گیرنده", _NO_SUCH_ID: "شناسه نامعتبر"}
# Limits of the API document: *Send*, *Status*, *Message Length*.
_MESSAGES, _IDS, _CHARACTERS, _PART, _LONG_PART = 200, 500, 900, 70, 67
_RIAL_A_PART = 120
_LINE = "10004346"


class Denial(Exception):
    """An answer of another code than 200 (document, *Error Codes*)."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class Account:
    """One account. `issued` messages count as accepted before, by the messageids they would have got."""

    def __init__(self, issued: int = 0) -> None:
        self.messages = 0
        self.repeats = 0
        self.characters = 0
        self.receptors = array("q")
        self.next_messageid = _FIRST_MESSAGEID + issued
        self._of_localid: dict[int, int] = {}
        self._methods: dict[str, Callable[[Fields], object]] = {
            "sms/sendarray": self._send_array,
            "sms/send": self._send,
            "sms/status": self._status,
            "sms/statuslocalmessageid": self._status_by_localid,
            "account/info": lambda fields: {
                "remaincredit": 10**12,
                "expiredate": _NOW + 10**7,
                "type": "master",
            },
            "account/config": lambda fields: {
                "apilogs": "disabled",
                "dailyreport": "disabled",
                "debugmode": "disabled",
                "defaultsender": _LINE,
                "mincreditalarm": 10_000,
                "resendfailed": "disabled",
            },
        }

    def answer(self, method: str, query: bytes, body: bytes) -> bytes:
        """The body of an answer to a method such as "sms/send"."""
        try:
            entries = self._entries(method, query, body)
        except Denial as denial:
            return orjson.dumps({"return": {"status": denial.code, "message": "خطا"}, "entries": None})
        return orjson.dumps({"return": {"status": 200, "message": "تایید شد"}, "entries": entries})

    def distinct_receptors(self) -> int:
        return len(set(self.receptors))

    def _entries(self, method: str, query: bytes, body: bytes) -> object:
        call = self._methods.get(method)
        if call is None:
            raise Denial(404)
        try:
            return call(fields_of(query) | fields_of(body))
        except (KeyError, ValueError):
            raise Denial(400) from None

    def _send_array(self, fields: Fields) -> object:
        receptors, senders, texts = (orjson.loads(fields[name]) for name in ("receptor", "sender", "message"))
        localids = orjson.loads(fields.get("localmessageids", b"[]"))
        return self._accept(receptors, senders, texts, localids)

    def _send(self, fields: Fields) -> object:
        receptors = fields["receptor"].decode().split(",")
        sender, text = fields.get("sender", _LINE.encode()).decode(), fields["message"].decode()
        localids = fields.get("localid", b"").decode()
        numbers = list(map(int, localids.split(","))) if localids else []
        return self._accept(receptors, [sender] * len(receptors), [text] * len(receptors), numbers)

    def _accept(
        self, receptors: Sequence[str], senders: Sequence[str], texts: Sequence[str], localids: Sequence[Any]
    ) -> list[dict[str, object]]:
        if len(receptors) > _MESSAGES:
            raise Denial(414)
        if not len(receptors) == len(senders) == len(texts) or len(localids) not in (0, len(receptors)):
            raise Denial(419)
        if not 0 < len(min(texts, key=len)) <= len(max(texts, key=len)) <= _CHARACTERS:
            raise Denial(413)
        self.receptors.extend(map(int, receptors))
        self.messages += len(receptors)
        self.characters += sum(map(len, texts))
        return [
            {
                "messageid": messageid,
                "message": text,
                "status": _QUEUED,
                "statustext": _STATUSTEXTS[_QUEUED],
                "sender": sender,
                "receptor": receptor,
                "date": _NOW,
                "cost": _RIAL_A_PART * (1 if len(text) <= _PART else -(-len(text) // _LONG_PART)),
            }
            for messageid, receptor, sender, text in zip(
                self._messageids(len(receptors), list(map(int, localids))), receptors, senders, texts, strict=True
            )
        ]

    def _messageids(self, count: int, localids: list[int]) -> Sequence[int]:
        """New ones, but a localid that is known has its old one (document, *Duplicate Prevention*)."""
        new = range(self.next_messageid, self.next_messageid + count)
        self.next_messageid += count
        if self._of_localid.keys().isdisjoint(localids):
            self._of_localid.update(zip(localids, new, strict=False))
            return new
        self.repeats += sum(localid in self._of_localid for localid in localids)
        remembered = self._of_localid.setdefault
        return [remembered(localid, messageid) for localid, messageid in zip(localids, new, strict=True)]

    def _status(self, fields: Fields) -> object:
        messageids = list(map(int, fields["messageid"].split(b",")))
        if len(messageids) > _IDS:
            raise Denial(414)
        issued = range(_FIRST_MESSAGEID, self.next_messageid)
        return [
            _state({"messageid": messageid}, _DELIVERED if messageid in issued else _NO_SUCH_ID)
            for messageid in messageids
        ]

    def _status_by_localid(self, fields: Fields) -> object:
        localids = fields["localid"].decode().split(",")
        if len(localids) > _IDS:
            raise Denial(414)
        messageids = map(self._of_localid.get, map(int, localids), repeat(0))
        return [
            _state({"messageid": messageid, "localid": localid}, _QUEUED if messageid else _NO_SUCH_ID)
            for localid, messageid in zip(localids, messageids, strict=True)
        ]


def _state(ids: dict[str, object], status: int) -> dict[str, object]:
    ids["status"] = status
    ids["statustext"] = _STATUSTEXTS[status]
    return ids
