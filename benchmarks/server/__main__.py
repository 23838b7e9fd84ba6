"""`python -m benchmarks.server`: prints its port, then answers on 127.0.0.1 until its standard input ends.

Beside the API, for the driver only: `/control/reset?latency=SECONDS&issued=MESSAGES`, `/control/counts`,
`/control/reached?messages=N` (answers once so many have come), `/control/arrivals` (when each sending request came).
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time

import orjson

from benchmarks.server.account import Account
from benchmarks.server.forms import fields_of
from benchmarks.server.wire import Connection, Reply, Request

_SENDING = ("sms/sendarray", "sms/send")


class Server:
    """Routes requests, and notes when they came and were answered."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Reply]] = []
        self._reset(latency=0.0, issued=0)

    def _reset(self, latency: float, issued: int) -> None:
        self._account = Account(issued)
        self._latency = latency
        self._requests = 0
        self._arrivals: list[tuple[float, int]] = []
        self._last_answer = 0.0
        self._busy_from = self._busy_until = 0.0

    def handle(self, request: Request, reply: Reply) -> None:
        if request.path.startswith(b"/control/"):
            self._control(request, reply)
        else:
            self._call(request, reply)

    def _call(self, request: Request, reply: Reply) -> None:
        method = b"/".join(request.path.split(b"/")[-2:]).decode().removesuffix(".json").lower()
        answer_at = request.arrived + self._latency if self._latency else 0.0
        before = self._account.messages
        self._requests += 1
        self._busy_from = self._busy_from or time.process_time()
        reply(self._account.answer(method, request.query, request.body), answer_at)
        self._busy_until = time.process_time()
        if method in _SENDING:
            self._arrivals.append((request.arrived, self._account.messages - before))
            self._last_answer = max(time.monotonic(), answer_at)
            self._tell_who_waits()

    def _control(self, request: Request, reply: Reply) -> None:
        settings = {name: float(value) for name, value in fields_of(request.query).items()}
        match request.path.removeprefix(b"/control/"):
            case b"reset":
                self._reset(settings.get("latency", 0.0), int(settings.get("issued", 0)))
                reply(b"{}")
            case b"counts":
                reply(orjson.dumps(self._counts()))
            case b"arrivals":
                reply(orjson.dumps(self._arrivals))
            case b"reached":
                self._waiting.append((int(settings["messages"]), reply))
                self._tell_who_waits()

    def _counts(self) -> dict[str, float]:
        account = self._account
        return {
            "requests": self._requests,
            "messages": account.messages,
            "repeats": account.repeats,
            "receptors": account.distinct_receptors(),
            "characters": account.characters,
            "next_messageid": account.next_messageid,
            "first_arrival": self._arrivals[0][0] if self._arrivals else 0.0,
            "last_answer": self._last_answer,
            "busy": self._busy_until - self._busy_from,
        }

    def _tell_who_waits(self) -> None:
        for waiting in [waiting for waiting in self._waiting if waiting[0] <= self._account.messages]:
            self._waiting.remove(waiting)
            waiting[1](b"{}")


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = Server()
    listening = await loop.create_server(lambda: Connection(server.handle, loop), "127.0.0.1", 0, backlog=256)
    print(listening.sockets[0].getsockname()[1], flush=True)
    # The driver holds the other end: whatever becomes of it, nothing is left running.
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    # Next to nothing here is cyclic, and a million localids would be walked over and over.
    gc.disable()
    asyncio.run(serve())
