"""The methods and every code the document lists, over HTTP."""

from __future__ import annotations

import json
import time
from typing import Any
from xml.etree import ElementTree

import pytest

RECEPTOR = "09123456789"


def test_send_answers_with_the_documented_fields(caller: Any) -> None:
    (row,) = caller.entries(
        "sms/send", "GET", receptor=RECEPTOR, message="خدمات پیام کوتاه کاوه نگار", sender="10004346"
    )
    assert list(row) == ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]
    assert row["statustext"] == "در صف ارسال"
    assert (row["status"], row["cost"], row["receptor"], row["sender"]) == (1, 120, RECEPTOR, "10004346")
    assert abs(row["date"] - time.time()) < 5


def test_send_takes_many_receptors_and_the_default_line(caller: Any) -> None:
    rows = caller.entries("sms/send", receptor="09123456789,9123456780,+989123456781", message="Hello")
    assert [row["receptor"] for row in rows] == ["09123456789", "09123456780", "09123456781"]
    assert {row["sender"] for row in rows} == {"10004346"}


def test_send_with_the_same_localid_sends_once(caller: Any) -> None:
    first = caller.entries("sms/send", receptor=RECEPTOR, message="a", localid="450")
    assert caller.entries("sms/send", receptor=RECEPTOR, message="a", localid="450") == first
    assert len(caller.sandbox.messages()) == 1


def test_send_requires_a_localid_for_each_receptor(caller: Any) -> None:
    assert caller.status("sms/send", receptor="09123456789,09123456780", message="a", localid="1") == 419
    assert caller.status("sms/send", receptor="09123456789,09123456780", message="a", localid="1,2") == 200


def test_sendarray_answers_each_row_in_order(caller: Any) -> None:
    receptors = [f"0912000{number:04d}" for number in range(200)]
    texts = [f"سلام {number}" for number in range(200)]
    fields = caller.array(receptors, texts, localmessageids=list(range(1, 201)), type=[1] * 200)
    rows = caller.entries("sms/sendarray", **fields, tag="nowruz-1405", hide="1", policy="evening")
    assert [(row["receptor"], row["message"]) for row in rows] == list(zip(receptors, texts, strict=True))
    first = caller.sandbox.messages()[0]
    assert (first.localid, first.type, first.tag, first.hide, first.policy) == ("1", 1, "nowruz-1405", True, "evening")
    assert caller.sandbox.requests()[0].rows == 200


def test_sendarray_again_sends_nothing_and_gives_the_old_records(caller: Any) -> None:
    fields = caller.array([RECEPTOR, "09123456780"], localmessageids=[1, 2])
    first = caller.entries("sms/sendarray", **fields)
    assert caller.entries("sms/sendarray", **fields) == first
    assert caller.sandbox.counters()["deduplicated"] == 2
    assert len(caller.sandbox.messages()) == 2


def test_an_old_localid_among_new_rows_keeps_its_place(caller: Any) -> None:
    (old,) = caller.entries("sms/sendarray", **caller.array([RECEPTOR], localmessageids=[1]))
    rows = caller.entries("sms/sendarray", **caller.array(["09120000001", "09120000002"], localmessageids=[5, 1]))
    assert rows[1] == old
    assert rows[0]["receptor"] == "09120000001"


def test_the_live_dialect_answers_localids_as_text(start: Any) -> None:
    caller = start(dialect="live")
    (row,) = caller.entries("sms/sendarray", **caller.array([RECEPTOR], localmessageids=[1]))
    assert row["localid"] == "1"


def test_the_live_dialect_writes_receptors_as_they_were_asked(start: Any) -> None:
    caller = start(dialect="live")
    rows = caller.entries("sms/sendarray", **caller.array(["+989123456789", "9123456780"]))
    assert [row["receptor"] for row in rows] == ["+989123456789", "9123456780"]
    assert [message.receptor for message in caller.sandbox.messages()] == ["09123456789", "09123456780"]


def test_a_date_schedules_the_message(caller: Any) -> None:
    date = int(time.time()) + 3600
    (row,) = caller.entries("sms/send", receptor=RECEPTOR, message="a", date=date)
    assert (row["status"], row["statustext"], row["date"]) == (2, "زمان بندی شده", date)
    assert caller.entries("sms/status", messageid=row["messageid"])[0]["status"] == 2
    caller.sandbox.clock.advance(3605)
    assert caller.entries("sms/status", messageid=row["messageid"])[0]["status"] == 4


def test_status_answers_for_each_message_and_100_for_unknown_ones(caller: Any) -> None:
    (row,) = caller.entries("sms/send", receptor=RECEPTOR, message="a")
    caller.sandbox.clock.advance(60)
    rows = caller.entries("sms/status", "GET", messageid=f"{row['messageid']},12")
    assert rows == [
        {"messageid": row["messageid"], "status": 10, "statustext": "رسیده به گیرنده"},
        {"messageid": 12, "status": 100, "statustext": "شناسه نامعتبر"},
    ]


def test_status_by_localid(caller: Any) -> None:
    (row,) = caller.entries("sms/send", receptor=RECEPTOR, message="a", localid="450")
    rows = caller.entries("sms/statuslocalmessageid", "GET", localid="450,451")
    assert rows == [
        {"messageid": row["messageid"], "localid": "450", "status": 1, "statustext": "در صف ارسال"},
        {"messageid": 0, "localid": "451", "status": 100, "statustext": "شناسه نامعتبر"},
    ]


def test_look_ups_end_after_12_and_48_hours(caller: Any) -> None:
    (row,) = caller.entries("sms/send", receptor=RECEPTOR, message="a", localid="450")
    caller.sandbox.clock.advance(12 * 3600 + 60)
    assert caller.entries("sms/statuslocalmessageid", localid="450")[0]["status"] == 100
    assert caller.entries("sms/status", messageid=row["messageid"])[0]["status"] == 10
    caller.sandbox.clock.advance(36 * 3600)
    assert caller.entries("sms/status", messageid=row["messageid"])[0]["status"] == 100


def test_past_the_look_up_a_localid_is_still_de_duplicated(caller: Any) -> None:
    first = caller.entries("sms/send", receptor=RECEPTOR, message="a", localid="450")
    caller.sandbox.clock.advance(13 * 3600)
    assert (
        caller.entries("sms/send", receptor=RECEPTOR, message="a", localid="450")[0]["messageid"]
        == first[0]["messageid"]
    )


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_unknown_ids_are_100_whether_or_not_another_is_known(start: Any, dialect: str) -> None:
    caller = start(dialect=dialect)
    sent = caller.send(localid="450")
    for method, name, known in (("sms/status", "messageid", sent), ("sms/statuslocalmessageid", "localid", 450)):
        assert [row["status"] for row in caller.entries(method, **{name: "451,452"})] == [100, 100]
        assert [row["status"] for row in caller.entries(method, **{name: f"{known},451"})] == [1, 100]


@pytest.mark.parametrize("method", ["sms/status", "sms/statuslocalmessageid", "sms/select", "sms/cancel"])
def test_ids_of_which_none_is_known_can_be_449(start: Any, method: str) -> None:
    caller = start(unknown_ids_are_449=True)
    sent = caller.send(localid="450")
    assert caller.status(method, messageid="1,2", localid="1,2") == 449
    assert caller.status(method, messageid=f"{sent},2", localid="450,2") == 200


def test_account_info_and_its_credit(start: Any) -> None:
    caller = start(credit=1000)
    caller.entries("sms/send", receptor=RECEPTOR, message="سلام")
    info = caller.entries("account/info", "GET")
    assert list(info) == ["remaincredit", "expiredate", "type"]
    assert (info["remaincredit"], info["type"]) == (880, "پیش پرداخت")


def test_account_config_reads_without_and_writes_with_parameters(caller: Any) -> None:
    config = caller.entries("account/config", "GET")
    assert config == {
        "apilogs": "enabled",
        "dailyreport": "enabled",
        "debugmode": "disabled",
        "defaultsender": "10004346",
        "mincreditalarm": 10000,
        "resendfailed": "enabled",
    }
    assert caller.entries("account/config", debugmode="enabled")["debugmode"] == "enabled"
    assert caller.entries("account/config", "GET")["debugmode"] == "enabled"
    (row,) = caller.entries("sms/send", receptor=RECEPTOR, message="سلام")
    assert (row["status"], row["statustext"]) == (13, "لغو شده")


def test_account_config_refuses_nonsense(caller: Any) -> None:
    assert caller.status("account/config", debugmode="perhaps") == 400
    assert caller.status("account/config", defaultsender="nobody") == 412


def test_xml_says_the_same_as_json(caller: Any) -> None:
    answer = caller.session.get(
        caller.url("sms/send", "xml"), params={"receptor": RECEPTOR, "message": "a<b"}, timeout=5
    )
    assert answer.headers["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.findtext("return/status") == "200"
    assert root.findtext("entries/entry/message") == "a<b"


def long_text(length: int) -> str:
    return "س" * length


DOCUMENTED_CODES: list[tuple[int, str, str, dict[str, Any]]] = [
    (400, "sms/send", "POST", {"receptor": RECEPTOR}),
    (400, "sms/send", "POST", {"message": "a"}),
    (400, "sms/sendarray", "POST", {"receptor": "[]"}),
    (400, "sms/status", "GET", {}),
    (400, "sms/send", "POST", {"receptor": RECEPTOR, "message": "a", "type": "9"}),
    (404, "sms/nothing", "POST", {}),
    (405, "sms/sendarray", "GET", {"receptor": RECEPTOR}),
    (405, "sms/send", "PUT", {"receptor": RECEPTOR, "message": "a"}),
    (405, "account/info", "DELETE", {}),
    (405, "account/info", "BREW", {}),
    (411, "sms/send", "POST", {"receptor": "02122334455", "message": "a"}),
    (411, "sms/send", "POST", {"receptor": RECEPTOR + ",", "message": "a"}),
    (412, "sms/send", "POST", {"receptor": RECEPTOR, "message": "a", "sender": "kaverun"}),
    (413, "sms/send", "POST", {"receptor": RECEPTOR, "message": ""}),
    (413, "sms/send", "POST", {"receptor": RECEPTOR, "message": long_text(901)}),
    (200, "sms/send", "POST", {"receptor": RECEPTOR, "message": long_text(900)}),
    (414, "sms/send", "POST", {"receptor": ",".join([RECEPTOR] * 201), "message": "a"}),
    (414, "sms/status", "GET", {"messageid": ",".join(["1"] * 501)}),
    (200, "sms/status", "GET", {"messageid": ",".join(["1"] * 500)}),
    (414, "sms/statuslocalmessageid", "POST", {"localid": ",".join(["1"] * 501)}),
    (417, "sms/send", "POST", {"receptor": RECEPTOR, "message": "a", "date": "1356619709"}),
    (417, "sms/send", "POST", {"receptor": RECEPTOR, "message": "a", "date": "soon"}),
    (
        200,
        "sms/send",
        "POST",
        {"receptor": RECEPTOR, "message": "a", "date": "0", "type": "", "localid": "", "tag": ""},
    ),
    (607, "sms/send", "POST", {"receptor": RECEPTOR, "message": "a", "tag": "نوروز"}),
]


@pytest.mark.parametrize(("code", "method", "verb", "fields"), DOCUMENTED_CODES)
def test_the_documents_codes(caller: Any, code: int, method: str, verb: str, fields: dict[str, Any]) -> None:
    assert caller.status(method, verb, **fields) == code


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (419, {"sender": '["10004346"]'}),
        (419, {"message": '["a","b","c"]'}),
        (419, {"localmessageids": "null"}),
        (419, {"localmessageids": "[1]"}),
        (419, {"type": "[1,1,1]"}),
        (200, {"localmessageids": "11,12"}),
        (200, {"receptor": "[9123456789, 9123456780]", "sender": "[10004346, 10004346]"}),
        (400, {"receptor": "09123456789,09123456780"}),
        (400, {"receptor": "[09123456789]"}),
        (400, {"localmessageids": '["a","b"]'}),
        (411, {"receptor": '["09123456789", null]'}),
        (412, {"sender": '["10004346", ""]'}),
        (413, {"message": '["a", ""]'}),
        (417, {"date": "1"}),
        (607, {"tag": "a b"}),
    ],
)
def test_the_codes_of_sendarray(caller: Any, code: int, changes: dict[str, str]) -> None:
    assert caller.status("sms/sendarray", **{**caller.array([RECEPTOR, "09123456780"]), **changes}) == code
    assert len(caller.sandbox.messages()) == (2 if code == 200 else 0)


@pytest.mark.parametrize("written", [["09123456789", "09123456780"], ['["09123456789"]', '["09123456780"]']])
def test_repeated_fields_are_not_an_array(caller: Any, written: list[str]) -> None:
    fields = [("receptor", value) for value in written]
    fields += [(name, value) for name in ("sender", "message") for value in ("10004346", "10004346")]
    answer = caller.session.post(caller.url("sms/sendarray"), data=fields, timeout=5)
    assert answer.json()["return"]["status"] == 400
    assert caller.sandbox.messages() == ()


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (400, {}),
        (400, {"receptor": "[]", "sender": "[]", "message": "[]"}),
        (419, {"sender": "[]"}),
        (200, {"type": "null"}),
    ],
)
def test_empty_arrays(caller: Any, code: int, changes: dict[str, str]) -> None:
    fields = {**caller.array([RECEPTOR]), **changes} if changes else {"receptor": "[]"}
    assert caller.status("sms/sendarray", **fields) == code


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_a_localid_twice_in_one_request_is_sent_once_and_methods_share_localids(start: Any, dialect: str) -> None:
    caller = start(dialect=dialect)
    first, again, other = caller.entries(
        "sms/send", receptor=f"{RECEPTOR},09120000001,09120000002", message="a", localid="7,7,8"
    )
    assert first["messageid"] == again["messageid"] != other["messageid"]
    array = caller.entries("sms/sendarray", **caller.array([RECEPTOR, "09120000003"], localmessageids=[8, 7]))
    assert [row["messageid"] for row in array] == [other["messageid"], first["messageid"]]
    call = caller.entries("call/maketts", receptor=RECEPTOR, message="سلام", localid="7")
    assert (call if dialect == "live" else call[0])["messageid"] == first["messageid"]
    assert len(caller.sandbox.messages()) == 2


def test_more_than_200_rows_are_414(caller: Any) -> None:
    assert caller.status("sms/sendarray", **caller.array([RECEPTOR] * 201)) == 414


@pytest.mark.parametrize(("dialect", "code"), [("document", 401), ("live", 403)])
def test_a_wrong_key_is_401_in_the_document_and_403_on_the_live_service(start: Any, dialect: str, code: int) -> None:
    caller = start(dialect=dialect, api_keys=("RIGHT=",))
    assert caller.status("account/info", key="WRONG") == code
    assert caller.status("account/info", key="RIGHT%3D") == 200
    assert caller.status("sms/nothing", key="WRONG") == code


@pytest.mark.parametrize(("dialect", "code"), [("document", 400), ("live", 406)])
def test_an_empty_mandatory_value_is_406_on_the_live_service(start: Any, dialect: str, code: int) -> None:
    assert start(dialect=dialect).status("sms/send", receptor="", message="a") == code


@pytest.mark.parametrize("dialect", ["document", "live"])
@pytest.mark.parametrize(("in_http", "http"), [(True, 411), (False, 200)])
def test_the_http_status_repeats_the_code_by_default(start: Any, dialect: str, in_http: bool, http: int) -> None:
    response = start(dialect=dialect, error_status_in_http=in_http).response("sms/send", receptor="1", message="a")
    assert response.status_code == http
    assert response.json() == {"return": {"status": 411, "message": "دریافت‌کننده نامعتبر است"}, "entries": None}


def test_http_status_607_reaches_a_client(start: Any) -> None:
    assert start(dialect="live").response("sms/send", receptor=RECEPTOR, message="a", tag="a b").status_code == 607


def test_insufficient_credit_is_418(start: Any) -> None:
    caller = start(credit=119)
    assert caller.status("sms/send", receptor=RECEPTOR, message="سلام") == 418
    assert caller.sandbox.credit == 119


def test_lines_and_tags_can_be_limited_to_the_accounts_own(start: Any) -> None:
    caller = start(lines=("10004346",), tags=("yalda",))
    assert caller.status("sms/send", receptor=RECEPTOR, message="a", sender="+9810004346", tag="yalda") == 200
    assert caller.status("sms/send", receptor=RECEPTOR, message="a", sender="30002626") == 412
    assert caller.status("sms/send", receptor=RECEPTOR, message="a", tag="nowruz") == 607


def test_links_can_be_refused_with_420(start: Any) -> None:
    caller = start(links_allowed=False)
    assert caller.status("sms/sendarray", **caller.array([RECEPTOR] * 2, ["سلام", "www.example.ir"])) == 420
    assert caller.status("verify/lookup", receptor=RECEPTOR, template="t", token="shop.ir") == 420
    assert caller.status("sms/send", receptor=RECEPTOR, message="سلام") == 200


def test_a_bad_receptor_can_be_one_bad_row(start: Any) -> None:
    caller = start(bad_receptor="row")
    good, bad = caller.entries("sms/sendarray", **caller.array([RECEPTOR, "123"], localmessageids=[1, 2]))
    assert "messageid" in good
    assert "messageid" not in bad
    assert (bad["status"], bad["statustext"], bad["cost"], bad["receptor"]) == (6, "خطا در ارسال", 0, "123")
    assert caller.entries("sms/statuslocalmessageid", localid="2")[0]["status"] == 100


def test_the_documents_bulk_example_is_taken_as_curl_sends_it(caller: Any) -> None:
    body = 'receptor=["09123456789","09987654321"]&sender=["10004346","10004346"]&message=["Message 1","Message 2"]'
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = caller.session.post(caller.url("sms/sendarray"), data=body.encode(), headers=headers, timeout=5).json()
    assert [row["message"] for row in answer["entries"]] == ["Message 1", "Message 2"]
    assert json.loads(json.dumps(answer))["return"]["status"] == 200
