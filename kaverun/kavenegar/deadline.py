"""A deadline for a whole answer: status line, headers and body.

The timeout of a socket restarts with every byte, so a server that sends a header a second, or `100 Continue`
without end, would hold a request for as long as it likes.
"""

from __future__ import annotations

import io
import socket
import time
from http.client import HTTPResponse

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool

# Bytes read from the socket at once: enough to read most answers in one or two steps.
_BUFFER = 2**16


class _Until(io.RawIOBase):
    """The receiving side of a socket up to a time of the monotonic clock; past it, reading raises `TimeoutError`."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        # Holds the socket open until this is closed, as `makefile` does for the reader it returns.
        self._held = connection.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer is not complete in time")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            self._held.close()
        super().close()


class _TimedResponse(HTTPResponse):
    """An answer whose socket timeout, as set when the answer begins, covers all of it."""

    def __init__(self, sock: socket.socket, *args: object, **kwargs: object) -> None:
        super().__init__(sock, *args, **kwargs)  # type: ignore[arg-type]
        timeout = sock.gettimeout()
        if timeout is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_Until(sock, time.monotonic() + timeout), _BUFFER)


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedTlsConnection(HTTPSConnection):
    response_class = _TimedResponse


def with_deadline(pool: ConnectionPool) -> None:
    """Make the read timeout of a pool's requests cover their whole answers; call before its first connection."""
    assert isinstance(pool, HTTPConnectionPool)
    pool.ConnectionCls = _TimedTlsConnection if pool.scheme == "https" else _TimedConnection
