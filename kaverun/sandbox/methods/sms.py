"""`sms/send` and `sms/sendarray` (document, 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kaverun.sandbox import parameters
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.faults.deck import Row
from kaverun.sandbox.methods.entries import Entry
from kaverun.sandbox.methods.sending import accepted, draft, envelope, limit, line, row
from kaverun.sandbox.state import State


def _send(state: State, call: Call) -> list[Entry]:
    """One text to one or several receptors."""
    rules, fields = state.rules, call.fields
    written = parameters.required(fields, "receptor", rules).split(",")
    text = parameters.message(fields)
    limit(len(written), state.settings.max_batch)
    shared = envelope(state, call)
    kind = parameters.display_type(parameters.optional(fields, "type"))
    localids = parameters.optional_array(fields, "localid", len(written), joined=True) or [""] * len(written)
    sender = line(state, parameters.optional(fields, "sender") or state.config.defaultsender)
    rows = [
        draft(state, receptor, sender, text, parameters.local_id(localid, rules), kind)
        for receptor, localid in zip(written, localids, strict=True)
    ]
    return accepted(state, call, shared, rows)


def _sendarray(state: State, call: Call) -> list[Entry]:
    """Texts, receptors and lines in arrays of equal length."""
    rules, fields = state.rules, call.fields
    receptors, senders, texts = (parameters.array(fields, name, rules) for name in ("receptor", "sender", "message"))
    count = len(receptors)
    if not count == len(senders) == len(texts):
        raise Denial(419, f"{count} receptors, {len(senders)} senders, {len(texts)} messages")
    if not count:
        raise Denial(rules.empty_value, "the arrays are empty")
    localids = parameters.optional_array(fields, "localmessageids", count, joined=True) or [""] * count
    # The provider's own PHP client writes type=null if it has none.
    kinds = parameters.optional_array(fields, "type", count, nullable=True) or [""] * count
    limit(count, state.settings.max_batch)
    shared = envelope(state, call)
    lines = {sender: line(state, sender) for sender in dict.fromkeys(senders)}
    types = {kind: parameters.display_type(kind) for kind in dict.fromkeys(kinds)}
    rows = [
        draft(state, receptor, lines[sender], text, parameters.local_id(localid, rules), types[kind])
        for receptor, sender, text, localid, kind in zip(receptors, senders, texts, localids, kinds, strict=True)
    ]
    return accepted(state, call, shared, rows)


def send_rows(fields: Mapping[str, str]) -> Sequence[Row]:
    """The rows of one text to several receptors, as faults see them."""
    text = fields.get("message", "")
    return [row(receptor, text) for receptor in fields.get("receptor", "").split(",")]


def _sendarray_rows(fields: Mapping[str, str]) -> Sequence[Row]:
    receptors, texts = parameters.loose_array(fields, "receptor"), parameters.loose_array(fields, "message")
    texts += [""] * (len(receptors) - len(texts))
    return [row(receptor, text) for receptor, text in zip(receptors, texts, strict=False)]


METHODS = (
    Method("sms/send", _send, counted="receptor", rows=send_rows),
    Method("sms/sendarray", _sendarray, counted="receptor", rows=_sendarray_rows, verbs=frozenset({"POST"})),
)
