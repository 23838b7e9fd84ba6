"""`call/maketts`: a text read out by phone (document, 12)."""

from __future__ import annotations

from kaverun.sandbox import parameters
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.methods.entries import Entry
from kaverun.sandbox.methods.sending import accepted, draft, limit, one_or_all
from kaverun.sandbox.methods.sms import send_rows
from kaverun.sandbox.records import Envelope
from kaverun.sandbox.state import State


def _maketts(state: State, call: Call) -> list[Entry] | Entry:
    """One text to one or several receptors; `localid` is a JSON array or joined with commas."""
    rules, fields = state.rules, call.fields
    written = parameters.required(fields, "receptor", rules).split(",")
    text = parameters.message(fields)
    limit(len(written), state.settings.max_batch)
    if not any(letter.isalnum() for letter in text):
        raise Denial(428, "the text has no letters or digits")
    localids = parameters.optional_array(fields, "localid", len(written), joined=True) or [""] * len(written)
    date = parameters.send_date(fields, state.clock.now())
    sender = state.config.defaultsender
    rows = [
        draft(state, receptor, sender, text, parameters.local_id(localid, rules), None)
        for receptor, localid in zip(written, localids, strict=True)
    ]
    return one_or_all(accepted(state, call, Envelope(call.number, date, channel="call"), rows), rules)


METHODS = (Method("call/maketts", _maketts, counted="receptor", rows=send_rows),)
