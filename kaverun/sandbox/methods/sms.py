"""`sms/…`: sending and asking (document, *SMS Endpoints*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kaverun.kavenegar.codes import MESSAGE_STATUSES
from kaverun.sandbox import parameters, phones
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.delivery import FAILED, INVALID_ID
from kaverun.sandbox.faults.deck import Row
from kaverun.sandbox.intake import Intake
from kaverun.sandbox.records import Draft, Envelope, Message
from kaverun.sandbox.state import State

_TEXTS = {status.code: status.persian for status in MESSAGE_STATUSES.values()}


def _send(state: State, call: Call) -> list[dict[str, Any]]:
    """One text to one or several receptors."""
    rules, fields = state.rules, call.fields
    written = parameters.required(fields, "receptor", rules).split(",")
    text = parameters.message(fields)
    _limit(len(written), state.settings.max_batch)
    envelope = _envelope(state, call)
    kind = parameters.display_type(parameters.optional(fields, "type"))
    localids = _send_localids(fields, len(written), state)
    line = _line(state, parameters.optional(fields, "sender") or state.config.defaultsender)
    rows = [
        _draft(state, receptor, line, text, localid, kind) for receptor, localid in zip(written, localids, strict=True)
    ]
    return _accepted(state, call, envelope, rows)


def _send_localids(fields: Mapping[str, str], count: int, state: State) -> list[str]:
    written = parameters.optional(fields, "localid")
    items = written.split(",") if written else [""] * count
    if len(items) != count:
        raise Denial(419, f"{len(items)} localids for {count} receptors")
    return [parameters.local_id(item, state.rules) for item in items]


def _sendarray(state: State, call: Call) -> list[dict[str, Any]]:
    """Texts, receptors and lines in arrays of equal length."""
    rules, fields = state.rules, call.fields
    receptors, senders, texts = (parameters.array(fields, name, rules) for name in ("receptor", "sender", "message"))
    count = len(receptors)
    if not count == len(senders) == len(texts):
        raise Denial(419, f"{count} receptors, {len(senders)} senders, {len(texts)} messages")
    localids = parameters.optional_array(fields, "localmessageids", count, joined=True) or [""] * count
    kinds = parameters.optional_array(fields, "type", count) or [""] * count
    _limit(count, state.settings.max_batch)
    envelope = _envelope(state, call)
    lines = {sender: _line(state, sender) for sender in dict.fromkeys(senders)}
    types = {kind: parameters.display_type(kind) for kind in dict.fromkeys(kinds)}
    rows = [
        _draft(state, receptor, lines[sender], text, parameters.local_id(localid, rules), types[kind])
        for receptor, sender, text, localid, kind in zip(receptors, senders, texts, localids, kinds, strict=True)
    ]
    return _accepted(state, call, envelope, rows)


def _limit(count: int, most: int) -> None:
    if count > most:
        raise Denial(414, f"{count} messages")


def _envelope(state: State, call: Call) -> Envelope:
    fields = call.fields
    return Envelope(
        request=call.number,
        date=parameters.send_date(fields, state.clock.now()),
        tag=parameters.tag(fields, state.rules, state.settings.tags),
        hide=parameters.hide(fields),
        policy=parameters.optional(fields, "policy"),
    )


def _line(state: State, written: str) -> str:
    line = phones.sender(written)
    if line is None or (state.settings.lines and line not in state.settings.lines):
        raise Denial(412, f"sender={written}")
    return line


def _draft(state: State, written: str, line: str, text: str, localid: str, kind: int | None) -> Draft:
    receptor = phones.receptor(written)
    if receptor is None and state.settings.bad_receptor == "batch":
        raise Denial(411, "a receptor is no mobile number")
    if not text or len(text) > state.settings.max_text or text.isspace():
        raise Denial(413, f"a message of {len(text)} characters")
    return Draft(receptor or written, written, line, text, localid, kind, receptor is None)


def _accepted(state: State, call: Call, envelope: Envelope, drafts: list[Draft]) -> list[dict[str, Any]]:
    for index in call.twists.bad_rows:
        drafts[index] = drafts[index]._replace(refused=True)
    messages = Intake(state, envelope, call.twists).accept(drafts)
    now = int(state.clock.now())
    return [
        _refused(draft, now) if message is None else sent_entry(state, message, draft.written)
        for message, draft in zip(messages, drafts, strict=True)
    ]


def sent_entry(state: State, message: Message, written: str) -> dict[str, Any]:
    """A row of a sending answer (document, *Send*, response fields), `localid` where the dialect has it."""
    entry: dict[str, Any] = {
        "messageid": message.messageid,
        "message": message.text,
        "status": message.status,
        "statustext": _TEXTS[message.status],
        "sender": message.sender,
        "receptor": phones.shown(message.receptor, written, state.rules.receptor_form),
        "date": message.date,
        "cost": message.cost,
    }
    if state.rules.localids_answered and message.localid:
        entry["localid"] = message.localid
    return entry


def _refused(draft: Draft, now: int) -> dict[str, Any]:
    """A row that was not taken: status 6 and no messageid (facts, *What each outcome means*)."""
    return {
        "message": draft.text,
        "status": FAILED,
        "statustext": _TEXTS[FAILED],
        "sender": draft.sender,
        "receptor": draft.written,
        "date": now,
        "cost": 0,
    }


def _status(state: State, call: Call) -> list[dict[str, Any]]:
    """Status by messageid; unknown and too old ones get status 100 (facts, *Meaning*)."""
    wanted = parameters.numbers(call.fields, "messageid", state.settings.max_lookup, state.rules)
    oldest = state.clock.now() - state.settings.status_window
    found = [(messageid, state.by_messageid(messageid)) for messageid in wanted]
    known = [
        (messageid, message if message and message.accepted_at >= oldest else None) for messageid, message in found
    ]
    _something(state, [message for _, message in known])
    return [_state_entry(message, {"messageid": messageid}) for messageid, message in known]


def _status_by_localid(state: State, call: Call) -> list[dict[str, Any]]:
    """Status by localid; unknown and too old ones get status 100 and messageid 0."""
    written = parameters.identifiers(call.fields, "localid", state.settings.max_lookup, state.rules)
    window = state.settings.localid_lookup_window if call.twists.lookup_window is None else call.twists.lookup_window
    known = [(localid, state.by_localid(parameters.local_id(localid, state.rules), window)) for localid in written]
    _something(state, [message for _, message in known])
    return [
        _state_entry(message, {"messageid": message.messageid if message else 0, "localid": localid})
        for localid, message in known
    ]


def _something(state: State, messages: list[Message | None]) -> None:
    if state.rules.empty_lookup_is_449 and not any(messages):
        raise Denial(449)


def _state_entry(message: Message | None, ids: dict[str, Any]) -> dict[str, Any]:
    status = message.status if message else INVALID_ID
    return {**ids, "status": status, "statustext": _TEXTS[status]}


def _send_rows(fields: Mapping[str, str]) -> Sequence[Row]:
    text = fields.get("message", "")
    return [_row(receptor, text) for receptor in fields.get("receptor", "").split(",")]


def _sendarray_rows(fields: Mapping[str, str]) -> Sequence[Row]:
    receptors, texts = parameters.loose_array(fields, "receptor"), parameters.loose_array(fields, "message")
    texts += [""] * (len(receptors) - len(texts))
    return [_row(receptor, text) for receptor, text in zip(receptors, texts, strict=False)]


def _row(receptor: str, text: str) -> Row:
    return Row(phones.receptor(receptor) or receptor, text)


METHODS = (
    Method("sms/send", _send, counted="receptor", rows=_send_rows),
    Method("sms/sendarray", _sendarray, counted="receptor", rows=_sendarray_rows, verbs=frozenset({"POST"})),
    Method("sms/status", _status, counted="messageid"),
    Method("sms/statuslocalmessageid", _status_by_localid, counted="localid"),
)
