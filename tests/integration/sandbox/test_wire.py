"""Everything under *Wire* in the facts page, byte by byte."""

from __future__ import annotations

import json
import socket
import time
from statistics import median
from typing import Any

import pytest
import requests

FORM = b"receptor=09123456789&message=Hello"


def request(
    target: bytes = b"/v1/KEY/sms/send.json", body: bytes = FORM, verb: bytes = b"POST", *headers: bytes
) -> bytes:
    lines = [verb + b" " + target + b" HTTP/1.1", b"Host: localhost", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])


def answers(received: bytes) -> list[dict[str, Any]]:
    """The envelopes of the answers in the received bytes."""
    return [json.loads(line) for line in received.replace(b"HTTP/1.1", b"\nHTTP/1.1").splitlines() if line[:1] == b"{"]


def status(received: bytes) -> int:
    return int(answers(received)[-1]["return"]["status"])


def test_an_absolute_form_request_line(caller: Any) -> None:
    assert status(caller.raw(request(b"http://127.0.0.1:1/v1/KEY/sms/send.json"))) == 200


def test_a_trailing_slash_after_the_format(caller: Any) -> None:
    assert status(caller.raw(request(b"/v1/KEY/sms/send.json/"))) == 200


def test_a_method_in_any_case(caller: Any) -> None:
    assert status(caller.raw(request(b"/v1/KEY/SMS/Send.json"))) == 200


def test_capitalised_field_names(caller: Any) -> None:
    assert status(caller.raw(request(body=b"Receptor=09123456789&Message=Hello"))) == 200


def test_a_repeated_messageid_is_joined(caller: Any) -> None:
    received = caller.raw(request(b"/v1/KEY/sms/status.json?messageid=1&messageid=2", b"", b"GET"))
    assert [row["messageid"] for row in answers(received)[0]["entries"]] == [1, 2]


@pytest.mark.parametrize(
    "message",
    [
        "سلام دنیا".encode(),
        b"%D8%B3%D9%84%D8%A7%D9%85%20%D8%AF%D9%86%DB%8C%D8%A7",
        b"%D8%B3%D9%84%D8%A7%D9%85+%D8%AF%D9%86%DB%8C%D8%A7",
    ],
)
def test_raw_and_escaped_utf8_in_a_body(caller: Any, message: bytes) -> None:
    caller.raw(request(body=b"receptor=09123456789&message=" + message))
    assert caller.sandbox.messages()[0].text == "سلام دنیا"


def test_raw_utf8_in_a_request_line(caller: Any) -> None:
    # م is D9 85, and 85 is a line separator when the line is read as Latin-1.
    caller.raw(request("/v1/KEY/sms/send.json?receptor=09123456789&message=سلام".encode(), b"", b"GET"))
    assert caller.sandbox.messages()[0].text == "سلام"


def test_json_escapes_and_raw_utf8_in_an_array(caller: Any) -> None:
    body = b'receptor=["09123456789","09123456780"]&sender=["10004346","10004346"]'
    body += b'&message=["\\u0633\\u0644\\u0627\\u0645","'
    caller.raw(request(b"/v1/KEY/sms/sendarray.json", body + 'سلام"]'.encode()))
    assert [message.text for message in caller.sandbox.messages()] == ["سلام", "سلام"]


def test_lone_surrogates_and_broken_utf8_are_refused(start: Any) -> None:
    caller = start(dialect="live")
    array = b'receptor=["09123456789"]&sender=["10004346"]&message=["\\ud83d"]'
    assert status(caller.raw(request(b"/v1/KEY/sms/sendarray.json", array))) == 400
    assert status(caller.raw(request(body=b"receptor=09123456789&message=%ff"))) == 422


def test_a_body_of_2_megabytes(caller: Any) -> None:
    fields = caller.array([f"0912000{number:04d}" for number in range(200)], ["س" * 900] * 200)
    response = caller.session.post(caller.url("sms/sendarray"), data={**fields, "padding": "x" * 1_000_000}, timeout=5)
    assert caller.sandbox.requests()[0].size > 2_000_000
    assert response.json()["return"]["status"] == 200


def test_a_huge_body_is_refused(caller: Any) -> None:
    received = caller.raw(b"POST /v1/KEY/sms/send.json HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 413 ")
    assert status(received) == 414


def test_a_client_that_writes_on_still_sees_why_its_body_was_refused(caller: Any) -> None:
    assert status(caller.raw(request(body=b"x" * 17_000_000))) == 414


def test_line_breaks_before_a_request_are_ignored(caller: Any) -> None:
    received = caller.raw(b"\r\n\r\n" + request() + b"\r\n" + request())
    assert [answer["return"]["status"] for answer in answers(received)] == [200, 200]


def test_percent_u_escapes_of_the_dotnet_client_are_read(caller: Any) -> None:
    caller.raw(request(body=b"receptor=09123456789&message=%u0633%u0644%u0627%u0645+100%25+%ud83d%ude00&"))
    assert caller.sandbox.messages()[0].text == "سلام 100% 😀"
    assert status(caller.raw(request(body=b"receptor=09123456789&message=%ud83d"))) == 400


def test_keep_alive_with_empty_post_bodies(caller: Any) -> None:
    empty = b"POST /v1/KEY/account/info.json HTTP/1.1\r\nHost: x\r\n\r\n"
    counted = b"POST /v1/KEY/account/info.json HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    assert [answer["return"]["status"] for answer in answers(caller.raw(empty + counted + empty))] == [200] * 3


def test_a_get_with_a_body_keeps_the_connection_in_step(caller: Any) -> None:
    twice = request(b"/v1/KEY/sms/send.json", FORM, b"GET") * 2
    assert [answer["return"]["status"] for answer in answers(caller.raw(twice))] == [200, 200]


def test_expect_100_continue_is_answered_at_once(caller: Any) -> None:
    head, _, body = request(b"/v1/KEY/sms/send.json", FORM, b"POST", b"Expect: 100-continue").partition(b"\r\n\r\n")
    host, _, port = caller.sandbox.host_and_port.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert status(connection.recv(65536)) == 200


def test_a_chunked_request_body(caller: Any) -> None:
    def pieces() -> Any:
        yield FORM[:10]
        yield FORM[10:]

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = caller.session.post(caller.url("sms/send"), data=pieces(), headers=headers, timeout=5)
    assert response.json()["return"]["status"] == 200


def test_an_answer_comes_without_waiting_for_an_acknowledgement(caller: Any) -> None:
    spans = []
    for _ in range(31):
        begun = time.perf_counter()
        caller.entries("account/info")
        spans.append(time.perf_counter() - begun)
    assert median(spans) < 0.03  # a delayed acknowledgement takes 0.04 s


def test_http_1_0_gets_its_answer_and_the_end(caller: Any) -> None:
    received = caller.raw(b"GET /v1/KEY/account/info.json HTTP/1.0\r\n\r\n", until_closed=True)
    assert status(received) == 200


def test_http_1_0_keeps_its_connection_where_it_asks_for_that(caller: Any) -> None:
    asked = b"GET /v1/KEY/account/info.json HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    received = caller.raw(asked + asked.replace(b"keep-alive", b"close"))
    assert [answer["return"]["status"] for answer in answers(received)] == [200, 200]
    assert received.count(b"Connection: keep-alive\r\n") == received.count(b"Connection: close\r\n") == 1


def test_head_has_no_body(caller: Any) -> None:
    received = caller.raw(request(b"/v1/KEY/account/info.json", b"", b"HEAD"))
    assert received.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"POST /v1/KEY/sms/send.json HTTP/9.9\r\n\r\n",
        b"POST /v1/KEY/sms/send.json HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /v1/KEY/sms/send.json HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/KEY/sms/send.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        b"POST /v1/KEY/sms/send.json HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /v1/KEY/sms/send.json HTTP/1.1\r\nno colon\r\nContent-Length: 34\r\n\r\n" + FORM,
        b"POST /v1/KEY/sms/send.json HTTP/1.1\r\n folded\r\nContent-Length: 34\r\n\r\n" + FORM,
        b"GET /v1/KEY/account/info.json\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"GET /v1/KEY/account/info.json http/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    ],
)
def test_anything_but_http_is_refused_and_the_connection_closed(caller: Any, sent: bytes) -> None:
    received = caller.raw(sent, until_closed=True)
    assert received.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505 "))
    assert [answer["return"]["status"] for answer in answers(received)] == [400]


def test_a_huge_request_line_is_refused(caller: Any) -> None:
    assert status(caller.raw(b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", until_closed=True)) == 414


GET = b"GET /v1/KEY/sms/send.json?receptor=09123456789&message=Hello HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("sent", [request(), GET])
def test_a_client_that_leaves_within_its_request_sends_nothing(caller: Any, sent: bytes) -> None:
    for length in (0, 4, 60, len(GET) - 13, len(GET) - 11, len(GET) - 2, len(sent) - 1):
        assert caller.raw(sent[: min(length, len(sent) - 1)]) == b""
    assert caller.sandbox.messages() == ()
    assert status(caller.raw(sent)) == 200


def test_pipelined_requests_are_answered_in_their_order(caller: Any) -> None:
    bodies = [b"receptor=09123456789&message=%d" % number for number in range(30)]
    received = caller.raw(b"".join(request(body=body) for body in bodies))
    assert [answer["entries"][0]["message"] for answer in answers(received)] == [str(number) for number in range(30)]


def test_no_request_line_is_printed(caller: Any, capfd: pytest.CaptureFixture[str]) -> None:
    caller.response("sms/send", key="SECRET", receptor="09123456789", message="a")
    caller.raw(b"GET /v1/SECRET/x HTTP/9.9\r\n\r\n", until_closed=True)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_other_paths_are_404(caller: Any) -> None:
    for path in ("/", "/favicon.ico", "/v1/KEY/sms/send.php"):
        answer = requests.get(caller.sandbox.url.removesuffix("/v1") + path, timeout=5).json()
        assert answer["return"]["status"] == 404
