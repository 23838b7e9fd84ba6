"""Asking the provider what it holds under localids (API document, *StatusLocalMessageId*)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import Client
from kaverun.plan.batches import Message

Place = TypeVar("Place", bound=Hashable)

# Lookups by localid end 12 hours after sending (API document, *StatusLocalMessageId*, limits); 5 minutes are
# left for clocks that differ.
LOOKUP_WINDOW = 12 * 3600.0 - 300.0
NO_SUCH_ID = 100


def look_up(client: Client, messages: Mapping[Place, Message]) -> dict[Place, MessageState]:
    """What the provider has of `messages`, by their places; a message it does not know is left out."""
    places = {str(message.localid): place for place, message in messages.items()}
    found = {}
    for state in client.status_by_localid(message.localid for message in messages.values()):
        place = places.get(state.localid)
        if place is not None and state.messageid is not None and state.status != NO_SUCH_ID:
            found[place] = state
    return found
