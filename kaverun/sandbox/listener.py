"""The listening socket and its connections: opened, closed for a while, stopped."""

from __future__ import annotations

import socket
import sys
import threading
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kaverun.errors import Refused
from kaverun.sandbox.answers import Reply, envelope
from kaverun.sandbox.control import control, controls
from kaverun.sandbox.provider import Incoming, Line, Provider
from kaverun.sandbox.wire import Connection

#: seconds between two looks at whether the listener is to be closed or the sandbox to stop
_GLANCE = 0.02


class _Server(ThreadingHTTPServer):
    """One listening socket; `listener` outlives it."""

    daemon_threads = True
    request_queue_size = 128
    timeout = _GLANCE

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], listener: Listener, *, listening: bool
    ) -> None:
        self.listener = listener
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler, bind_and_activate=False)
        try:
            self.server_bind()
            if listening:
                self.server_activate()
        except BaseException:
            self.server_close()
            raise

    def server_bind(self) -> None:
        # HTTPServer's own asks the resolver for the host's full name, which can take seconds.
        if self.allow_reuse_address:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        name = self.socket.getsockname()
        self.server_address = name
        self.server_name, self.server_port = name[:2]

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self.listener.opened(request, thread)
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.listener.closed(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, OSError):  # a client that left is no error
            self.listener.crashed()


class Listener:
    """Serves `provider` on host and port in threads of its own; the Host of its connections."""

    def __init__(self, provider: Provider, host: str, port: int) -> None:
        self._provider = provider
        self._handler = type("SandboxConnection", (Connection,), {"host": self})
        self._gate = threading.Condition()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._busy: set[socket.socket] = set()
        self._close_for = 0.0
        self._closed = False
        self._stopping = threading.Event()
        #: requests that met a bug of the sandbox
        self.crashes = 0
        self._server = self._bound(host, port)
        self._address = (host, self._server.server_port)
        self._thread = threading.Thread(target=self._accept, name="kaverun-sandbox", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """The host it was told to listen on, and the port."""
        return self._address

    def _bound(self, host: str, port: int, *, listening: bool = True) -> _Server:
        try:
            return _Server((host, port), self._handler, self, listening=listening)
        except OSError as error:
            why = error.strerror or str(error)
            raise Refused(f"cannot listen on {host} port {port}: {why}; choose another port") from None

    def stop(self) -> None:
        """Close the listener and every connection; what waits is woken."""
        self._stopping.set()
        self._thread.join()
        with self._gate:
            connections = dict(self._open)
        for connection in connections:
            _shut(connection)
        for thread in connections.values():
            thread.join(timeout=2.0)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            if self._close_for:
                self._stay_closed()
            else:
                self._server.handle_request()
        self._server.server_close()

    def _stay_closed(self) -> None:
        self._server.server_close()
        # Bound and not listening: connections are refused, and nobody else gets the port.
        self._server = self._bound(*self.address, listening=False)
        with self._gate:
            self._closed = True
            idle = self._open.keys() - self._busy
            self._gate.notify_all()
        for connection in idle:
            _shut(connection)
        self._stopping.wait(self._close_for)
        self._server.server_activate()
        with self._gate:
            self._closed, self._close_for = False, 0.0

    def opened(self, connection: socket.socket, thread: threading.Thread) -> None:
        """A connection was accepted; `thread` will serve it."""
        with self._gate:
            self._open[connection] = thread

    def closed(self, connection: socket.socket) -> None:
        """A connection is gone."""
        with self._gate:
            self._open.pop(connection, None)

    def begin(self, connection: socket.socket) -> bool:
        with self._gate:
            if not self._closed:
                self._busy.add(connection)
            return not self._closed

    def end(self, connection: socket.socket) -> bool:
        with self._gate:
            self._busy.discard(connection)
            return not self._closed

    def answer(self, incoming: Incoming, line: Line) -> Reply:
        try:
            serve = control if controls(incoming.target.path) else Provider.handle
            return serve(self._provider, incoming, line)
        except Exception:
            self.crashed()
            return Reply(500, envelope(402, None), status=402)

    def crashed(self) -> None:
        """Say that the sandbox has a bug: tests look at the count."""
        self.crashes += 1
        traceback.print_exc(file=sys.stderr)

    def wait(self, seconds: float) -> bool:
        return not self._stopping.wait(seconds)

    def refuse(self, seconds: float) -> None:
        """Close the listener for `seconds`, and with it every connection without a request; returns once it is closed.

        While it is closed already, nothing changes; no time is no time.
        """
        if seconds <= 0:
            return
        with self._gate:
            self._close_for = self._close_for or seconds
            self._gate.wait_for(lambda: self._closed or self._stopping.is_set(), timeout=5.0)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
