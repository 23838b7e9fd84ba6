"""HTTP/1.1 on one connection: reads what any client sends, writes what the provider answers."""

from __future__ import annotations

import re
import selectors
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from typing import Any, Protocol

import orjson

from kaverun.sandbox.answers import Reply, envelope
from kaverun.sandbox.call import Target
from kaverun.sandbox.control import PREFIX, controls
from kaverun.sandbox.provider import Incoming, Line
from kaverun.sandbox.visitors import refused

#: the longest body accepted; the service accepts at least 2 MB (facts, *Wire*)
LONGEST_BODY = 16_000_000
#: seconds without a byte after which a connection is closed
IDLE = 75.0
#: HTTP statuses for a body or a request line that is too large
_TOO_LARGE = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG)
#: the longest line in bytes, as in the standard library
_LONGEST_LINE = 65536
#: how long without a byte, and how many bytes, to keep reading after the last answer of a connection
_PATIENCE, _LARGEST_REST = 1.0, 256_000_000
_NO_HEADERS = (MissingHeaderBodySeparatorDefect, FirstHeaderLineIsContinuationDefect)
#: accepted before a request line
_MOST_EMPTY_LINES = 4

_NON_ASCII = re.compile(rb"[\x80-\xff]+")
_CHUNK_SIZE = re.compile(rb"\s*([0-9A-Fa-f]{1,8})\s*(?:;.*)?", re.S)


class Host(Protocol):
    """What a connection needs from its server."""

    @property
    def address(self) -> tuple[str, int]:
        """The host and port it listens on."""

    def begin(self, connection: socket.socket) -> bool:
        """A request arrived on `connection`; returns False if it must not be served because the listener is closed."""

    def end(self, connection: socket.socket) -> bool:
        """The request was answered; returns False if its connection must be closed because the listener is closed."""

    def answer(self, incoming: Incoming, line: Line) -> Reply:
        """The reply to one request."""

    def wait(self, seconds: float) -> bool:
        """Wait; returns False if the server stopped meanwhile."""

    def refuse(self, seconds: float) -> None:
        """Close the listener for `seconds`."""


class BodyError(Exception):
    """The body cannot be read as announced: HTTP status and reason."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        self.status = status
        super().__init__(why)


class _Lines(BufferedIOBase):
    """A file that is read line by line; `last` is b"" once it has ended."""

    def __init__(self, file: BufferedIOBase) -> None:
        self.file = file
        self.last = b"\n"

    def readline(self, size: int | None = -1, /) -> bytes:
        self.last = self.file.readline(size)
        return self.last

    def read1(self, size: int = -1, /) -> bytes:
        return self.file.read1(size)


class Connection(BaseHTTPRequestHandler):
    """One connection; `host` is set by a subclass that its server creates."""

    host: Host
    protocol_version = "HTTP/1.1"
    server_version = "kaverun-sandbox"
    sys_version = ""
    # Buffered and without Nagle: otherwise headers and body go out as two packets and wait for a delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = IDLE
    # A client that sends no readable version gets a status line too.
    default_request_version = "HTTP/1.0"
    raw_requestline: bytes
    #: closed abruptly by a fault
    _dropped = False

    def __getattr__(self, name: str) -> Callable[[], None]:
        # The API answers every verb itself, and unknown ones with 405.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def parse_request(self) -> bool:
        """Like the standard library's, for what clients really send; False if it was answered with an error."""
        # Some clients end a body with a line break that is not counted (RFC 9112, 2.2: ignore it).
        for _ in range(_MOST_EMPTY_LINES):
            if self.raw_requestline not in (b"\r\n", b"\n"):
                break
            self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
        # The standard library splits the request line at \x85 and \xa0, which are bytes of Persian letters.
        self.raw_requestline = _NON_ASCII.sub(_percent_encoded, self.raw_requestline)
        if not self.raw_requestline.endswith(b"\n"):
            return len(self.raw_requestline) > _LONGEST_LINE and super().parse_request()
        self.rfile = lines = _Lines(self.rfile)
        try:
            understood = super().parse_request()
        finally:
            self.rfile = lines.file
        if understood and lines.last and not self._well_formed():
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        # Nothing is sent for a client that left within its headers: what it meant may have been cut off.
        return understood and bool(lines.last)

    def _well_formed(self) -> bool:
        """Whether the line has a version and all headers are valid: otherwise the end of the request is unknown."""
        return len(self.requestline.split()) == 3 and not any(
            isinstance(defect, _NO_HEADERS) for defect in self.headers.defects
        )

    def handle_expect_100(self) -> bool:
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the standard library's
        """Log nothing: request lines contain the key."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer an HTTP error of the request itself, in the envelope of the API, and close the connection."""
        self.close_connection = True
        status = 414 if code in _TOO_LARGE else 400
        self._write(Reply(int(code), envelope(status, None), status=status))

    def _serve(self) -> None:
        if not self.host.begin(self.connection):
            self.close_connection = True
            return
        try:
            incoming = Incoming(self.command, self._target(), self._body(), self.client_address[0])
            self._write(self._refusal(incoming) or self.host.answer(incoming, self))
        except BodyError as error:
            self.send_error(error.status)
        finally:
            self.close_connection |= not self.host.end(self.connection)

    def _refusal(self, incoming: Incoming) -> Reply | None:
        """The answer to a page of another site, None for all others."""
        control = controls(incoming.target.path)
        words = refused(self.headers, self.path, self.host.address[0], control=control)
        return (
            Reply(HTTPStatus.FORBIDDEN, orjson.dumps({"error": words}, option=orjson.OPT_APPEND_NEWLINE))
            if words
            else None
        )

    def _target(self) -> Target:
        target = Target.read(self.path)
        accepted = self.headers.get("Accept", "")
        # A browser at the root wants the page; any other client gets the API's 404 there.
        if target.path == "/" and self.command == "GET" and "text/html" in accepted:
            return Target(f"{PREFIX}/", b"")
        # A client that asks for JSON at the page's address gets the list of pages.
        if target.path.rstrip("/") == PREFIX and "json" in accepted and "text/html" not in accepted:
            return Target(f"{PREFIX}/index", b"")
        return target

    def wait(self, seconds: float) -> bool:
        return self.host.wait(seconds)

    def refuse(self, seconds: float) -> None:
        self.host.refuse(seconds)

    def hang(self, seconds: float) -> None:
        # The connection becomes readable when the client leaves or the sandbox stops.
        with selectors.DefaultSelector() as selector, suppress(OSError):
            selector.register(self.connection, selectors.EVENT_READ)
            if selector.select(seconds) and self.connection.recv(1, socket.MSG_PEEK):
                self.host.wait(seconds)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        lengths = {length.strip() for length in self.headers.get_all("Content-Length", ["0"])}
        announced = lengths.pop()
        if lengths or not (announced.isascii() and announced.isdigit()):
            raise BodyError(HTTPStatus.BAD_REQUEST, "Content-Length is not one number")
        return self._read(int(announced))

    def _read(self, length: int) -> bytes:
        if length > LONGEST_BODY:
            raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large")
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise ConnectionAbortedError("the client left within its request")
        return body

    def _chunks(self) -> bytes:
        chunks: list[bytes] = []
        total = 0
        while length := self._chunk_length():
            total += length
            chunks.append(self._read(length if total <= LONGEST_BODY else total))
            self.rfile.readline(3)
        while self.rfile.readline(65537).strip():
            pass  # trailers
        return b"".join(chunks)

    def _chunk_length(self) -> int:
        match = _CHUNK_SIZE.fullmatch(self.rfile.readline(1025))
        if not match:
            raise BodyError(HTTPStatus.BAD_REQUEST, "a chunk has no length")
        return int(match[1], 16)

    def handle(self) -> None:
        super().handle()
        if not self._dropped:
            self._drain()

    def _drain(self) -> None:
        """Read the rest of the request, or the client would be reset while it writes and never see the answer."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(_PATIENCE)
            left = _LARGEST_REST
            while left > 0 and (piece := self.rfile.read1(_LONGEST_LINE)):
                left -= len(piece)

    def _write(self, reply: Reply) -> None:
        if reply.drop:
            self._drop(reply.reset)
            return
        body = b"" if self.command == "HEAD" else reply.body
        self._head(reply)
        if reply.cut is not None:
            body = body[: reply.cut]
            self.close_connection = True
        self.wfile.write(_chunked(body, whole=reply.cut is None) if self._chunks_out(reply) else body)
        self.wfile.flush()

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.http_status)
        self.send_header("Content-Type", reply.media_type)
        if self._chunks_out(reply):
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        elif self.request_version == "HTTP/1.0":
            self.send_header("Connection", "keep-alive")
        self.end_headers()

    def _chunks_out(self, reply: Reply) -> bool:
        return reply.chunked and self.command != "HEAD" and self.request_version == "HTTP/1.1"

    def _drop(self, reset: bool) -> None:
        self._dropped = True
        if reset:
            # With a linger time of 0, closing resets the connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True


def _percent_encoded(run: re.Match[bytes]) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in run[0])


def _chunked(body: bytes, *, whole: bool) -> bytes:
    pieces = [body[start : start + 1024] for start in range(0, len(body), 1024)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + (b"0\r\n\r\n" if whole else b"")
