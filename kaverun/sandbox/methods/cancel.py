"""`sms/cancel`: cancels what has not gone out yet (document, 10)."""

from __future__ import annotations

from collections.abc import Iterator

from kaverun.sandbox import parameters
from kaverun.sandbox.call import Call, Method
from kaverun.sandbox.delivery import QUEUED
from kaverun.sandbox.methods import entries
from kaverun.sandbox.methods.entries import Entry
from kaverun.sandbox.records import Note
from kaverun.sandbox.state import State


def _cancel(state: State, call: Call) -> list[Entry]:
    """Status 13 if the message could be cancelled; otherwise its current status, 100 for unknown ids.

    No age limit is documented: a message scheduled for next month can be cancelled until then.
    """
    wanted = parameters.numbers(call.fields, "messageid", state.settings.max_lookup, state.rules)
    call.notes.extend(_notes(state, wanted))
    done = [(messageid, state.cancel(messageid)) for messageid in wanted]
    entries.some_known(state, [message for _, message in done])
    return [entries.state_of(message, {"messageid": messageid}) for messageid, message in done]


def _notes(state: State, wanted: list[int]) -> Iterator[Note]:
    queued = sum(message is not None and message.status == QUEUED for message in map(state.by_messageid, wanted))
    if queued and QUEUED in state.rules.cancellable:
        yield Note(0, f"the live service cancels scheduled messages only, {queued} of these were queued")


METHODS = (Method("sms/cancel", _cancel, counted="messageid"),)
