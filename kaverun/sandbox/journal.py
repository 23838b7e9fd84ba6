"""Every request to the API, in order, with counters that are kept longer than the details."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kaverun.sandbox.records import Request

#: how many requests are kept; older ones are dropped, but still counted
MOST_REQUESTS = 20_000
#: how many bytes of queries and bodies are kept; the oldest are dropped first
MOST_BYTES = 64_000_000


class Journal:
    """The requests to one sandbox, thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything; numbers start at 1 again."""
        with self._lock:
            self._last = 0
            self._requests: dict[int, Request] = {}
            self._bodies: dict[int, int] = {}
            self._bytes = 0
            self._by_method: Counter[str] = Counter()
            self._by_status: Counter[tuple[str, int]] = Counter()
            self._by_outcome: Counter[str] = Counter()
            self._by_note: Counter[int] = Counter()

    def open(self, request: Request) -> Request:
        """Record a request as it arrives; returns it with its number."""
        with self._lock:
            self._last += 1
            request = replace(request, number=self._last)
            self._by_method[request.method] += 1
            self._requests[request.number] = request
            self._bodies[request.number] = length = sum(map(len, request.raw))
            self._bytes += length
            self._make_room()
            return request

    def close(self, number: int, **result: Any) -> None:
        """Record the result: fields of Request."""
        with self._lock:
            request = self._requests.get(number)
            if request is None:
                return
            self._requests[number] = request = replace(request, **result)
            self._by_outcome[request.outcome] += 1
            self._by_note.update(note.code for note in request.notes)
            if request.status:
                self._by_status[request.method, request.status] += 1

    def requests(self) -> tuple[Request, ...]:
        """The requests in order of arrival."""
        with self._lock:
            return tuple(self._requests.values())

    def counters(self) -> Mapping[str, Any]:
        """How many requests arrived, by method, outcome, `return.status` and code of the notes."""
        with self._lock:
            by_status: dict[str, dict[str, int]] = {}
            for (method, status), count in sorted(self._by_status.items()):
                by_status.setdefault(method, {})[str(status)] = count
            return {
                "total": self._last,
                "by_method": dict(sorted(self._by_method.items())),
                "by_outcome": dict(sorted(self._by_outcome.items())),
                "by_status": by_status,
                "notes": {str(code): count for code, count in sorted(self._by_note.items())},
            }

    def _make_room(self) -> None:
        while self._bytes > MOST_BYTES and len(self._bodies) > 1:
            number = next(iter(self._bodies))
            self._bytes -= self._bodies.pop(number)
            if number in self._requests:
                self._requests[number] = replace(self._requests[number], raw=(b"", b""))
        if len(self._requests) > MOST_REQUESTS:
            number = next(iter(self._requests))
            del self._requests[number]
            self._bytes -= self._bodies.pop(number, 0)
