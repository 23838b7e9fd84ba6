"""`/_sandbox/…`: where tests and people query and change the sandbox itself. Faults never affect it.

GET index lists every page with its values, GET / is the inbox for browsers. A POST takes its values from the query,
from form fields or from a JSON object. Errors are `{"error": "…"}` with HTTP 400, 404 or 405.

Messages and requests can be requested by number: with after=, the answer has `last`, the greatest number so far, to
continue from; asking again costs only what is new.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import orjson

from kaverun.errors import Invalid
from kaverun.sandbox import page
from kaverun.sandbox.answers import Reply
from kaverun.sandbox.control import changing, reading
from kaverun.sandbox.control.reading import counters
from kaverun.sandbox.control.route import Asked, Route
from kaverun.sandbox.control.values import Misuse, Values
from kaverun.sandbox.provider import Incoming, Line, Provider

__all__ = ["PREFIX", "ROUTES", "control", "controls", "counters"]

PREFIX = "/_sandbox"


def controls(path: str) -> bool:
    """Whether `path` is for the sandbox itself."""
    return path == PREFIX or path.startswith(PREFIX + "/")


def control(provider: Provider, incoming: Incoming, line: Line) -> Reply:
    """Answer a request to the sandbox itself: the page, or JSON."""
    if incoming.verb in ("GET", "HEAD") and page.serves(_name(incoming)):
        return page.file(_name(incoming))
    try:
        return _reply(200, _answer(provider, incoming, line))
    except Invalid as error:
        return _reply(400, {"error": str(error)})
    except Misuse as error:
        return _reply(error.http_status, {"error": str(error)})


def _reply(http_status: int, data: Any) -> Reply:
    return Reply(http_status, orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE))


def _answer(provider: Provider, incoming: Incoming, line: Line) -> Any:
    route = _route("GET" if incoming.verb == "HEAD" else incoming.verb, _name(incoming))
    body = incoming.body if route.fields_in_body else b""
    values = Values.read(incoming.target.query, body, route.takes)
    return route.answer(Asked(provider, line, values, incoming.body))


def _route(verb: str, name: str) -> Route:
    """Raises Misuse 404 or 405."""
    verbs = {route.verb: route for route in ROUTES if route.name == name}
    if not verbs:
        names = sorted({route.name for route in ROUTES})
        near = get_close_matches(name, names, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        raise Misuse(f"no such page{hint}; the pages are {', '.join(names)}", 404)
    if verb not in verbs:
        raise Misuse(f"{name} takes {' or '.join(sorted(verbs))}", 405)
    return verbs[verb]


def _name(incoming: Incoming) -> str:
    return incoming.target.path.removeprefix(PREFIX).strip("/")


def _index(asked: Asked) -> Any:
    pages = [
        {"verb": route.verb, "path": f"{PREFIX}/{route.name}", "what": route.what, "values": dict(route.takes)}
        for route in ROUTES
    ]
    return {"inbox": f"{PREFIX}/", "pages": pages, "settings": "kaverun sandbox --help"}


#: every page, in the order of the index
ROUTES = (Route("GET", "index", "these pages", _index), *reading.ROUTES, *changing.ROUTES)
