"""`sms/status…`: the status of messages, by id, localid or receptor (document, 3 to 5)."""

from __future__ import annotations

from kaverun.sandbox import parameters, phones
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.methods import entries
from kaverun.sandbox.methods.entries import Entry
from kaverun.sandbox.state import State


def _by_messageid(state: State, call: Call) -> list[Entry]:
    """Status by messageid; unknown and too old ones get status 100 (facts, *Meaning*)."""
    wanted = parameters.numbers(call.fields, "messageid", state.settings.max_lookup, state.rules)
    window = state.settings.status_window
    known = [(messageid, state.by_messageid(messageid, window)) for messageid in wanted]
    entries.some_known(state, [message for _, message in known])
    return [entries.state_of(message, {"messageid": messageid}) for messageid, message in known]


def _by_localid(state: State, call: Call) -> list[Entry]:
    """Status by localid; unknown and too old ones get status 100 and messageid 0."""
    written = parameters.identifiers(call.fields, "localid", state.settings.max_lookup, state.rules)
    window = state.settings.localid_lookup_window if call.twists.lookup_window is None else call.twists.lookup_window
    known = [(localid, state.by_localid(parameters.local_id(localid, state.rules), window)) for localid in written]
    entries.some_known(state, [message for _, message in known])
    return [
        entries.state_of(message, {"messageid": message.messageid if message else 0, "localid": localid})
        for localid, message in known
    ]


def _by_receptor(state: State, call: Call) -> list[Entry]:
    """Everything sent to one number within at most one day, oldest first."""
    written = parameters.required(call.fields, "receptor", state.rules)
    receptor = phones.receptor(written)
    if receptor is None:
        raise Denial(411, "receptor is not a mobile number")
    span = parameters.date_range(call.fields, state.rules, state.settings.longest_range)
    found = state.sent_to(receptor, span)
    entries.not_empty(state, found)
    shown = phones.shown(receptor, written, state.rules.receptor_form)
    return [entries.state_of(message, {"messageid": message.messageid, "receptor": shown}) for message in found]


METHODS = (
    Method("sms/status", _by_messageid, counted="messageid"),
    Method("sms/statuslocalmessageid", _by_localid, counted="localid"),
    Method("sms/statusbyreceptor", _by_receptor, counted="receptor"),
)
