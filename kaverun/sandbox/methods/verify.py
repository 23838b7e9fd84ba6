"""`verify/lookup`: a template of the panel, sent or read out (document, 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kaverun.sandbox import parameters, templates
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.faults.deck import Row
from kaverun.sandbox.methods.entries import Entry
from kaverun.sandbox.methods.sending import accepted, draft, one_or_all, row
from kaverun.sandbox.records import Channel, Envelope, Note
from kaverun.sandbox.state import State


def _lookup(state: State, call: Call) -> list[Entry] | Entry:
    """One message; there is no localid, so repeating the call sends again."""
    rules, fields = state.rules, call.fields
    receptor = parameters.required(fields, "receptor", rules)
    template = parameters.required(fields, "template", rules).strip()
    given = templates.tokens(fields, rules)
    channel, kind = _way(fields, state)
    text = templates.fill(template, given, dict(state.settings.templates))
    if channel == "call" and not given["token"].isdecimal():
        raise Denial(428, "token is not a number, so it cannot be read out")
    call.notes.extend(_notes(fields, given))
    tag = parameters.tag(fields, rules, state.settings.tags)
    shared = Envelope(call.number, tag=tag, channel=channel, template=template)
    drafts = [draft(state, receptor, state.config.defaultsender, text, "", kind)]
    return one_or_all(accepted(state, call, shared, drafts), rules)


def _way(fields: Mapping[str, str], state: State) -> tuple[Channel, int | None]:
    """`type`: sms or call (facts), or a display type in the document's dialect; raises Denial 400."""
    written = parameters.optional(fields, "type").lower()
    if written in ("", "sms"):
        return "sms", None
    if written == "call":
        return "call", None
    if not state.rules.display_type_in_lookup:
        raise Denial(400, f"type={written}")
    return "sms", parameters.display_type(written)


def _notes(fields: Mapping[str, str], given: Mapping[str, str]) -> Iterator[Note]:
    for name in given.keys() - templates.LIVE_NAMES:
        yield Note(0, f"the live service does not know {name}")
    if parameters.optional(fields, "type").isdigit():
        yield Note(400, "type is sms or call on the live service")


def _rows(fields: Mapping[str, str]) -> Sequence[Row]:
    return [row(fields.get("receptor", ""), fields.get("token", ""))]


METHODS = (Method("verify/lookup", _lookup, counted="receptor", rows=_rows),)
