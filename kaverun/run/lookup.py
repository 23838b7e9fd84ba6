"""Asking the provider what it holds under localids (API document, *StatusLocalMessageId*)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import Unanswered
from kaverun.message.batch import Message

Place = TypeVar("Place", bound=Hashable)

# Look-ups by localid end 12 hours after sending (API document, *StatusLocalMessageId*, limits); 5 minutes allow for
# clocks that differ.
LOOKUP_WINDOW = 12 * 3600.0 - 300.0
NO_SUCH_ID = 100


def look_up(client: Client, messages: Mapping[Place, Message]) -> dict[Place, MessageState]:
    """What the provider has of `messages`, by their places; a message it does not know is left out.

    Raises `KavenegarError`; also `Unanswered` if an answer lacks messages but holds others, under no localid or under
    one that was not asked for: those may be the missing ones.
    """
    places = {str(message.localid): place for place, message in messages.items()}
    found: dict[Place, MessageState] = {}
    missing, strange = {*places}, False
    for state in client.status_by_localid(message.localid for message in messages.values()):
        localid = state.localid.strip() or (next(iter(places)) if len(places) == 1 else "")
        missing.discard(localid)
        if state.messageid is None or state.status == NO_SUCH_ID:
            continue
        if localid in places:
            found[places[localid]] = state
        else:
            strange = True
    if missing and strange:
        raise Unanswered("Kavenegar answered a look-up by localid with messages that cannot be told apart")
    return found
