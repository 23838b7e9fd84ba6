"""The listening socket and its connections: open, closed for a while, or stopped."""

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

#: seconds between checks whether to close the listener or stop the sandbox
_GLANCE = 0.02


class _Server(ThreadingHTTPServer):
    """One listening socket; `listener` lives longer."""

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
        # HTTPServer's method asks the resolver for the host's full name, which can take seconds.
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
        if not isinstance(error, OSError):  # a client that left is not an error
            self.listener.crashed()


class Listener:
    """Serves `provider` on a host and port in its own threads; the Host of its connections."""

    def __init__(self, provider: Provider, host: str, port: int) -> None:
        self._provider = provider
        self._handler = type("SandboxConnection", (Connection,), {"host": self})
        self._gate = threading.Condition()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._busy: set[socket.socket] = set()
        self._close_for = 0.0
        self._closed = False
        self._stopping = threading.Event()
        #: requests that hit a bug in the sandbox
        self.crashes = 0
        self._server = self._bound(host, port)
        self._address = (host, self._server.server_port)
        self._thread = threading.Thread(target=self._accept, name="kaverun-sandbox", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """The host and port it listens on."""
        return self._address

    def _bound(self, host: str, port: int, *, listening: bool = True) -> _Server:
        try:
            return _Server((host, port), self._handler, self, listening=listening)
        except OSError as error:
            why = error.strerror or str(error)
            raise Refused(f"cannot listen on {host} port {port}: {why}; choose another port") from None

    def stop(self) -> None:
        """Close the listener and every connection; waiting threads wake up."""
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
        # Bound but not listening: connections are refused, and nobody else gets the port.
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
        """Register an accepted connection that `thread` will serve."""
        with self._gate:
            self._open[connection] = thread

    def closed(self, connection: socket.socket) -> None:
        """Unregister a connection that is gone."""
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
        """Record a bug in the sandbox: tests check the count."""
        self.crashes += 1
        traceback.print_exc(file=sys.stderr)

    def wait(self, seconds: float) -> bool:
        return not self._stopping.wait(seconds)

    def refuse(self, seconds: float) -> None:
        """Close the listener and every idle connection for `seconds`; returns once it is closed.

        Does nothing if it is already closed, or for 0 seconds.
        """
        if seconds <= 0:
            return
        with self._gate:
            self._close_for = self._close_for or seconds
            self._gate.wait_for(lambda: self._closed or self._stopping.is_set(), timeout=5.0)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
