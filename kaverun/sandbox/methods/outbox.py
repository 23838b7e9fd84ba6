"""`sms/select…`, `sms/…outbox`: what was sent, in full or counted (document, 6 to 9)."""

from __future__ import annotations

from kaverun.sandbox import parameters
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.methods import entries
from kaverun.sandbox.methods.entries import Entry
from kaverun.sandbox.methods.sending import line
from kaverun.sandbox.state import State


def _select(state: State, call: Call) -> list[Entry]:
    """Messages by id; unknown ones get status 100 (facts, *Meaning*). No age limit is documented."""
    wanted = parameters.numbers(call.fields, "messageid", state.settings.max_lookup, state.rules)
    known = [(messageid, state.by_messageid(messageid)) for messageid in wanted]
    entries.some_known(state, [message for _, message in known])
    return [
        entries.sent(state, message, message.receptor) if message else entries.unknown(messageid)
        for messageid, message in known
    ]


def _select_outbox(state: State, call: Call) -> list[Entry]:
    """At most 500 messages of at most one day, no more than three days ago, oldest first."""
    settings = state.settings
    span = parameters.date_range(call.fields, state.rules, settings.longest_range)
    if span.start < int(state.clock.now() - settings.outbox_window):
        raise Denial(417, f"startdate={span.start} is further back than the outbox reaches")
    found = state.outbox(span, _sender(state, call))[: settings.max_lookup]
    entries.not_empty(state, found)
    return [entries.sent(state, message, message.receptor) for message in found]


def _latest_outbox(state: State, call: Call) -> list[Entry]:
    """The messages that went out last, newest first, from one line or all."""
    found = state.latest(_page_size(state, call), _sender(state, call))
    entries.not_empty(state, found)
    return [entries.sent(state, message, message.receptor) for message in found]


def _page_size(state: State, call: Call) -> int:
    """`pagesize`, the maximum if absent, empty or 0; raises Denial 400, or 414 for more than that."""
    most = state.settings.max_lookup
    asked = parameters.whole_number(call.fields, "pagesize") or most
    if asked > most:
        raise Denial(414, f"pagesize={asked}")
    return asked


def _count_outbox(state: State, call: Call) -> Entry | list[Entry]:
    """How many messages there are within at most one day, with one status or all."""
    span = parameters.date_range(call.fields, state.rules, state.settings.longest_range)
    status = parameters.whole_number(call.fields, "status")
    found = [message for message in state.outbox(span) if not status or message.status == status]
    if not state.rules.count_with_totals:
        return {"sumcount": len(found)}
    return [
        {
            "startdate": span.start,
            "enddate": span.end,
            "sumpart": sum(message.parts for message in found),
            "sumcount": len(found),
            "cost": sum(message.cost for message in found),
        }
    ]


def _sender(state: State, call: Call) -> str:
    """The requested line, without a prefix; "": every line."""
    written = parameters.optional(call.fields, "sender")
    return line(state, written) if written else ""


METHODS = (
    Method("sms/select", _select, counted="messageid", whitelisted=True),
    Method("sms/selectoutbox", _select_outbox, whitelisted=True),
    Method("sms/latestoutbox", _latest_outbox, whitelisted=True),
    Method("sms/countoutbox", _count_outbox),
)
