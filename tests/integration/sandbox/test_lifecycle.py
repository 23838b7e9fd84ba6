from __future__ import annotations

import socket
import threading

import pytest
import requests

from kaverun.errors import Refused
from kaverun.sandbox import Sandbox, SandboxSettings


def test_it_listens_from_entering_to_leaving() -> None:
    with Sandbox() as sandbox:
        assert requests.get(f"{sandbox.url}/KEY/account/info.json", timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{sandbox.url}/KEY/account/info.json", timeout=5)


def test_what_was_accepted_can_be_asked_for_after_it_stopped() -> None:
    with Sandbox(SandboxSettings()) as sandbox:
        requests.get(f"{sandbox.url}/KEY/sms/send.json?receptor=09123456789&message=a", timeout=5)
    assert [message.text for message in sandbox.messages()] == ["a"]


def test_no_thread_is_left_behind_although_a_client_keeps_its_connection() -> None:
    before = threading.active_count()
    with requests.Session() as session:
        with Sandbox() as sandbox:
            session.get(f"{sandbox.url}/KEY/account/info.json", timeout=5)
        assert threading.active_count() == before


def test_two_sandboxes_know_nothing_of_each_other() -> None:
    with Sandbox() as one, Sandbox() as other:
        requests.get(f"{one.url}/KEY/sms/send.json?receptor=09123456789&message=a", timeout=5)
        assert (len(one.messages()), len(other.messages())) == (1, 0)


def test_a_port_in_use_is_reported_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"cannot listen on 127.0.0.1 port {port}: Address already in use"):
            Sandbox(port=port).start()


def test_only_the_loopback_interface_by_default() -> None:
    with pytest.raises(Refused, match="not the loopback interface"):
        Sandbox(host="0.0.0.0")
    assert Sandbox(host="0.0.0.0", allow_remote=True)


def test_localhost_is_loopback() -> None:
    with Sandbox(host="localhost") as sandbox:
        assert requests.get(f"{sandbox.control_url}/health", timeout=5).json()["status"] == "ok"


def test_ipv6_loopback() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with Sandbox(host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert requests.get(f"{sandbox.control_url}/health", timeout=5).json()["status"] == "ok"


def test_faults_can_be_set_from_python() -> None:
    with Sandbox() as sandbox:
        sandbox.set_faults("error:code=409,times=1")
        sandbox.add_faults("error:code=451,times=1")
        address = f"{sandbox.url}/KEY/sms/send.json?receptor=09123456789&message=a"
        statuses = [requests.get(address, timeout=5).json()["return"]["status"] for _ in range(3)]
        sandbox.reset()
    assert statuses == [409, 451, 200]
    assert sandbox.messages() == ()
