"""Faults as clients experience them."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import Any

import pytest
import requests
from urllib3.exceptions import NewConnectionError

MESSAGE = {"receptor": "09123456789", "message": "سلام"}


def caught(caller: Any, **options: Any) -> BaseException:
    with pytest.raises(requests.RequestException) as error:
        requests.post(caller.url("sms/send"), data=MESSAGE, timeout=options.pop("timeout", 5), **options)
    return error.value


def refused(error: BaseException) -> bool:
    return isinstance(getattr(error.args[0], "reason", None), NewConnectionError)


def test_a_closed_listener_refuses_connections_for_its_span(start: Any) -> None:
    caller = start("refuse:seconds=0.3,times=1")
    assert isinstance(caught(caller), requests.ConnectionError)  # the one that met the fault was dropped
    begun = time.monotonic()
    assert refused(caught(caller))
    while time.monotonic() - begun < 3:
        try:
            assert caller.status("sms/send", **MESSAGE) == 200
            break
        except requests.ConnectionError as error:
            assert refused(error)  # noqa: PT017
    assert 0.1 < time.monotonic() - begun < 2
    assert len(caller.sandbox.messages()) == 1


def test_a_closed_listener_closes_waiting_connections_too(caller: Any) -> None:
    host, _, port = caller.sandbox.host_and_port.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /v1/KEY/account/info.json HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        caller.sandbox.refuse(0.2)
        assert connection.recv(1) == b""
    assert refused(caught(caller))


def test_a_request_in_flight_outlives_a_closed_listener(start: Any) -> None:
    caller = start("slow-before:seconds=0.3")
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(caller.status("sms/send", **MESSAGE)))
    thread.start()
    while not caller.sandbox.requests():
        time.sleep(0.005)
    caller.sandbox.refuse(0.1)
    thread.join()
    assert answers == [200]


@pytest.mark.parametrize(
    ("spec", "accepted"),
    [("drop-before", 0), ("drop-after", 1), ("drop-before:reset=yes", 0), ("drop-after:reset=yes", 1)],
)
def test_a_dropped_connection_is_not_a_refused_one(start: Any, spec: str, accepted: int) -> None:
    caller = start(spec)
    error = caught(caller)
    assert isinstance(error, requests.ConnectionError)
    assert not refused(error)
    assert len(caller.sandbox.messages()) == accepted


@pytest.mark.parametrize("specs", [("cut",), ("cut:bytes=0",), ("cut", "chunked")])
def test_a_cut_body_is_noticed_and_the_message_was_accepted(start: Any, specs: tuple[str, ...]) -> None:
    caller = start(*specs)
    assert isinstance(caught(caller), requests.exceptions.ChunkedEncodingError)
    assert len(caller.sandbox.messages()) == 1


def test_a_chunked_answer_is_whole(start: Any) -> None:
    caller = start("chunked")
    response = caller.response("sms/send", receptor=",".join(["09123456789"] * 100), message="س" * 300)
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert len(response.json()["entries"]) == 100


@pytest.mark.parametrize(("spec", "accepted"), [("hang-before", 0), ("hang-after", 1)])
def test_a_hanging_request_times_out(start: Any, spec: str, accepted: int) -> None:
    caller = start(spec)
    assert isinstance(caught(caller, timeout=0.2), requests.ReadTimeout)
    assert len(caller.sandbox.messages()) == accepted


def test_a_hang_ends_when_the_client_leaves(start: Any) -> None:
    caller = start("hang-after")
    caught(caller, timeout=0.1)
    deadline = time.monotonic() + 2
    while caller.sandbox.requests()[0].outcome != "dropped":
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_stopping_the_sandbox_ends_hangs_and_waits(start: Any) -> None:
    caller = start("hang-before:at=1", "slow-before:at=2,seconds=60")
    threads = [threading.Thread(target=caught, args=(caller,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    while len(caller.sandbox.requests()) < 2:
        time.sleep(0.005)
    begun = time.monotonic()
    caller.sandbox.stop()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun < 1
    assert caller.sandbox.messages() == ()


def test_a_slow_request_is_processed_though_the_client_left(start: Any) -> None:
    caller = start("slow-before:seconds=0.3")
    assert isinstance(caught(caller, timeout=0.1), requests.ReadTimeout)
    assert caller.sandbox.messages() == ()
    deadline = time.monotonic() + 3
    while not caller.sandbox.messages():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_slow_answer_was_processed_at_once(start: Any) -> None:
    caller = start("slow-after:seconds=0.3")
    assert isinstance(caught(caller, timeout=0.1), requests.ReadTimeout)
    assert len(caller.sandbox.messages()) == 1


@pytest.mark.parametrize(("spec", "accepted"), [("http-before", 0), ("http-after", 1)])
def test_a_gateways_html_page(start: Any, spec: str, accepted: int) -> None:
    caller = start(spec)
    response = caller.response("sms/send", **MESSAGE)
    assert (response.status_code, response.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert len(caller.sandbox.messages()) == accepted


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_asks_for_patience(start: Any, status: int) -> None:
    response = start(f"http-before:status={status},retry-after=7").response("sms/send", **MESSAGE)
    assert (response.status_code, response.headers["Retry-After"]) == (status, "7")


@pytest.mark.parametrize("code", [402, 407, 409, 411, 413, 418, 420, 422, 451])
def test_any_code_can_be_asked_for(start: Any, code: int) -> None:
    caller = start(f"error:code={code}")
    assert caller.status("sms/send", **MESSAGE) == code
    assert caller.sandbox.messages() == ()


def test_credit_that_ends_after_so_many_messages(start: Any) -> None:
    caller = start("error:code=418,messages=3")
    assert [caller.status("sms/send", **MESSAGE) for _ in range(5)] == [200, 200, 200, 418, 418]


def test_only_the_named_methods_are_met(start: Any) -> None:
    caller = start("error:code=409,method=sms/status", "drop-before:method=sms/sendarray")
    assert caller.status("sms/send", **MESSAGE) == 200
    assert caller.status("sms/status", messageid="1") == 409


def test_other_methods_are_let_through_by_default(start: Any) -> None:
    caller = start("drop-before")
    assert caller.status("account/info") == 200
    assert caller.status("sms/status", messageid="1") == 200


def test_no_de_duplication_at_all(start: Any) -> None:
    caller = start("no-dedupe")
    for _ in range(2):
        caller.entries("sms/send", **MESSAGE, localid="7")
    assert len(caller.sandbox.messages()) == 2


def test_faults_are_repeatable(start: Any) -> None:
    def outcomes(seed: int) -> list[int]:
        caller = start("error:code=409,probability=0.3", "error:code=451,probability=0.3", seed=seed)
        return [caller.status("sms/send", **MESSAGE) for _ in range(40)]

    first = outcomes(7)
    assert first == outcomes(7)
    assert {200, 409, 451} == set(first)


def test_counters_show_how_often_each_fault_acted(start: Any) -> None:
    caller = start("error:code=409,every=2,times=1", "reverse")
    for _ in range(4):
        caller.status("sms/send", **MESSAGE)
    assert caller.sandbox.counters()["faults"] == [
        {"spec": "error:code=409,every=2,times=1", "fitted": 4, "acted": 1},
        {"spec": "reverse", "fitted": 4, "acted": 3},
    ]


def test_faults_over_many_connections_at_once(start: Any) -> None:
    caller = start("drop-after:every=3")
    dropped: list[str] = []

    def send(number: int) -> None:
        try:
            requests.post(caller.url("sms/send"), data={**MESSAGE, "localid": str(number)}, timeout=5)
        except requests.ConnectionError:
            dropped.append(str(number))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(1, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(dropped) == 10
    assert sorted(int(message.localid) for message in caller.sandbox.messages()) == list(range(1, 31))
    assert json.dumps(caller.sandbox.counters())
