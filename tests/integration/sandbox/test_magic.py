"""Numbers and keys that choose what happens."""

from __future__ import annotations

from typing import Any

import pytest

from kaverun.kavenegar.codes import ERRORS


@pytest.mark.parametrize("code", ERRORS)
def test_a_number_chooses_any_code(caller: Any, code: int) -> None:
    array = caller.array(["09123456789", f"09090000{code}"])
    assert caller.status("sms/sendarray", **array) == code
    assert caller.status("sms/send", receptor=f"+989090000{code}", message="a") == code
    assert caller.status("verify/lookup", receptor=f"09090000{code}", template="t", token="1") == code
    assert caller.status("call/maketts", receptor=f"09090000{code}", message="a") == code
    assert caller.sandbox.messages() == ()
    assert caller.sandbox.requests()[0].why == "magic number"


@pytest.mark.parametrize("status", [1, 4, 5, 6, 10, 11, 13, 14, 50, 100])
def test_a_number_chooses_the_last_status(still: Any, status: int) -> None:
    caller = still()
    (row,) = caller.entries("sms/send", receptor=f"09090000{status:03d}", message="سلام")
    assert row["status"] == 1
    caller.sandbox.clock.advance(60)
    (row,) = caller.entries("sms/status", messageid=row["messageid"])
    assert row["status"] == status
    assert row["statustext"]


@pytest.mark.parametrize(("status", "cost"), [(10, 120), (11, 120), (6, 120), (13, 0), (14, 0)])
def test_what_ends_cancelled_or_blocked_is_refunded(still: Any, status: int, cost: int) -> None:
    caller = still(credit=1000)
    caller.send(f"09090000{status:03d}")
    assert caller.sandbox.credit == 880
    caller.sandbox.clock.advance(60)
    assert caller.entries("account/info")["remaincredit"] == 1000 - cost


def test_a_number_refuses_its_row(caller: Any) -> None:
    good, bad = caller.entries("sms/sendarray", **caller.array(["09123456789", "09091234000"]))
    assert "messageid" in good
    assert (bad["status"], bad["receptor"], "messageid" in bad) == (6, "09091234000", False)


def test_411_is_a_row_where_bad_receptors_are(start: Any) -> None:
    caller = start(bad_receptor="row")
    good, bad = caller.entries("sms/sendarray", **caller.array(["09123456789", "09091234411"]))
    assert ("messageid" in good, "messageid" in bad) == (True, False)


def test_other_numbers_of_the_range_are_like_any(caller: Any) -> None:
    assert caller.send("09091234567")


def test_a_key_chooses_a_code(caller: Any) -> None:
    assert caller.status("account/info", key="sandbox-403") == 403
    assert caller.status("account/info", key="sandbox-418") == 200
    assert caller.status("sms/send", key="sandbox-418", receptor="09123456789", message="a") == 418
    assert caller.status("sms/nothing", key="sandbox-418") == 404
    assert caller.sandbox.requests()[0].why == "magic key"
    assert caller.sandbox.messages() == ()


def test_a_key_whose_account_is_in_debugmode(start: Any) -> None:
    caller = start(credit=1000)
    key = "sandbox-debugmode"
    assert caller.response("account/config", key=key).json()["entries"]["debugmode"] == "enabled"
    row = caller.response("sms/send", key=key, receptor="09123456789", message="a").json()["entries"][0]
    assert (row["status"], caller.sandbox.credit) == (13, 1000)
    assert caller.entries("account/config")["debugmode"] == "disabled"


def test_a_sandbox_that_knows_its_keys_lets_no_magic_one_in(start: Any) -> None:
    caller = start(api_keys=("RIGHT", "sandbox-451"))
    assert caller.status("account/info", key="sandbox-409") == 401
    assert caller.status("account/info", key="sandbox-451") == 451


def test_magic_can_be_off(start: Any) -> None:
    caller = start(magic=False)
    assert caller.send("09090000418")
    assert caller.status("account/info", key="sandbox-403") == 200


def test_shares_of_the_numbers_end_otherwise(still: Any) -> None:
    caller = still(outcomes=((11, 0.2), (14, 0.1)), seed=5)
    caller.entries("sms/sendarray", **caller.array([f"0912000{number:04d}" for number in range(200)]))
    caller.sandbox.clock.advance(60)
    statuses = [message.status for message in caller.sandbox.messages()]
    assert set(statuses) == {10, 11, 14}
    assert 20 < statuses.count(11) < 60
    assert caller.sandbox.counters()["refunded"] == 120 * statuses.count(14)
