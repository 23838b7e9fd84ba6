"""The service itself, without the network: a request comes in, a reply goes out, faults act in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from kaverun.clock import Clock
from kaverun.kavenegar.codes import SUCCESS
from kaverun.sandbox import magic, refusals
from kaverun.sandbox.addresses import admits
from kaverun.sandbox.answers import DROPPED, Denial, Format, Reply, envelope, media_type
from kaverun.sandbox.call import Address, Call, Method, Target
from kaverun.sandbox.clock import VirtualClock
from kaverun.sandbox.fate import Fates
from kaverun.sandbox.faults.deck import Asked, Deck, Hit, twists
from kaverun.sandbox.faults.rows import changed
from kaverun.sandbox.faults.twists import Twists
from kaverun.sandbox.faults.vocabulary import SENDING, Phase
from kaverun.sandbox.form import FormError, read_fields
from kaverun.sandbox.journal import Journal
from kaverun.sandbox.methods import METHODS
from kaverun.sandbox.records import Note, Request
from kaverun.sandbox.settings import SandboxSettings
from kaverun.sandbox.state import State
from kaverun.sandbox.throttle import Throttle

_UNKNOWN_METHOD = Method("", lambda state, call: None)


class Line(Protocol):
    """What faults can do to the connection of a request."""

    def wait(self, seconds: float) -> bool:
        """Wait; returns False if the sandbox stopped meanwhile."""

    def hang(self, seconds: float) -> None:
        """Wait until the client leaves, the sandbox stops, or `seconds` have passed."""

    def refuse(self, seconds: float) -> None:
        """Close the listener for `seconds`."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came over the network."""

    verb: str
    target: Target
    body: bytes
    #: the client's IP address
    source: str = "127.0.0.1"


class Provider:
    """One sandboxed service: its state, its faults and its journal."""

    def __init__(self, settings: SandboxSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = VirtualClock(clock)
        self.state = State(settings, self.clock)
        self.deck = Deck(settings.faults, settings.seed)
        self.journal = Journal()
        self.throttle = Throttle(settings.calls_per_minute)

    def reset(self) -> None:
        """Return messages, credit, faults, clock and journal to their initial state."""
        self.clock.reset()
        self.state.reset()
        self.deck.replace(self.settings.faults, self.settings.seed)
        self.journal.reset()
        self.throttle.reset()

    def reseed(self, seed: int) -> None:
        """Keep the faults and outcomes, but draw them with `seed` from now on."""
        self.deck.reseed(seed)
        self.state.fates = Fates(self.settings, seed)

    def handle(self, incoming: Incoming, line: Line) -> Reply:
        """Answer one request."""
        return _Exchange(self, incoming, line).reply()


class _Exchange:
    """One request on its way through the phases of the faults."""

    def __init__(self, provider: Provider, incoming: Incoming, line: Line) -> None:
        self._provider, self._incoming, self._line = provider, incoming, line
        self._address = Address.read(incoming.target.path)
        self._form: Format = self._address.form if self._address else "json"
        self._method = METHODS.get(self._address.method, _UNKNOWN_METHOD) if self._address else _UNKNOWN_METHOD
        self._fields = self._read_fields()
        self._request = self._enter()
        self._hits: tuple[Hit, ...] = ()
        self._why = ""
        self._notes: list[Note] = []

    def reply(self) -> Reply:
        self._hits = self._provider.deck.decide(
            Asked(self._method.name, self._provider.state.accepted, lambda: self._method.rows(self._fields or {}))
        )
        reply = self._before() or self._after(self._processed())
        self._leave(reply)
        return reply

    def _read_fields(self) -> Mapping[str, str] | None:
        try:
            return read_fields(self._incoming.target.query, self._incoming.body)
        except FormError:
            return None

    def _enter(self) -> Request:
        incoming = self._incoming
        return self._provider.journal.open(
            Request(
                number=0,
                at=self._provider.clock.now(),
                verb=incoming.verb,
                path=Address.masked(incoming.target.path),
                method=self._method.name,
                rows=self._method.count(self._fields or {}),
                size=len(incoming.body),
                raw=(incoming.target.query, incoming.body),
            )
        )

    def _leave(self, reply: Reply) -> None:
        self._provider.journal.close(
            self._request.number,
            outcome="dropped" if reply.drop else "cut" if reply.cut is not None else "answered",
            http_status=reply.http_status,
            status=reply.status,
            faults=tuple(hit.fault.kind.name for hit in self._hits),
            why=self._why,
            notes=tuple(self._notes),
        )

    def _in(self, *phases: Phase) -> list[Hit]:
        return [hit for hit in self._hits if hit.fault.kind.phase in phases]

    def _before(self) -> Reply | None:
        """The reply of a fault that prevents the request from being processed."""
        if not self._waited(Phase.DELAY_BEFORE):
            return DROPPED
        return next((self._ended(hit) for hit in self._in(Phase.BEFORE)), None)

    def _after(self, reply: Reply) -> Reply:
        """`reply`, or what a fault turns it into after the request was processed."""
        if not self._waited(Phase.DELAY_AFTER):
            return DROPPED
        reply = next((self._ended(hit) for hit in self._in(Phase.AFTER)), reply)
        for hit in self._in(Phase.SHAPE):
            reply = _shaped(reply, hit)
        return reply

    def _waited(self, phase: Phase) -> bool:
        return all(self._line.wait(1.0 if hit.fault.seconds is None else hit.fault.seconds) for hit in self._in(phase))

    def _ended(self, hit: Hit) -> Reply:
        fault = hit.fault
        action = fault.kind.name.removesuffix("-before").removesuffix("-after")
        if action == "http":
            return _page(fault.status, fault.retry_after)
        if action == "error":
            self._why = f"fault {fault.spec}"
            return self._answer(fault.code, None)
        if action == "hang":
            self._line.hang(3600.0 if fault.seconds is None else fault.seconds)
        if action == "refuse":
            self._line.refuse(1.0 if fault.seconds is None else fault.seconds)
        return replace(DROPPED, reset=fault.reset)

    def _processed(self) -> Reply:
        try:
            call = self._call()
            with self._provider.state.lock:
                entries = self._method.answer(self._provider.state, call)
        except Denial as denial:
            self._why = denial.why
            return self._answer(denial.code, None)
        self._notes = call.notes + self._general_notes()
        return self._answer(SUCCESS.code, _rows_changed(entries, self._in(Phase.ROWS)))

    def _call(self) -> Call:
        """The call, once key, source, pace, method, verb, whitelist and encoding are checked, in this order.

        Raises Denial.
        """
        rules = self._provider.state.rules
        if self._address is None:
            raise Denial(404, "no such path")
        self._admit(self._address.key)
        if self._method is _UNKNOWN_METHOD:
            raise Denial(404, self._address.method)
        if self._incoming.verb not in self._method.verbs:
            raise Denial(405, self._incoming.verb)
        if self._method.whitelisted and not admits(self._provider.state.whitelist, self._incoming.source):
            raise Denial(407, f"{self._incoming.source} is not on the IP whitelist")
        if self._fields is None:
            raise Denial(rules.bad_text, "a field is not UTF-8")
        return Call(self._method.name, self._fields, self._request.number, self._twists(self._address.key))

    def _admit(self, key: str) -> None:
        settings = self._provider.settings
        if settings.api_keys and key not in settings.api_keys:
            raise Denial(self._provider.state.rules.bad_key)
        code = magic.key_code(key, self._method.name) if settings.magic else 0
        if code:
            raise Denial(code, "magic key")
        state = self._provider.state
        if state.sources and not admits(state.sources, self._incoming.source):
            raise Denial(state.rules.bad_source, f"the key must not be used from {self._incoming.source}")
        if not self._provider.throttle.admits(self._provider.clock.now()):
            raise Denial(451, f"more than {settings.calls_per_minute} calls in a minute")

    def _twists(self, key: str) -> Twists:
        drawn = twists(self._hits, self._request.rows)
        if self._provider.settings.magic and magic.key_in_debugmode(key):
            return replace(drawn, debugmode=True)
        return drawn

    def _general_notes(self) -> list[Note]:
        """What the real service may not accept, whatever the method did."""
        notes = [*refusals.of_parameters(self._method.name, self._fields or ())]
        if self._method.name not in SENDING:
            notes.extend(refusals.of_look_up(self._request.rows))
        if self._method.whitelisted:
            notes.extend(refusals.of_whitelist(self._provider.settings))
        return notes

    def _answer(self, status: int, entries: Any) -> Reply:
        http_status = status if self._provider.settings.error_status_in_http else 200
        return Reply(http_status, envelope(status, entries, self._form), media_type(self._form), status=status)


def _rows_changed(entries: Any, hits: Sequence[Hit]) -> Any:
    return changed(entries, hits) if hits and isinstance(entries, list) else entries


def _shaped(reply: Reply, hit: Hit) -> Reply:
    if hit.fault.kind.name == "chunked":
        return replace(reply, chunked=True)
    return replace(reply, cut=len(reply.body) // 2 if hit.fault.bytes is None else hit.fault.bytes)


def _page(http_status: int, retry_after: int | None) -> Reply:
    """The answer of a gateway that knows nothing of the API."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    body = f"<html><head><title>{http_status}</title></head><body><h1>{http_status}</h1><hr>gateway</body></html>\r\n"
    return Reply(http_status, body.encode(), "text/html; charset=utf-8", headers)
