"""The service without a network: faults in order, and what they do to a connection."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from kaverun.sandbox.answers import Reply
from kaverun.sandbox.call import Target
from kaverun.sandbox.faults.parser import parse_fault
from kaverun.sandbox.provider import Incoming, Provider
from kaverun.sandbox.settings import SandboxSettings


@dataclass
class FakeLine:
    """Records what the connection was asked to do."""

    running: bool = True
    done: list[tuple[str, float]] = field(default_factory=list)

    def wait(self, seconds: float) -> bool:
        self.done.append(("wait", seconds))
        return self.running

    def hang(self, seconds: float) -> None:
        self.done.append(("hang", seconds))

    def refuse(self, seconds: float) -> None:
        self.done.append(("refuse", seconds))


def provider(*specs: str, **settings: Any) -> Provider:
    return Provider(SandboxSettings(faults=tuple(parse_fault(spec) for spec in specs), **settings))


def post(target: Provider, method: str = "sms/send", line: FakeLine | None = None, **fields: str) -> Reply:
    body = urlencode({"receptor": "09123456789", "message": "سلام", **fields}).encode()
    return target.handle(Incoming("POST", Target(f"/v1/KEY/{method}.json", b""), body), line or FakeLine())


def entries(reply: Reply) -> Any:
    return json.loads(reply.body)["entries"]


@pytest.mark.parametrize(
    ("spec", "done"),
    [
        ("drop-before", []),
        ("hang-before", [("hang", 3600.0)]),
        ("hang-before:seconds=5", [("hang", 5.0)]),
        ("refuse:seconds=2", [("refuse", 2.0)]),
        ("refuse", [("refuse", 1.0)]),
    ],
)
def test_a_fault_before_drops_the_connection_and_processes_nothing(spec: str, done: list[tuple[str, float]]) -> None:
    service, line = provider(spec), FakeLine()
    assert post(service, line=line).drop
    assert (line.done, service.state.accepted) == (done, 0)


@pytest.mark.parametrize(("spec", "done"), [("drop-after", []), ("hang-after:seconds=3", [("hang", 3.0)])])
def test_a_fault_after_drops_the_connection_of_an_accepted_message(spec: str, done: list[tuple[str, float]]) -> None:
    service, line = provider(spec), FakeLine()
    assert post(service, line=line).drop
    assert (line.done, service.state.accepted) == (done, 1)


@pytest.mark.parametrize(("spec", "accepted"), [("http-before", 0), ("http-after", 1)])
def test_a_gateways_page_comes_before_or_after_processing(spec: str, accepted: int) -> None:
    service = provider(f"{spec}:status=503,retry-after=2")
    reply = post(service)
    assert (reply.http_status, reply.headers, reply.status) == (503, (("Retry-After", "2"),), 0)
    assert reply.body.startswith(b"<html>")
    assert service.state.accepted == accepted


@pytest.mark.parametrize(("spec", "accepted"), [("error:code=409", 0), ("error-after:code=402", 1)])
def test_an_error_code_comes_before_or_after_processing(spec: str, accepted: int) -> None:
    service = provider(spec)
    reply = post(service)
    assert (reply.status, entries(reply)) == (int(spec[-3:]), None)
    assert service.state.accepted == accepted


def test_a_slow_request_is_processed_after_the_wait() -> None:
    service, line = provider("slow-before:seconds=3", "slow-after:seconds=4"), FakeLine()
    assert post(service, line=line).status == 200
    assert line.done == [("wait", 3.0), ("wait", 4.0)]


def test_a_sandbox_that_stops_during_the_wait_processes_nothing() -> None:
    service = provider("slow-before")
    assert post(service, line=FakeLine(running=False)).drop
    assert service.state.accepted == 0


def test_a_body_is_cut_in_the_middle_or_at_a_given_byte() -> None:
    reply = post(provider("cut"))
    assert reply.cut == len(reply.body) // 2
    assert post(provider("cut:bytes=7", "chunked")).cut == 7


def test_an_answer_can_be_chunked() -> None:
    assert post(provider("chunked")).chunked


def test_a_dropped_connection_can_be_reset() -> None:
    assert post(provider("drop-after:reset=yes")).reset


def test_a_bad_row_is_status_6_without_a_messageid() -> None:
    service = provider("bad-row:receptor=7$")
    good, bad = entries(post(service, receptor="09123456780,09123456787"))
    assert "messageid" in good
    assert (bad["status"], "messageid" in bad, service.state.accepted) == (6, False, 1)


def test_a_code_by_pattern_names_the_whole_batch() -> None:
    service = provider("error:code=411,receptor=7$")
    assert post(service, receptor="09123456780,09123456787").status == 411
    assert post(service, receptor="09123456780").status == 200


def test_row_faults_act_on_an_answer_and_not_on_an_error() -> None:
    service = provider("reverse", "surplus-row")
    rows = entries(post(service, receptor="09120000001,09120000002"))
    assert [row["receptor"] for row in rows[:2]] == ["09120000002", "09120000001"]
    assert len(rows) == 3
    assert post(service, receptor="nonsense").status == 411


def test_localids_can_be_forgotten_for_sending_and_for_looking_up() -> None:
    service = provider("forget-localids:window=60")
    post(service, localid="7")
    service.clock.advance(61)
    assert entries(post(service, "sms/statuslocalmessageid", localid="7"))[0]["status"] == 100
    post(service, localid="7")
    assert service.state.accepted == 2


def test_localids_can_be_forgotten_for_sending_only() -> None:
    service = provider("forget-localids:for=sending,window=60")
    post(service, localid="7")
    service.clock.advance(61)
    assert entries(post(service, "sms/statuslocalmessageid", localid="7"))[0]["status"] != 100


def test_debugmode_as_a_fault_shows_in_the_configuration() -> None:
    service = provider("debugmode")
    body = Incoming("GET", Target("/v1/KEY/account/config.json", b""), b"")
    assert entries(service.handle(body, FakeLine()))["debugmode"] == "enabled"
    assert entries(post(service))[0]["status"] == 13


def test_the_journal_shows_what_became_of_a_request() -> None:
    service = provider("drop-after:at=1", "error:code=418,at=2", "cut:at=3")
    for _ in range(4):
        post(service)
    assert [(entry.outcome, entry.status, entry.faults) for entry in service.journal.requests()] == [
        ("dropped", 0, ("drop-after",)),
        ("answered", 418, ("error",)),
        ("cut", 200, ("cut",)),
        ("answered", 200, ()),
    ]


def test_a_request_that_hangs_is_in_the_journal_while_it_does() -> None:
    service = provider("hang-after")
    seen: list[str] = []

    class Watching(FakeLine):
        def hang(self, seconds: float) -> None:
            seen.extend(entry.outcome for entry in service.journal.requests())

    post(service, line=Watching())
    assert seen == [""]


def test_the_journal_masks_the_key() -> None:
    service = provider()
    post(service)
    assert service.journal.requests()[0].path == "/v1/***/sms/send.json"
    assert "KEY" not in repr(service.journal.requests()[0])


def test_reset_is_as_at_the_start() -> None:
    service = provider("error:code=409,times=1")
    assert [post(service).status for _ in range(2)] == [409, 200]
    service.clock.advance(5)
    service.reset()
    assert (service.state.accepted, service.journal.requests()) == (0, ())
    assert [post(service).status for _ in range(2)] == [409, 200]
