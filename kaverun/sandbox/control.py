"""`/_sandbox/…`: what a test or a person asks of the sandbox itself. Faults never touch it.

GET health · GET messages (receptor=, localid=, messageid=ID,ID…, search=) · GET requests (fields=1, search=,
only=refused|noted) · GET counters · POST reset · GET/POST clock (advance=, set=, stop=1, resume=1) ·
GET/POST faults (add=1) · POST seed (seed=) · GET/POST credit (set=, add=) · POST refuse (seconds=) · GET / (the page)

Messages and requests also take after=, before= (a messageid, or the number of a request), newest=1, offset= and limit=.
With after= the answer has `last`, the greatest number so far, to go on from: asking again costs only what is new.

A POST takes its values from the query, from form fields or from a JSON object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from kaverun.errors import Invalid
from kaverun.sandbox import listing, page
from kaverun.sandbox.answers import Reply
from kaverun.sandbox.faults.parser import FaultList, parse_faults
from kaverun.sandbox.faults.vocabulary import KINDS
from kaverun.sandbox.form import FormError, read_fields
from kaverun.sandbox.listing import Cut, Listed, Sought
from kaverun.sandbox.provider import Incoming, Line, Provider
from kaverun.sandbox.records import Request

PREFIX = "/_sandbox"
_CUTS = ("after", "before", "limit")
_YES = ("1", "true", 1, True)


class Misuse(Exception):
    """The request to the sandbox itself makes no sense; the text says why."""

    def __init__(self, why: str, http_status: int = 400) -> None:
        self.http_status = http_status
        super().__init__(why)


def controls(path: str) -> bool:
    """Whether `path` is for the sandbox itself."""
    return path == PREFIX or path.startswith(PREFIX + "/")


def control(provider: Provider, incoming: Incoming, line: Line) -> Reply:
    """Answer a request to the sandbox itself: page or JSON; errors are `{"error": "…"}` with HTTP 400, 404 or 405."""
    if incoming.verb in ("GET", "HEAD") and page.serves(_name(incoming)):
        return page.file(_name(incoming))
    try:
        return _reply(200, _answer(provider, incoming, line))
    except Invalid as error:
        return _reply(400, {"error": str(error)})
    except FormError as error:
        return _reply(400, {"error": str(error)})
    except Misuse as error:
        return _reply(error.http_status, {"error": str(error)})


def _reply(http_status: int, data: Any) -> Reply:
    return Reply(http_status, orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE))


def _answer(provider: Provider, incoming: Incoming, line: Line) -> Any:
    name = _name(incoming)
    verbs = {verb for verb, known in _ROUTES if known == name}
    if not verbs:
        raise Misuse(f"no such page; there are {', '.join(sorted({known for _, known in _ROUTES}))}", 404)
    if incoming.verb not in verbs:
        raise Misuse(f"{name} takes {' or '.join(sorted(verbs))}", 405)
    return _ROUTES[incoming.verb, name](provider, incoming, line)


def _name(incoming: Incoming) -> str:
    return incoming.target.path.removeprefix(PREFIX).strip("/")


def _values(incoming: Incoming) -> Mapping[str, Any]:
    """What the request was told: query and form fields, or query and a JSON object."""
    if not incoming.body.lstrip().startswith(b"{"):
        return read_fields(incoming.target.query, incoming.body)
    data = _json(incoming.body)
    return {**read_fields(incoming.target.query, b""), **data}


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Misuse(f"the body is no JSON: {error}") from None


def _number(values: Mapping[str, Any], name: str, otherwise: float) -> float:
    try:
        number = float(values.get(name, otherwise))
    except (TypeError, ValueError):
        number = float("nan")
    if not -1e12 < number < 1e12:
        raise Misuse(f"{name} must be a number")
    return number


def _health(provider: Provider, incoming: Incoming, line: Line) -> Any:
    return {"status": "ok", "dialect": provider.settings.dialect}


def _cut(values: Mapping[str, Any]) -> Cut:
    after, before, limit = (int(_number(values, name, 0)) if name in values else None for name in _CUTS)
    offset = max(int(_number(values, "offset", 0)), 0)
    return Cut(after, before, values.get("newest") in _YES, offset, None if limit is None else max(limit, 0))


def _gone_on(values: Mapping[str, Any], listed: Listed[Any]) -> dict[str, int]:
    """What a client needs to go on from here, where it asks by number."""
    return {"count": listed.count, "last": listed.last} if "after" in values else {}


def _messages(provider: Provider, incoming: Incoming, line: Line) -> Any:
    """Messages in the order of acceptance; `count` is how many the filters fit, before offset and limit."""
    values = _values(incoming)
    receptor, localid, search = (str(values.get(name) or "") for name in ("receptor", "localid", "search"))
    listed = listing.messages(provider.state, _cut(values), Sought(receptor, localid, search, _messageids(values)))
    rows = [message._asdict() for message in listed.page]
    return {"count": listed.count, "messages": rows, **_gone_on(values, listed)}


def _messageids(values: Mapping[str, Any]) -> frozenset[int]:
    written = str(values.get("messageid") or "")
    try:
        return frozenset(int(number) for number in written.split(",") if number.strip())
    except ValueError:
        raise Misuse("messageid must be numbers with commas between them") from None


def _requests(provider: Provider, incoming: Incoming, line: Line) -> Any:
    """The journal; with fields=1 each request's form fields too."""
    values = _values(incoming)
    only = values.get("only") or ""
    if only not in ("", "refused", "noted"):
        raise Misuse("only must be refused or noted")
    listed = listing.requests(provider.journal, _cut(values), str(values.get("search") or ""), only)
    rows = [_entry(request, values.get("fields") in _YES) for request in listed.page]
    return {"requests": rows, **_gone_on(values, listed)}


def _entry(request: Request, with_fields: bool) -> dict[str, Any]:
    entry = {name: getattr(request, name) for name in Request.__slots__ if name != "raw"}
    return {**entry, "fields": dict(request.fields)} if with_fields else entry


def _counters(provider: Provider, incoming: Incoming, line: Line) -> Any:
    return counters(provider)


def counters(provider: Provider) -> dict[str, Any]:
    """What happened so far, in numbers; `credit` in Rial."""
    state = provider.state
    return {
        "messages": state.accepted,
        "deduplicated": state.deduplicated,
        "refused_rows": state.refused,
        "cancelled": state.cancelled,
        "refunded": state.refunded,
        "credit": state.credit,
        "requests": provider.journal.counters(),
        "faults": [asdict(count) for count in provider.deck.counts()],
    }


def _reset(provider: Provider, incoming: Incoming, line: Line) -> Any:
    provider.reset()
    return {"status": "ok"}


def _clock(provider: Provider, incoming: Incoming, line: Line) -> Any:
    clock = provider.clock
    return {"now": clock.now(), "stopped": clock.stopped}


def _set_clock(provider: Provider, incoming: Incoming, line: Line) -> Any:
    values, clock = _values(incoming), provider.clock
    if not values.keys() & {"advance", "set", "stop", "resume"}:
        raise Misuse("tell the clock advance=SECONDS, set=UNIX_TIME, stop=1 or resume=1")
    if "stop" in values:
        clock.stop()
    if "set" in values:
        clock.set(_number(values, "set", 0))
    if "advance" in values:
        clock.advance(_number(values, "advance", 0))
    if "resume" in values:
        clock.resume()
    return _clock(provider, incoming, line)


def _faults(provider: Provider, incoming: Incoming, line: Line) -> Any:
    return {
        "faults": [asdict(count) for count in provider.deck.counts()],
        "kinds": {kind.name: kind.what for kind in KINDS.values()},
    }


def _set_faults(provider: Provider, incoming: Incoming, line: Line) -> Any:
    """Replace the faults in force, or with add=1 add to them; an empty list ends them all."""
    told = _told_faults(incoming.body)
    if read_fields(incoming.target.query, b"").get("add"):
        provider.deck.add(told.faults)
    else:
        provider.deck.replace(told.faults, told.seed)
    return _faults(provider, incoming, line)


def _told_faults(body: bytes) -> FaultList:
    """JSON as in a file, or text with one fault a line."""
    if body.lstrip()[:1] in (b"[", b"{", b'"'):
        return parse_faults(_json(body))
    try:
        return parse_faults([spec for spec in body.decode().splitlines() if spec.strip()])
    except UnicodeDecodeError:
        raise Misuse("the body is no text") from None


def _seed(provider: Provider, incoming: Incoming, line: Line) -> Any:
    """Draw the faults in force and the outcomes anew, by `seed`."""
    values = _values(incoming)
    if "seed" not in values:
        raise Misuse("tell the seed, seed=NUMBER")
    provider.reseed(int(_number(values, "seed", 0)))
    return {"status": "ok"}


def _credit(provider: Provider, incoming: Incoming, line: Line) -> Any:
    return {"credit": provider.state.credit}


def _set_credit(provider: Provider, incoming: Incoming, line: Line) -> Any:
    """Make the credit `set` Rial, or `add` some."""
    values, state = _values(incoming), provider.state
    if not values.keys() & {"set", "add"}:
        raise Misuse("tell the credit set=RIAL or add=RIAL")
    with state.lock:
        credit = int(_number(values, "set", state.credit)) + int(_number(values, "add", 0))
        if credit < 0:
            raise Misuse("the credit must not be negative")
        state.credit = credit
    return _credit(provider, incoming, line)


def _refuse(provider: Provider, incoming: Incoming, line: Line) -> Any:
    """Close the listener at once, for `seconds` (default 1)."""
    line.refuse(_number(_values(incoming), "seconds", 1.0))
    return {"status": "ok"}


_ROUTES: Mapping[tuple[str, str], Callable[[Provider, Incoming, Line], Any]] = {
    ("GET", "health"): _health,
    ("GET", "messages"): _messages,
    ("GET", "requests"): _requests,
    ("GET", "counters"): _counters,
    ("POST", "reset"): _reset,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _set_clock,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("POST", "seed"): _seed,
    ("GET", "credit"): _credit,
    ("POST", "credit"): _set_credit,
    ("POST", "refuse"): _refuse,
}
