"""Every way a request can end, over real sockets: what surely never left, and what may have arrived."""

import gzip
import socket
import socketserver
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager

import orjson
import pytest

from kaverun.kavenegar.errors import ApiError, NotReached, Unanswered
from kaverun.kavenegar.outcome import Outcome
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.transport import HttpTransport, Timeouts

KEY = "6B65792D746F2D686964652D3132333435"


@contextmanager
def serving(behaviour):
    """A server on loopback that reads a whole request and then lets `behaviour(socket)` answer it."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.server.requests.append(read_request(self.request))
            behaviour(self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        requests: list = []  # noqa: RUF012  one list a server: the class is made anew

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1", server.requests
        finally:
            server.shutdown()
            thread.join()


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head.decode()


def answering(status, body, headers="", length=None):
    size = len(body.encode()) if length is None else length
    return lambda connection: connection.sendall(
        f"HTTP/1.1 {status} X\r\nContent-Length: {size}\r\n{headers}Connection: close\r\n\r\n{body}".encode()
    )


def answering_bytes(body, header):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{header}\r\nConnection: close\r\n\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


OK = '{"return":{"status":200,"message":"تایید شد"},"entries":[{"messageid":1}]}'


def call(url, fields=None, timeouts=Timeouts(1, 0.4)):  # noqa: B008  a frozen tuple
    return HttpTransport(url, Secret(KEY), timeouts).call("sms/sendarray", fields)


def failure_of(behaviour, fields=None):
    with serving(behaviour) as (url, _), pytest.raises((ApiError, NotReached, Unanswered)) as caught:
        call(url, fields or {"a": "b"})
    assert KEY not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def test_an_answer_of_200_gives_its_entries_and_the_key_is_in_the_path():
    with serving(answering(200, OK)) as (url, requests):
        assert call(url, {"message": "سلام"}) == [{"messageid": 1}]
    assert requests[0].startswith(f"POST /v1/{KEY}/sms/sendarray.json ")
    assert "authorization" not in requests[0].lower()


def test_no_fields_mean_a_bare_get():
    with serving(answering(200, OK)) as (url, requests):
        call(url)
    assert requests[0].startswith("GET ")


def test_entries_may_be_an_object_or_null():
    with serving(answering(200, OK.replace('[{"messageid":1}]', '{"remaincredit":5}'))) as (url, _):
        assert call(url) == [{"remaincredit": 5}]
    with serving(answering(200, OK.replace('[{"messageid":1}]', "null"))) as (url, _):
        assert call(url) == []


def test_a_refused_connection_surely_never_left():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(NotReached, match="refused"):
        call(f"http://127.0.0.1:{port}/v1", {"a": "b"})


def test_a_host_name_that_does_not_exist_surely_never_left():
    with pytest.raises(NotReached, match="could not be resolved"):
        call("https://no-such-host.invalid/v1", {"a": "b"})


def test_https_to_a_plain_server_is_no_answer():
    with serving(answering(200, OK)) as (url, _), pytest.raises((NotReached, Unanswered)):
        call(url.replace("http:", "https:"), {"a": "b"})


def test_a_connection_closed_after_the_request_may_have_arrived():
    error = failure_of(lambda connection: connection.close())
    assert isinstance(error, Unanswered)
    assert error.outcome is Outcome.UNKNOWN


def test_silence_after_the_request_may_have_arrived():
    released = threading.Event()
    error = failure_of(lambda connection: released.wait(1))
    assert isinstance(error, Unanswered)
    assert "in time" in str(error)


def test_an_answer_that_drips_byte_by_byte_ends_at_the_read_timeout():
    stop = threading.Event()

    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while not stop.wait(0.05):
                connection.sendall(b" ")
        except OSError:
            return

    error = failure_of(drip)
    stop.set()
    assert "in time" in str(error)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: of this\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"H"),
    ],
    ids=["headers without end", "100 Continue without end", "a status line without end"],
)
def test_the_read_timeout_holds_for_everything_before_the_body(first, again):
    stop = threading.Event()

    def trickle(connection):
        connection.sendall(first)
        try:
            while not stop.wait(0.03):
                connection.sendall(again)
        except OSError:
            return

    began = time.monotonic()
    error = failure_of(trickle)
    took = time.monotonic() - began
    stop.set()
    assert "in time" in str(error)
    assert took < 2, "the timeout is 0.4 s"


def test_an_answer_in_gzip_is_read():
    body = gzip.compress(OK.encode())
    with serving(answering_bytes(body, "Content-Encoding: gzip")) as (url, _):
        assert call(url) == [{"messageid": 1}]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(bytes(2**26))),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(2**26)))),
        ("deflate", zlib.compress(OK.encode())),
        ("br", b"anything"),
        ("gzip", b"no gzip at all"),
    ],
    ids=["a bomb", "a bomb in a bomb", "what nobody asked for", "what nobody knows", "damaged"],
)
def test_a_compressed_answer_cannot_fill_the_memory_and_may_have_been_carried_out(encoding, body):
    tracemalloc.start()
    try:
        error = failure_of(answering_bytes(body, f"Content-Encoding: {encoding}"))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(error, Unanswered)
    assert "cannot be read" in str(error)
    assert most < 2**26


def test_the_key_is_taken_out_of_whatever_the_provider_repeats():
    entries = f'[{{"messageid":1,"statustext":"sent with {KEY}","{KEY}":5}}]'
    with serving(answering(200, OK.replace('[{"messageid":1}]', entries))) as (url, _):
        (entry,) = call(url)
    assert KEY not in repr(entry)
    assert entry["statustext"] == "sent with [api key]"


@pytest.mark.parametrize("cut", [10, 60])
def test_a_cut_body_may_have_arrived(cut):
    assert isinstance(failure_of(answering(200, OK[:cut], length=200)), Unanswered)


def test_a_cut_chunked_body_may_have_arrived():
    def chunked(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + OK.encode()[:10])

    assert isinstance(failure_of(chunked), Unanswered)


@pytest.mark.parametrize("body", ["<html>502 Bad Gateway</html>", "", "[]", "null", '{"return":null}', "{}"])
def test_a_foreign_body_may_have_arrived(body):
    error = failure_of(answering(502, body))
    assert isinstance(error, Unanswered)
    assert error.outcome is Outcome.UNKNOWN


def test_a_throttle_without_an_envelope_is_later_with_its_wish():
    error = failure_of(answering(429, "slow down", "Retry-After: 7\r\n"))
    assert (error.outcome, error.retry_after) == (Outcome.LATER, 7.0)


def test_a_retry_after_in_the_past_is_no_wait():
    error = failure_of(answering(503, "", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n"))
    assert (error.outcome, error.retry_after) == (Outcome.LATER, 0.0)


@pytest.mark.parametrize(
    "wish",
    [
        "9" * 400,
        "-5",
        "soon",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 -0000",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Fri, 31 Dec 9999 23:59:59 +9999999999",
    ],
)
def test_a_retry_after_beyond_all_dates_is_none_or_a_wait_that_clocks_can_hold(wish):
    error = failure_of(answering(429, "", f"Retry-After: {wish}\r\n"))
    assert error.outcome is Outcome.LATER
    assert error.retry_after is None or 0 <= error.retry_after <= 366 * 86400


@pytest.mark.parametrize("code", ["1e400", str(2**64), "99999999999999999999", '"nan"'])
def test_a_code_beyond_all_tables_is_no_answer_of_kavenegars(code):
    error = failure_of(answering(200, f'{{"return":{{"status":{code},"message":""}},"entries":[]}}'))
    assert isinstance(error, Unanswered)


@pytest.mark.parametrize("http_status", [200, 418])
def test_the_envelope_is_judged_before_the_http_status(http_status):
    body = '{"return":{"status":418,"message":"اعتبار"},"entries":null}'
    error = failure_of(answering(http_status, body))
    assert isinstance(error, ApiError)
    assert (error.code, error.provider_message, error.outcome) == (418, "اعتبار", Outcome.NO_CREDIT)


def test_a_redirect_is_not_followed():
    error = failure_of(answering(302, "", "Location: http://127.0.0.1:9/stolen\r\n"))
    assert isinstance(error, Unanswered)
    assert error.http_status == 302


def test_a_netrc_file_adds_nothing(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(answering(200, OK)) as (url, requests):
        call(url, {"a": "b"})
    assert "authorization" not in requests[0].lower()


def test_a_proxy_never_stands_before_loopback(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(answering(200, OK)) as (url, _):
        assert call(url, {"a": "b"})


def test_an_answer_can_be_had_as_it_came():
    for entries in ('[{"messageid":1}]', '{"messageid":1}', "null"):
        with serving(answering(200, OK.replace('[{"messageid":1}]', entries))) as (url, _):
            answer = HttpTransport(url, Secret(KEY), Timeouts(1, 1)).ask("sms/status", None)
        assert (answer.message, orjson.dumps(answer.entries).decode()) == ("تایید شد", entries)
