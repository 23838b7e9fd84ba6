"""Whatever goes wrong on the way, the key of the URL is in nothing that people or logs may see."""

from __future__ import annotations

import logging
import socket
import socketserver
import threading
import traceback
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaverun.errors import KaverunError
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.redaction import Secret, redact_log_records
from kaverun.kavenegar.transport import Timeouts

ANSWERS = {
    "closed": b"",
    "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    "html": b"HTTP/1.1 502 Bad\r\nContent-Length: 4\r\n\r\n<h1>",
    "garbage": b"\x00\x01\x02\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: /v1/%s/elsewhere\r\nContent-Length: 0\r\n\r\n",
    "refusal that repeats the address": (
        b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"return":{"status":401,"message":"key %s"},"entries":null}'
    ),
    "an unknown code": b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"return":{"status":799,"message":"%s"}}',
}
KEYS = st.text("ABCDEFabcdef0123456789+=-_.~", min_size=12, max_size=60)


@pytest.fixture(scope="module")
def server():
    """Answers each request as the last part of its method's name says, with the key of its own path in the answer."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            path = self.rfile.readline().split()[1]
            while self.rfile.readline().strip():
                pass
            answer = self.server.answer
            self.wfile.write(answer.replace(b"%s", path.split(b"/")[2]))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        answer = b""

    with Server(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def log():
    """Everything any library logs at any level, as a debugging user would see it."""
    lines = []

    class Collecting(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    before, level = logging.getLogRecordFactory(), logging.root.level
    redact_log_records()
    handler = Collecting()
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    yield lines
    logging.root.removeHandler(handler)
    logging.root.setLevel(level)
    logging.setLogRecordFactory(before)


def seen_of(call):
    """All that a failed call shows: its words, its representation, its traceback with whatever led to it."""
    with pytest.raises(KaverunError) as caught:
        call()
    error = caught.value
    assert error.__context__ is None
    return "\n".join([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)])


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(key=KEYS)
def test_no_failure_shows_the_key(server, log, answer, key):
    server.answer = ANSWERS[answer]
    client = Client.connect(f"http://127.0.0.1:{server.server_address[1]}/v1", Secret(key), Timeouts(1, 1))
    seen = seen_of(client.account_info) + "\n".join(log)
    log.clear()
    assert key not in seen
    assert quote(key, safe="") not in seen


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(key=KEYS)
def test_no_unreachable_host_shows_the_key(log, key):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    for address in (f"http://127.0.0.1:{port}/v1", "https://no-such-host.invalid/v1"):
        client = Client.connect(address, Secret(key), Timeouts(1, 1))
        assert key not in seen_of(client.account_info) + "\n".join(log)
