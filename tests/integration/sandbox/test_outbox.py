"""What was sent, looked up by receptor, by id and by date."""

from __future__ import annotations

import time
from typing import Any

import pytest

HOUR, DAY = 3600, 86400
NOW = 1_700_000_000  # of the clock of `still`
RECEPTOR = "09123456789"
FIELDS = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["messageid"] for row in rows]


def test_status_by_receptor_has_the_documented_fields(still: Any) -> None:
    caller = still()
    sent = caller.send()
    caller.send("09120000001")
    caller.sandbox.clock.advance(60)
    for verb in ("GET", "POST"):
        assert caller.entries("sms/statusbyreceptor", verb, receptor="+989123456789", startdate=NOW) == [
            {"messageid": sent, "receptor": RECEPTOR, "status": 10, "statustext": "رسیده به گیرنده"}
        ]


def test_status_by_receptor_covers_a_day_from_startdate_by_default(still: Any) -> None:
    caller = still()
    first = caller.send()
    caller.sandbox.clock.advance(DAY)
    second = caller.send()
    caller.sandbox.clock.advance(1)
    caller.send()
    assert ids(caller.entries("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW)) == [first, second]
    for end in ("", "0", str(NOW + DAY)):
        rows = caller.entries("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW, enddate=end)
        assert ids(rows) == [first, second]
    rows = caller.entries("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW, enddate=NOW + HOUR)
    assert ids(rows) == [first]


def test_scheduled_messages_are_found_at_the_date_they_go_out(still: Any) -> None:
    caller = still()
    sent = caller.send(date=NOW + 2 * DAY)
    assert caller.entries("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW) == []
    (row,) = caller.entries("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW + 2 * DAY)
    assert (row["messageid"], row["status"]) == (sent, 2)


def test_ranges_can_go_by_acceptance(still: Any) -> None:
    caller = still(outbox_by="acceptance")
    sent = caller.send(date=NOW + 2 * DAY)
    assert ids(caller.entries("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW)) == [sent]


@pytest.mark.parametrize("method", ["sms/statusbyreceptor", "sms/selectoutbox", "sms/countoutbox"])
@pytest.mark.parametrize(
    ("code", "dates"),
    [
        (400, {}),
        (400, {"startdate": ""}),
        (417, {"startdate": "yesterday"}),
        (417, {"startdate": -1}),
        (417, {"startdate": NOW, "enddate": "x"}),
        (417, {"startdate": NOW, "enddate": NOW - 1}),
        (417, {"startdate": NOW, "enddate": NOW + DAY + 1}),
        (200, {"startdate": NOW, "enddate": NOW + DAY}),
        (200, {"startdate": NOW, "enddate": NOW}),
    ],
)
def test_a_range_is_two_dates_at_most_a_day_apart(still: Any, method: str, code: int, dates: dict[str, Any]) -> None:
    assert still().status(method, receptor=RECEPTOR, **dates) == code


@pytest.mark.parametrize("receptor", ["02122334455", "09123456789,09120000001"])
def test_status_by_receptor_requires_one_mobile_number(still: Any, receptor: str) -> None:
    assert still().status("sms/statusbyreceptor", receptor=receptor, startdate=NOW) == 411
    assert still().status("sms/statusbyreceptor", startdate=NOW) == 400


def test_select_gives_whole_messages_and_100_for_unknown_ones(still: Any) -> None:
    caller = still()
    sent = caller.entries("sms/send", receptor=RECEPTOR, message="سلام")[0]
    caller.sandbox.clock.advance(60 * DAY)
    for verb in ("GET", "POST"):
        found, missing = caller.entries("sms/select", verb, messageid=f"{sent['messageid']},12")
        assert list(found) == list(missing) == FIELDS
        assert found == {**sent, "status": 10, "statustext": "رسیده به گیرنده"}
        assert (missing["messageid"], missing["status"], missing["receptor"]) == (12, 100, "")


def test_select_takes_500_ids(still: Any) -> None:
    caller = still()
    assert caller.status("sms/select", messageid=",".join(["1"] * 500)) == 200
    assert caller.status("sms/select", messageid=",".join(["1"] * 501)) == 414
    assert caller.status("sms/select", messageid="x") == 400
    assert caller.status("sms/select") == 400


def test_select_outbox_gives_whole_messages_of_a_range_and_a_line(still: Any) -> None:
    caller = still()
    one, other = caller.send(sender="10004346"), caller.send(sender="30002626")
    rows = caller.entries("sms/selectoutbox", "GET", startdate=NOW, enddate=NOW + HOUR)
    assert list(rows[0]) == FIELDS
    assert ids(rows) == [one, other]
    assert ids(caller.entries("sms/selectoutbox", startdate=NOW, sender="+9830002626")) == [other]
    assert caller.status("sms/selectoutbox", startdate=NOW, sender="nobody") == 412


def test_select_outbox_reaches_three_days_back(still: Any) -> None:
    caller = still()
    sent = caller.send()
    caller.sandbox.clock.advance(3 * DAY)
    assert ids(caller.entries("sms/selectoutbox", startdate=NOW)) == [sent]
    caller.sandbox.clock.advance(1)
    assert caller.status("sms/selectoutbox", startdate=NOW) == 417


def test_select_outbox_ends_at_500_messages_and_goes_on_where_asked(still: Any) -> None:
    caller = still()
    for second in range(4):
        caller.entries("sms/sendarray", **caller.array([RECEPTOR] * 200))
        caller.sandbox.clock.set(NOW + second + 1)
    page = caller.entries("sms/selectoutbox", startdate=NOW)
    assert len(page) == 500
    rest = caller.entries("sms/selectoutbox", startdate=page[-1]["date"])
    assert {*ids(page), *ids(rest)} == {message.messageid for message in caller.sandbox.messages()}


def test_latest_outbox_gives_the_newest_first(still: Any) -> None:
    caller = still()
    first = caller.send(sender="10004346")
    caller.sandbox.clock.advance(1)
    second = caller.send(sender="30002626")
    caller.send(date=NOW + HOUR)
    rows = caller.entries("sms/latestoutbox", "GET")
    assert list(rows[0]) == FIELDS
    assert ids(rows) == [second, first]
    assert ids(caller.entries("sms/latestoutbox", pagesize=1)) == [second]
    assert ids(caller.entries("sms/latestoutbox", pagesize=0, sender="10004346")) == [first]
    caller.sandbox.clock.advance(HOUR)
    assert len(caller.entries("sms/latestoutbox")) == 3


def test_latest_outbox_ends_at_500(still: Any) -> None:
    caller = still()
    for _ in range(3):
        caller.entries("sms/sendarray", **caller.array([RECEPTOR] * 200))
    assert len(caller.entries("sms/latestoutbox")) == len(caller.entries("sms/latestoutbox", pagesize=500)) == 500
    assert caller.status("sms/latestoutbox", pagesize=501) == 414
    assert caller.status("sms/latestoutbox", pagesize="many") == 400
    assert caller.status("sms/latestoutbox", pagesize=-1) == 400
    assert caller.status("sms/latestoutbox", sender="nobody") == 412


def test_count_outbox_is_an_object_in_the_document(still: Any) -> None:
    caller = still()
    caller.send()
    caller.send(date=NOW + HOUR)
    for verb in ("GET", "POST"):
        assert caller.entries("sms/countoutbox", verb, startdate=NOW) == {"sumcount": 2}
    assert caller.entries("sms/countoutbox", startdate=NOW, status=2) == {"sumcount": 1}
    assert caller.entries("sms/countoutbox", startdate=NOW, status=0) == {"sumcount": 2}
    assert caller.entries("sms/countoutbox", startdate=NOW, enddate=NOW) == {"sumcount": 1}
    assert caller.status("sms/countoutbox", startdate=NOW, status="sent") == 400


def test_count_outbox_is_a_list_of_one_with_totals_on_the_live_service(still: Any) -> None:
    caller = still(dialect="live", price_persian=100)
    caller.send(message="س" * 71)
    assert caller.entries("sms/countoutbox", startdate=NOW, enddate=NOW + HOUR) == [
        {"startdate": NOW, "enddate": NOW + HOUR, "sumpart": 2, "sumcount": 1, "cost": 200}
    ]
    assert caller.entries("sms/countoutbox", startdate=NOW, status=11)[0]["sumcount"] == 0


def test_count_outbox_has_no_limit_in_the_past(still: Any) -> None:
    caller = still()
    caller.send()
    caller.sandbox.clock.advance(90 * DAY)
    assert caller.entries("sms/countoutbox", startdate=NOW, status=10) == {"sumcount": 1}


def test_the_live_dialect_answers_localids_and_449_for_an_empty_listing(start: Any) -> None:
    caller = start(dialect="live")
    now = int(caller.sandbox.clock.now())
    assert caller.status("sms/statusbyreceptor", receptor=RECEPTOR, startdate=now) == 449
    assert caller.status("sms/selectoutbox", startdate=now) == 449
    assert caller.status("sms/latestoutbox") == 449
    assert caller.entries("sms/select", messageid="1")[0]["status"] == 100
    sent = caller.send(localid="order-7")
    assert caller.entries("sms/select", messageid=sent)[0]["localid"] == "order-7"
    assert caller.entries("sms/selectoutbox", startdate=now)[0]["localid"] == "order-7"
    row = caller.entries("sms/statusbyreceptor", receptor="+989123456789", startdate=now)[0]
    assert row["receptor"] == "+989123456789"


@pytest.mark.parametrize("whitelist", [(), ("192.0.2.0/24",)])
def test_whole_messages_are_for_clients_on_the_ip_whitelist(start: Any, whitelist: tuple[str, ...]) -> None:
    caller = start(ip_whitelist=whitelist)
    for method in ("sms/select", "sms/selectoutbox", "sms/latestoutbox"):
        assert caller.status(method, messageid="1", startdate=NOW) == 407
    assert caller.status("sms/status", messageid="1") == 200
    assert caller.status("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW) == 200
    assert caller.status("sms/countoutbox", startdate=NOW) == 200


def test_twenty_thousand_messages_are_searched_fast(still: Any) -> None:
    caller = still()
    arrays = [caller.array([f"0912{batch:03d}{row:04d}" for row in range(200)]) for batch in range(100)]
    for fields in arrays:
        caller.response("sms/sendarray", **fields)
    begun = time.monotonic()
    assert len(caller.entries("sms/selectoutbox", startdate=NOW)) == 500
    assert len(caller.entries("sms/statusbyreceptor", receptor="09120990199", startdate=NOW)) == 1
    assert time.monotonic() - begun < 2
