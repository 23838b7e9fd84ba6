"""Pages that read the sandbox's state and change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kaverun.sandbox import listing
from kaverun.sandbox.control.route import Asked, Route
from kaverun.sandbox.control.values import Misuse, Values
from kaverun.sandbox.faults.vocabulary import KINDS
from kaverun.sandbox.listing import Cut, Listed, Sought
from kaverun.sandbox.provider import Provider
from kaverun.sandbox.records import Request


def _health(asked: Asked) -> Any:
    return {"status": "ok", "dialect": asked.provider.settings.dialect}


def _cut(values: Values) -> Cut:
    after, before, limit = (values.whole(name) for name in ("after", "before", "limit"))
    return Cut(after, before, values.flag("newest"), values.whole("offset") or 0, limit)


def _gone_on(values: Values, listed: Listed[Any]) -> dict[str, int]:
    """What a client needs to continue from here, if it asks by number."""
    return {"count": listed.count, "last": listed.last} if "after" in values else {}


def _messages(asked: Asked) -> Any:
    """Messages in order of acceptance; `count` is how many match the filters, before offset and limit."""
    values = asked.values
    receptor, localid, search = (values.text(name) for name in ("receptor", "localid", "search"))
    sought = Sought(receptor, localid, search, _messageids(values))
    listed = listing.messages(asked.provider.state, _cut(values), sought)
    rows = [message._asdict() for message in listed.page]
    return {"count": listed.count, "messages": rows, **_gone_on(values, listed)}


def _messageids(values: Values) -> frozenset[int]:
    written = values.text("messageid")
    try:
        return frozenset(int(number) for number in written.split(",") if number.strip())
    except ValueError:
        raise Misuse("messageid must be numbers separated by commas") from None


def _requests(asked: Asked) -> Any:
    """The journal; with fields=1 each request's form fields too."""
    values = asked.values
    only = values.text("only")
    if only not in ("", "refused", "noted"):
        raise Misuse("only must be refused or noted")
    with_fields = values.flag("fields")
    listed = listing.requests(asked.provider.journal, _cut(values), values.text("search"), only)
    rows = [_entry(request, with_fields) for request in listed.page]
    return {"requests": rows, **_gone_on(values, listed)}


def _entry(request: Request, with_fields: bool) -> dict[str, Any]:
    entry = {name: getattr(request, name) for name in Request.__slots__ if name != "raw"}
    return {**entry, "fields": dict(request.fields)} if with_fields else entry


def counters(provider: Provider) -> dict[str, Any]:
    """What has happened so far, in numbers; `credit` in Rial."""
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


def clock(asked: Asked) -> Any:
    """Its time, and whether it is stopped."""
    hour = asked.provider.clock
    return {"now": hour.now(), "stopped": hour.stopped}


def faults(asked: Asked) -> Any:
    """The active faults, and all kinds."""
    return {
        "faults": [asdict(count) for count in asked.provider.deck.counts()],
        "kinds": {kind.name: kind.what for kind in KINDS.values()},
    }


def credit(asked: Asked) -> Any:
    """The remaining credit, in Rial."""
    return {"credit": asked.provider.state.credit}


_CUTS: Mapping[str, str] = {
    "after": "only numbers greater than this: 0 for all",
    "before": "only numbers smaller than this",
    "newest": "1: newest first",
    "offset": "skip this many",
    "limit": "at most this many",
}

ROUTES = (
    Route("GET", "health", "whether it runs, and in which dialect", _health),
    Route(
        "GET",
        "messages",
        "what was accepted, oldest first; numbers are messageids",
        _messages,
        {
            "receptor": "only to this number, in any form",
            "localid": "only with this localid",
            "messageid": "only these, separated by commas",
            "search": "only with this in a number, an id, a tag or the text",
            **_CUTS,
        },
    ),
    Route(
        "GET",
        "requests",
        "the journal: what was asked, why it was refused, and in `notes` what the real service may refuse",
        _requests,
        {
            "fields": "1: with the form fields",
            "only": "refused: not answered with 200; noted: with notes",
            "search": "only with this in the path, the reasons or the notes",
            **_CUTS,
        },
    ),
    Route("GET", "counters", "what happened so far, in numbers; money in Rial", lambda asked: counters(asked.provider)),
    Route("GET", "clock", "its time, unix seconds", clock),
    Route("GET", "faults", "the active faults, how often each acted, and all kinds", faults),
    Route("GET", "credit", "the account's remaining credit, Rial", credit),
)
