"""Clients and its own page may call the sandbox, pages of other sites may not."""

from __future__ import annotations

from email.message import Message

import pytest

from kaverun.sandbox.visitors import refused

OWN = "127.0.0.1:8870"


def asked(
    control: bool = True, listening: str = "127.0.0.1", target: str = "/_sandbox/messages", **headers: str
) -> str:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return refused(message, target, listening, control=control)


@pytest.mark.parametrize(
    "host",
    [OWN, "127.0.0.1", "127.1.2.3:1", "localhost:8870", "LOCALHOST", "[::1]:8870", "kaverun.localhost", "localhost."],
)
def test_loopback_may_ask_by_any_of_its_names(host: str) -> None:
    assert asked(Host=host) == ""
    assert asked(Host=host, control=False) == ""


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8870", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.7",
     "evil@x.example", "127.0.0.1@evil.example", "1.2.3.4:80"],
)  # fmt: skip
def test_a_name_that_was_made_to_point_here_is_refused(host: str) -> None:
    assert "is not this sandbox's own" in asked(Host=host)
    assert "is not this sandbox's own" in asked(Host=host, control=False)


@pytest.mark.parametrize("host", ["api.kavenegar.com", "sandbox:8870", "x", "host.docker.internal:8870"])
def test_clients_of_the_api_may_know_the_sandbox_by_another_name(host: str) -> None:
    assert asked(Host=host, control=False) == ""


@pytest.mark.parametrize("host", ["api.kavenegar.com", "sandbox:8870"])
def test_the_sandbox_itself_is_not_asked_by_such_a_name(host: str) -> None:
    assert "is not this sandbox's own" in asked(Host=host)


@pytest.mark.parametrize("host", ["10.0.0.7:8870", "sandbox", "[fe80::1%eth0]:8870"])
def test_a_sandbox_that_listens_beyond_loopback_is_asked_by_addresses_and_plain_names(host: str) -> None:
    assert asked(Host=host, listening="0.0.0.0") == ""
    assert "is not this" in asked(Host="evil.example", listening="0.0.0.0")


def test_the_address_it_listens_on_is_its_own() -> None:
    assert asked(Host="sms.test.example:8870", listening="sms.test.example") == ""


def test_a_client_without_a_host_may_ask() -> None:
    assert asked() == ""
    assert asked(control=False) == ""


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:8870", "file://"]
)
def test_a_page_of_another_site_is_refused(origin: str) -> None:
    assert "a page of another site" in asked(Host=OWN, Origin=origin)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_the_browser_says_comes_from_another_site_is_refused(site: str) -> None:
    assert "a page of another site" in asked(Host=OWN, Sec_Fetch_Site=site)


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_its_own_page_may_ask(site: str) -> None:
    assert asked(Host=OWN, Origin=f"http://{OWN}", Sec_Fetch_Site=site) == ""


def test_an_absolute_target_of_another_host_is_refused_for_the_sandbox_itself() -> None:
    assert asked(Host=OWN, target=f"http://{OWN}/_sandbox/messages") == ""
    assert "is not this" in asked(Host=OWN, target="http://evil.example/_sandbox/messages")
    assert asked(Host=OWN, target="http://api.kavenegar.com/v1/K/account/info.json", control=False) == ""


def test_a_client_of_the_api_may_have_an_origin_as_apps_do() -> None:
    assert asked(Host=OWN, Origin="capacitor://localhost", control=False) == ""
