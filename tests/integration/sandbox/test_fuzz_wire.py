"""Bytes that are hardly HTTP: a connection soon ends, with proper answers or none, and the next one is served."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaverun.sandbox import Sandbox, SandboxSettings

MORE = int(os.environ.get("KAVERUN_FUZZ", "1"))
FORM = "receptor=09123456789&message=سلام".encode()

#: lines and bodies that requests are composed of, right and wrong ones
starts = st.sampled_from(
    [
        b"POST /v1/KEY/sms/send.json HTTP/1.1",
        b"POST /v1/KEY/sms/send.xml HTTP/1.0",
        b"GET /v1/KEY/sms/send.json?" + FORM + b" HTTP/1.1",
        b"GET http://api.kavenegar.com/v1/KEY/account/info.json HTTP/1.1",
        b"HEAD /v1/KEY/account/info.json HTTP/1.1",
        b"GET /_sandbox/messages HTTP/1.1",
        b"GET / HTTP/1.1",
        b"CONNECT host:443 HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"POST /v1/KEY/sms/send.json",
        b"POST /v1/KEY/sms/send.json HTTP/2.0",
        b"PRI * HTTP/2.0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"",
    ]
)
headers = st.sampled_from(
    [
        b"Host: localhost",
        b"Content-Length: %d" % len(FORM),
        b"Content-Length: 0",
        b"Content-Length: 7",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: -1",
        b"Content-Length: 1, 2",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Expect: 100-continue",
        b"Connection: close",
        b"Connection: keep-alive, Upgrade",
        b"Accept: text/html",
        b"Content-Type: multipart/form-data; boundary=x",
        b"A: <LONG>",
        b"\xff\xfe: \x00",
        b" folded",
        b"no colon",
        b": no name",
    ]
)
bodies = st.sampled_from([b"", FORM, FORM * 2, b"%x\r\n%b\r\n0\r\n\r\n" % (len(FORM), FORM), b"zz\r\n", b"\r\n\r\n"])
ends = st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\x00"])


@st.composite
def nearly_http(draw: st.DrawFn) -> bytes:
    end = draw(ends)
    lines = [draw(starts), *draw(st.lists(headers, max_size=4)), b"", draw(bodies)]
    return end.join(lines)


def fuzzed(examples: int) -> settings:
    return settings(max_examples=examples * MORE, deadline=None, derandomize=MORE == 1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxSettings()) as running:
        yield running
        assert running.crashes == 0


def talk(sandbox: Sandbox, sent: bytes) -> bytes:
    """What is received until the other side closes; a connection that is not closed in time fails the test."""
    host, _, port = sandbox.host_and_port.rpartition(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        try:
            connection.sendall(sent.replace(b"<LONG>", b"b" * 70_000))
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                received += piece
        except (BrokenPipeError, ConnectionResetError):
            pass
    return received


def check(received: bytes) -> None:
    statuses = [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]
    assert not received or received.startswith(b"HTTP/1.1 ")
    assert all(100 <= status < 500 or status == 505 for status in statuses), received[:300]


@fuzzed(100)
@given(sent=st.binary(max_size=300))
def test_any_bytes_at_all(sandbox: Sandbox, sent: bytes) -> None:
    check(talk(sandbox, sent))


@fuzzed(200)
@given(sent=st.lists(nearly_http(), min_size=1, max_size=3).map(b"".join))
def test_requests_put_together_from_right_and_wrong_pieces(sandbox: Sandbox, sent: bytes) -> None:
    check(talk(sandbox, sent))


@fuzzed(100)
@given(data=st.data())
def test_requests_that_are_cut_off_or_altered(sandbox: Sandbox, data: st.DataObject) -> None:
    whole = b"POST /v1/KEY/sms/send.json HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(FORM), FORM)
    place = data.draw(st.integers(0, len(whole)))
    altered = data.draw(st.sampled_from([b"", data.draw(st.binary(max_size=4)) + whole[place + 1 :]]))
    check(talk(sandbox, whole[:place] + altered))


@fuzzed(30)
@given(sent=nearly_http())
def test_a_client_that_writes_and_leaves_at_once_harms_nobody(sandbox: Sandbox, sent: bytes) -> None:
    host, _, port = sandbox.host_and_port.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
    check(talk(sandbox, b"GET /v1/KEY/account/info.json HTTP/1.1\r\nConnection: close\r\n\r\n"))
