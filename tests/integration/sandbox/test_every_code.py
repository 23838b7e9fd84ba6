"""The whole table of codes: each by its cause, if a document names one, and each by magic and by fault."""

from __future__ import annotations

from typing import Any

import pytest

from kaverun.kavenegar.codes import ERRORS
from kaverun.sandbox.methods import METHODS

SEND = {"receptor": "09123456789", "message": "سلام"}
LOOKUP = {"receptor": "09123456789", "template": "verify", "token": "12345"}
PANEL = (("verify", "code %token"), ("empty", "no code"))

# code, dialect, settings, method, fields
CAUSES: list[tuple[int, str, dict[str, Any], str, dict[str, Any]]] = [
    (400, "document", {}, "sms/send", {"message": "a"}),
    (401, "document", {"api_keys": ("OTHER",)}, "account/info", {}),
    (403, "live", {"api_keys": ("OTHER",)}, "account/info", {}),
    (404, "document", {}, "sms/nothing", {}),
    (405, "document", {}, "sms/sendarray", {}),
    (406, "live", {}, "sms/send", {**SEND, "receptor": ""}),
    (407, "document", {"ip_whitelist": ()}, "sms/select", {"messageid": "1"}),
    (411, "document", {}, "sms/send", {**SEND, "receptor": "123"}),
    (412, "document", {}, "sms/send", {**SEND, "sender": "x"}),
    (413, "document", {}, "sms/send", {**SEND, "message": ""}),
    (414, "document", {}, "sms/send", {**SEND, "receptor": ",".join(["09123456789"] * 201)}),
    (416, "live", {"sources": ("192.0.2.1",)}, "account/info", {}),
    (417, "document", {}, "sms/send", {**SEND, "date": "1356619709"}),
    (418, "document", {"credit": 1}, "sms/send", SEND),
    (419, "document", {}, "sms/send", {**SEND, "localid": "1,2"}),
    (420, "document", {"links_allowed": False}, "sms/send", {**SEND, "message": "https://a.example"}),
    (422, "live", {}, "sms/send", {**SEND, "message": b"\xff"}),
    (424, "document", {"templates": PANEL}, "verify/lookup", {**LOOKUP, "template": "other"}),
    (428, "document", {}, "verify/lookup", {**LOOKUP, "token": "abc", "type": "call"}),
    (431, "document", {}, "verify/lookup", {**LOOKUP, "token": "1 2"}),
    (432, "document", {"templates": PANEL}, "verify/lookup", {**LOOKUP, "template": "empty"}),
    (449, "live", {}, "sms/latestoutbox", {}),
    (451, "document", {"calls_per_minute": 0}, "account/info", {}),
    (501, "document", {"owner": "09120000001"}, "sms/send", SEND),
    (607, "document", {}, "sms/send", {**SEND, "tag": "a b"}),
]
#: codes that a working account never gets, or that no documented parameter causes
BY_MAGIC_ALONE = {402, 409, 415, 426, 427, 429, 604}


@pytest.mark.parametrize(("code", "dialect", "settings", "method", "fields"), CAUSES)
def test_a_cause_has_its_code(
    start: Any, code: int, dialect: str, settings: dict[str, Any], method: str, fields: dict[str, Any]
) -> None:
    answer = start(dialect=dialect, **settings).response(method, "GET" if code == 405 else "POST", **fields)
    assert (answer.json()["return"]["status"], answer.status_code) == (code, code)
    assert answer.json()["return"]["message"] == ERRORS[code].persian
    assert answer.json()["entries"] is None


def test_both_tables_are_walked_to_their_ends() -> None:
    assert {cause[0] for cause in CAUSES} | BY_MAGIC_ALONE == set(ERRORS)


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_every_code_can_be_had_of_every_method(start: Any, dialect: str) -> None:
    caller = start(dialect=dialect)
    for code in ERRORS:
        caller.sandbox.set_faults(f"error:code={code},method=any")
        for method in METHODS:
            answer = caller.response(method)
            assert (answer.json()["return"]["status"], answer.status_code) == (code, code)
            assert answer.json()["entries"] is None
