"""call/maketts: texts that are read out."""

from __future__ import annotations

from typing import Any

import pytest

NOW = 1_700_000_000  # of the clock of `still`
CALL = {"receptor": "09123456789", "message": "کد شما ۱۲۳ است"}


def test_one_receptor_gets_one_call(start: Any) -> None:
    caller = start(price_call=700)
    (row,) = caller.entries("call/maketts", "GET", **CALL)
    assert list(row) == ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]
    assert (row["cost"], row["receptor"]) == (700, "09123456789")
    assert caller.sandbox.messages()[0].channel == "call"


@pytest.mark.parametrize("written", ["[7,8]", '["7","8"]', "7,8"])
def test_localids_are_an_array_or_joined_and_de_duplicate(start: Any, written: str) -> None:
    caller = start(dialect="live")
    fields = {**CALL, "receptor": "09123456789,09123456780", "localid": written}
    first = caller.entries("call/maketts", **fields)
    assert [row["localid"] for row in first] == ["7", "8"]
    assert caller.entries("call/maketts", **fields) == first
    assert caller.entries("sms/statuslocalmessageid", localid="7")[0]["messageid"] == first[0]["messageid"]
    assert len(caller.sandbox.messages()) == 2


def test_up_to_200_receptors(caller: Any) -> None:
    receptors = [f"0912000{number:04d}" for number in range(201)]
    assert len(caller.entries("call/maketts", **{**CALL, "receptor": ",".join(receptors[:200])})) == 200
    assert caller.status("call/maketts", **{**CALL, "receptor": ",".join(receptors)}) == 414


def test_the_live_dialect_answers_one_object_for_one_call(start: Any) -> None:
    caller = start(dialect="live")
    assert caller.entries("call/maketts", **CALL)["status"] == 1
    assert len(caller.entries("call/maketts", **{**CALL, "receptor": "09123456789,09123456780"})) == 2


def test_a_call_can_be_scheduled_and_cancelled(still: Any) -> None:
    caller = still(credit=5000)
    (row,) = caller.entries("call/maketts", **CALL, date=NOW + 60)
    assert row["status"] == 2
    assert caller.entries("sms/cancel", messageid=row["messageid"])[0]["status"] == 13
    assert caller.sandbox.credit == 5000


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (400, {"receptor": ""}),
        (411, {"receptor": "123"}),
        (413, {"message": ""}),
        (413, {"message": "س" * 901}),
        (417, {"date": "1"}),
        (419, {"localid": "[1,2]"}),
        (428, {"message": "؟! 😀"}),
    ],
)
def test_its_codes(caller: Any, code: int, changes: dict[str, str]) -> None:
    assert caller.status("call/maketts", **{**CALL, **changes}) == code
