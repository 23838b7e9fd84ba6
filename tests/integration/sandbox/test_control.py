"""Queries and changes of the sandbox itself."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from kaverun.cli.sandbox import command
from kaverun.sandbox.control import ROUTES


def test_health(caller: Any) -> None:
    assert caller.control("health") == {"status": "ok", "dialect": "document"}


def test_messages_can_be_listed_and_filtered(caller: Any) -> None:
    caller.entries(
        "sms/sendarray", **caller.array(["09120000001", "09120000002", "09120000001"], localmessageids=[1, 2, 3])
    )
    assert caller.control("messages")["count"] == 3
    assert [m["localid"] for m in caller.control("messages", receptor="+989120000001")["messages"]] == ["1", "3"]
    assert [m["receptor"] for m in caller.control("messages", localid="2")["messages"]] == ["09120000002"]
    page = caller.control("messages", offset=1, limit=1)
    assert (page["count"], [m["localid"] for m in page["messages"]]) == (3, ["2"])


def test_ten_thousand_messages_are_listed_fast(caller: Any) -> None:
    for batch in range(50):
        caller.entries("sms/sendarray", **caller.array([f"0912{batch:03d}{row:04d}" for row in range(200)]))
    begun = time.monotonic()
    assert len(caller.control("messages")["messages"]) == 10_000
    assert caller.control("counters")["messages"] == 10_000
    assert len(caller.control("requests")["requests"]) == 50
    assert time.monotonic() - begun < 2


def test_the_journal_masks_keys_and_shows_fields_on_request(caller: Any) -> None:
    caller.response("sms/send", key="SECRET", receptor="09123456789", message="سلام")
    (entry,) = caller.control("requests")["requests"]
    assert (entry["path"], entry["verb"], entry["rows"], entry["status"]) == ("/v1/***/sms/send.json", "POST", 1, 200)
    assert "fields" not in entry
    assert caller.control("requests", fields=1)["requests"][0]["fields"]["message"] == "سلام"
    assert "SECRET" not in requests.get(f"{caller.sandbox.control_url}/requests?fields=1", timeout=5).text


def test_counters(caller: Any) -> None:
    caller.status("sms/send", receptor="1", message="a")
    caller.entries("sms/send", receptor="09123456789", message="سلام")
    counters = caller.control("counters")
    assert counters == caller.sandbox.counters()
    assert counters["requests"]["by_status"] == {"sms/send": {"200": 1, "411": 1}}
    assert (counters["messages"], counters["credit"]) == (1, 1_000_000_000 - 120)


def test_the_clock_can_be_asked_moved_and_stopped(caller: Any) -> None:
    assert abs(caller.control("clock")["now"] - time.time()) < 5
    assert caller.control("clock", "POST", {"stop": True, "set": 1_700_000_000}) == {
        "now": 1_700_000_000.0,
        "stopped": True,
    }
    assert caller.control("clock", "POST", advance="3600")["now"] == 1_700_003_600.0
    assert caller.sandbox.clock.now() == 1_700_003_600.0
    assert caller.control("clock", "POST", b"resume=1")["stopped"] is False


def test_the_clock_names_the_values_it_takes(caller: Any) -> None:
    assert "advance=SECONDS" in caller.control("clock", "POST")["error"]
    assert caller.control("clock", "POST", advance="soon")["error"] == "advance must be a number, is soon"
    assert caller.control("clock", "POST", stop="never")["error"] == "stop must be 1 or 0, is never"
    assert "advance=SECONDS" in caller.control("clock", "POST", stop=0)["error"]
    assert caller.control("clock")["stopped"] is False


def test_faults_can_be_set_added_and_ended_while_it_runs(caller: Any) -> None:
    message = {"receptor": "09123456789", "message": "a"}
    caller.control("faults", "POST", ["error:code=409,times=1"])
    caller.control("faults", "POST", "error:code=451,times=1\n", add=1)
    assert [caller.status("sms/send", **message) for _ in range(3)] == [409, 451, 200]
    assert [fault["acted"] for fault in caller.control("faults")["faults"]] == [1, 1]
    caller.control("faults", "POST", {"seed": 3, "faults": [{"fault": "error", "code": 418}]})
    assert caller.status("sms/send", **message) == 418
    assert caller.control("faults", "POST", [])["faults"] == []
    assert caller.status("sms/send", **message) == 200


def test_a_wrong_fault_is_reported_and_changes_nothing(caller: Any) -> None:
    caller.control("faults", "POST", ["reverse"])
    assert "did you mean 'drop-after'" in caller.control("faults", "POST", ["drop-aftr"])["error"]
    assert caller.control("faults")["faults"][0]["spec"] == "reverse"


def test_faults_never_meet_the_control_pages(start: Any) -> None:
    caller = start("drop-before:method=any")
    assert caller.control("health")["status"] == "ok"
    assert caller.control("counters")["requests"]["total"] == 0


def test_the_listener_can_be_closed_on_request(caller: Any) -> None:
    assert caller.control("refuse", "POST", seconds=0.1) == {"status": "ok"}
    time.sleep(0.2)
    assert caller.control("health")["status"] == "ok"


def test_reset(caller: Any) -> None:
    caller.entries("sms/send", receptor="09123456789", message="a", localid="1")
    caller.control("faults", "POST", ["reverse"])
    caller.control("reset", "POST")
    assert caller.control("messages") == {"count": 0, "messages": []}
    assert caller.control("requests") == {"requests": []}
    assert caller.control("faults")["faults"] == []
    assert caller.sandbox.credit == 1_000_000_000


def test_misuse_is_reported_with_a_fitting_http_status(caller: Any) -> None:
    base = caller.sandbox.control_url
    assert requests.get(f"{base}/reset", timeout=5).status_code == 405
    missing = requests.get(f"{base}/nothing", timeout=5)
    assert (missing.status_code, "health" in missing.json()["error"]) == (404, True)
    assert requests.post(f"{base}/faults", data=b"[broken", timeout=5).status_code == 400
    assert requests.post(f"{base}/faults", data=b"\xff", timeout=5).status_code == 400
    assert requests.get(f"{base}/messages?limit=%ff", timeout=5).status_code == 400


def test_the_index_lists_every_page_with_its_values(caller: Any) -> None:
    index = caller.control("index")
    assert [(page["verb"], page["path"]) for page in index["pages"]] == [
        (route.verb, f"/_sandbox/{route.name}") for route in ROUTES
    ]
    assert all(page["what"] for page in index["pages"])
    for accepted, media_type in (("application/json", "application/json"), ("*/*", "text/html")):
        for path in ("", "/"):
            answer = requests.get(caller.sandbox.control_url + path, headers={"Accept": accepted}, timeout=5)
            assert answer.headers["Content-Type"].startswith(media_type)


def test_the_commands_help_names_every_page() -> None:
    words = CliRunner().invoke(command, ["--help"]).output.split()
    assert {route.name for route in ROUTES} <= {word.strip(",").rpartition("/")[2] for word in words}


@pytest.mark.parametrize(
    ("page", "verb", "values", "said"),
    [
        ("messages", "GET", {"recepter": "1"}, "no value is called recepter, did you mean receptor?"),
        ("messages", "GET", {"limit": "-1"}, "limit must be a whole number from 0, is -1"),
        ("messages", "GET", {"after": "1.5"}, "after must be a whole number"),
        ("messages", "GET", {"newest": "perhaps"}, "newest must be 1 or 0"),
        ("messages", "GET", {"messageid": "a"}, "messageid must be numbers"),
        ("requests", "GET", {"only": "bad"}, "only must be refused or noted"),
        ("counters", "GET", {"x": "1"}, "this page takes none"),
        ("reset", "POST", {"really": "1"}, "this page takes none"),
        ("clock", "POST", {"set": "1e13"}, "set must be a number"),
        ("credit", "POST", {"set": "all"}, "set must be a number, is all"),
        ("seed", "POST", {"seed": "0.5"}, "seed must be a whole number"),
        ("refuse", "POST", {"seconds": "-1"}, "seconds must be a number from 0 to 86400"),
        ("faults", "POST", {"ad": "1"}, "did you mean add?"),
    ],
)
def test_a_wrong_value_is_reported(caller: Any, page: str, verb: str, values: dict[str, str], said: str) -> None:
    answer = caller.session.request(verb, f"{caller.sandbox.control_url}/{page}", params=values, timeout=5)
    assert (answer.status_code, said in answer.json()["error"]) == (400, True), answer.text


@pytest.mark.parametrize(
    ("page", "body", "said"),
    [
        ("clock", {"set": True}, "set must be a number"),
        ("clock", {"set": [1]}, "set must be a number"),
        ("clock", b'{"set"', "the body is not JSON"),
        ("clock", b"[1]", "no value is called [1]"),
        ("clock", b"set=%ff", "not UTF-8"),
        ("faults", ["drop-after:seconds=1"], "takes no 'seconds'"),
        ("faults", ["hang-before:seconds=99999h"], "must be at most 24h"),
        ("seed", {"messages": "many"}, "messages: "),
        ("seed", {"messages": [{"receptor": "123", "text": "a"}]}, "messages[0].receptor: "),
    ],
)
def test_a_wrong_body_is_reported(caller: Any, page: str, body: Any, said: str) -> None:
    assert said in caller.control(page, "POST", body)["error"]


def test_a_history_can_be_put_there(still: Any) -> None:
    caller = still(credit=1000)
    long_ago = 1_700_000_000 - 20 * 3600
    told = [
        {"receptor": "9123456789", "message": "سلام", "localid": 7, "date": long_ago},
        {"receptor": "09120000001", "message": "later", "date": 1_700_003_600, "tag": "yalda", "sender": "30002626"},
        {"receptor": "09120000002", "message": "Hello", "status": 14, "localid": "order-7"},
    ]
    assert caller.control("seed", "POST", {"messages": told}) == {"status": "ok", "messages": 3}
    old, later, blocked = caller.sandbox.messages()
    assert (old.receptor, old.status, old.accepted_at, old.cost) == ("09123456789", 10, long_ago, 120)
    assert (later.status, later.sender, later.tag, blocked.status) == (2, "30002626", "yalda", 14)
    assert caller.sandbox.credit == 1000
    assert caller.entries("sms/statuslocalmessageid", localid=7)[0]["status"] == 100  # 12 hours are over
    assert caller.send(localid=7) == old.messageid
    found = caller.entries("sms/statusbyreceptor", receptor="09123456789", startdate=long_ago)
    assert [row["messageid"] for row in found] == [old.messageid]
    assert (
        "messages[0].message: " in caller.control("seed", "POST", {"messages": [{"receptor": "09120000001"}]})["error"]
    )
    assert len(caller.sandbox.messages()) == 3


def test_the_journal_names_parameters_no_document_has(caller: Any) -> None:
    caller.entries("sms/sendarray", **caller.array(["09123456789"], type="null"), localids="[1]")
    caller.entries("account/config", debug="enabled")
    notes = [[note.why for note in request.notes] for request in caller.sandbox.requests()]
    assert "the parameter localids is not documented, did you mean localmessageids?" in notes[0]
    assert notes[1] == ["the parameter debug is not documented, did you mean debugmode?"]


def test_the_credit_can_be_asked_set_and_topped_up(start: Any) -> None:
    caller = start(credit=100)
    assert caller.status("sms/send", receptor="09123456789", message="سلام") == 418
    assert caller.control("credit", "POST", add=100) == {"credit": 200}
    assert caller.status("sms/send", receptor="09123456789", message="سلام") == 200
    assert caller.control("credit") == {"credit": 80}
    assert caller.control("credit", "POST", {"set": 7})["credit"] == 7
    caller.sandbox.top_up(3)
    assert caller.sandbox.credit == 10
    assert "set=RIAL" in caller.control("credit", "POST")["error"]
    assert "negative" in caller.control("credit", "POST", add=-11)["error"]


def test_the_seed_can_be_set_while_it_runs(start: Any) -> None:
    caller = start("error:code=409,probability=0.5", seed=1)

    def outcomes() -> list[int]:
        return [caller.status("sms/send", receptor="09123456789", message="a") for _ in range(30)]

    first = outcomes()
    assert caller.control("seed", "POST", seed=2) == {"status": "ok"}
    assert outcomes() != first
    caller.sandbox.reseed(1)
    assert outcomes() == first
    assert "seed=NUMBER" in caller.control("seed", "POST")["error"]


def test_the_journal_says_why_a_request_was_refused(start: Any) -> None:
    caller = start("error:code=451,times=1", lines=("10004346",))
    for fields in ({}, {"sender": "30002626"}, {"sender": "9" * 5000}, {}):
        caller.response("sms/send", receptor="09123456789", message="a", **fields)
    whys = [request["why"] for request in caller.control("requests")["requests"]]
    assert whys[:2] == ["fault error:code=451,times=1", "sender=30002626"]
    assert whys[2] == "sender=" + "9" * 193
    assert whys[3] == ""


def test_the_journal_notes_what_the_real_service_may_refuse(start: Any) -> None:
    caller = start(lines=("10004346",))
    caller.entries("sms/send", receptor="09123456789", message="www.example.ir", tag="yalda", sender="10004346")
    caller.entries("sms/cancel", messageid=caller.send())
    caller.entries("verify/lookup", receptor="09123456789", template="order", token="1", token4="4", type="1")
    caller.response("sms/select", messageid="1")
    notes = [
        [(note["code"], note["why"]) for note in request["notes"]] for request in caller.control("requests")["requests"]
    ]
    assert notes == [
        [
            (607, "unless the panel has the tag yalda"),
            (420, "a link in row 1, if the account may not send links"),
        ],
        [],
        [(0, "the live service cancels scheduled messages only, 1 of these were queued")],
        [
            (0, "the live service does not know token4"),
            (400, "type is sms or call on the live service"),
            (424, "unless the panel has the template order"),
        ],
        [(407, "unless the client's IP address is on the account's whitelist")],
    ]
    assert caller.sandbox.counters()["requests"]["notes"] == {
        "0": 2,
        "400": 1,
        "407": 1,
        "420": 1,
        "424": 1,
        "607": 1,
    }


def test_a_refused_request_has_a_reason_and_no_notes(caller: Any) -> None:
    caller.response("sms/send", receptor="09123456789,1", message="www.example.ir", tag="yalda")
    (request,) = caller.sandbox.requests()
    assert (request.status, request.notes) == (411, ())
    assert "receptor=1" in request.why


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}],
)
@pytest.mark.parametrize(("verb", "page"), [("GET", "messages"), ("POST", "reset"), ("GET", "")])
def test_a_page_of_another_site_gets_and_changes_nothing(
    caller: Any, headers: dict[str, str], verb: str, page: str
) -> None:
    caller.send()
    address = f"{caller.sandbox.control_url}/{page}"
    response = caller.session.request(verb, address, headers=headers, timeout=5)
    assert response.status_code == 403
    assert list(response.json()) == ["error"]
    assert len(caller.sandbox.messages()) == 1


def test_the_page_itself_may_ask(caller: Any) -> None:
    headers = {"Origin": f"http://{caller.sandbox.host_and_port}", "Sec-Fetch-Site": "same-origin"}
    address = f"{caller.sandbox.control_url}/reset"
    assert caller.session.post(address, headers=headers, timeout=5).status_code == 200


def test_the_api_is_not_asked_by_a_foreign_name(caller: Any) -> None:
    address = caller.url("account/info")
    assert caller.session.get(address, headers={"Host": "evil.example"}, timeout=5).status_code == 403
    assert caller.session.get(address, headers={"Host": "api.kavenegar.com"}, timeout=5).status_code == 200
