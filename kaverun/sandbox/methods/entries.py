"""Rows of answers, named as in the document's samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kaverun.kavenegar.codes import MESSAGE_STATUSES
from kaverun.sandbox import phones
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.delivery import FAILED, INVALID_ID
from kaverun.sandbox.records import Draft, Message
from kaverun.sandbox.state import State

Entry = dict[str, Any]

_TEXTS = {status.code: status.persian for status in MESSAGE_STATUSES.values()}


def statustext(status: int) -> str:
    """The Persian wording of a status, even of one in no table."""
    return _TEXTS.get(status, "نامشخص")


def sent(state: State, message: Message, written: str) -> Entry:
    """A whole message (document, *Send*, response fields), with its receptor `written` as in the request.

    `localid` is included if the dialect has it.
    """
    entry: Entry = {
        "messageid": message.messageid,
        "message": message.text,
        "status": message.status,
        "statustext": statustext(message.status),
        "sender": message.sender,
        "receptor": phones.shown(message.receptor, written, state.rules.receptor_form),
        "date": message.date,
        "cost": message.cost,
    }
    if state.rules.localids_answered and message.localid:
        entry["localid"] = message.localid
    return entry


def refused(draft: Draft, now: int) -> Entry:
    """A row that was not accepted: status 6 and no messageid (facts, *What each outcome means*)."""
    return {
        "message": draft.text,
        "status": FAILED,
        "statustext": _TEXTS[FAILED],
        "sender": draft.sender,
        "receptor": draft.written,
        "date": now,
        "cost": 0,
    }


def unknown(messageid: int) -> Entry:
    """A message that does not exist: its id, status 100, and nothing else (facts, *Meaning*)."""
    return {
        "messageid": messageid,
        "message": "",
        "status": INVALID_ID,
        "statustext": _TEXTS[INVALID_ID],
        "sender": "",
        "receptor": "",
        "date": 0,
        "cost": 0,
    }


def state_of(message: Message | None, ids: Entry) -> Entry:
    """The status of a message, with the `ids` from the request; 100 if there is none."""
    status = message.status if message else INVALID_ID
    return {**ids, "status": status, "statustext": statustext(status)}


def some_known(state: State, found: Iterable[object]) -> None:
    """Raise Denial 449 if a look-up knows none of its ids and the settings make that an error."""
    if state.settings.unknown_ids_are_449 and not any(found):
        raise Denial(449, "none of the ids is known")


def not_empty(state: State, found: Sequence[object]) -> None:
    """Raise Denial 449 if a listing is empty and the dialect makes that an error (facts, *Meaning*)."""
    if state.rules.empty_lookup_is_449 and not found:
        raise Denial(449, "nothing was found")
