"""HTTP/1.1 with the least that these clients need: kept connections, Content-Length, an answer after a set time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_END = b"\r\n\r\n"


class Request(NamedTuple):
    """A whole request: path and query as written, the body, and when its last byte came (`time.monotonic`)."""

    path: bytes
    query: bytes
    body: bytes
    arrived: float
    closing: bool


class Reply(Protocol):
    """Sends one answer's body, at once or at a later time (`time.monotonic`)."""

    def __call__(self, body: bytes, when: float = 0.0) -> None: ...


class Connection(asyncio.Protocol):
    """One client. `handle` is given each request and a function that answers it."""

    def __init__(self, handle: Callable[[Request, Reply], None], loop: asyncio.AbstractEventLoop) -> None:
        self._handle = handle
        self._loop = loop
        self._received = bytearray()
        self._needed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= self._needed and (request := self._next()):
            self._handle(request, self._replier(request.closing))

    def _next(self) -> Request | None:
        """The next whole request; None while more of it has to come."""
        end = self._received.find(_END)
        if end < 0:
            return None
        head = bytes(self._received[:end])
        length = _LENGTH.search(head)
        self._needed = end + len(_END) + (int(length[1]) if length else 0)
        if len(self._received) < self._needed:
            return None
        body = bytes(self._received[end + len(_END) : self._needed])
        del self._received[: self._needed]
        self._needed = 0
        path, _, query = head.split(b" ", 2)[1].partition(b"?")
        return Request(path, query, body, self._loop.time(), bool(_CLOSE.search(head)))

    def _replier(self, closing: bool) -> Reply:
        def send(answer: bytes) -> None:
            if not self._transport.is_closing():
                self._transport.write(answer)
                if closing:
                    self._transport.close()

        def reply(body: bytes, when: float = 0.0) -> None:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
            answer = head % len(body) + body
            if when > self._loop.time():
                self._loop.call_at(when, send, answer)
            else:
                send(answer)

        return reply
