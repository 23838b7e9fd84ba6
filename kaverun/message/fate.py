"""What became of one message."""

from __future__ import annotations

from enum import StrEnum


class Fate(StrEnum):
    """The life of a message; the values are those of the ledger's tables.

    PLANNED messages are in no request yet. SENDING ones are in a request that may have left, and whose outcome nobody
    recorded. CANCELLED was ACCEPTED before, and the provider has since confirmed a cancellation: its recipient got
    nothing, and may be sent a message of the next generation. CANCELLING is either of the two: a cancellation was about
    to be asked for, and its result is not known yet, so the message is not sent again until it is.
    """

    PLANNED = "planned"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


#: Held by the provider at some time: no later outcome of the same request can undo that.
TAKEN = (Fate.ACCEPTED, Fate.CANCELLED, Fate.CANCELLING)
#: Those of them that may be on their way to somebody.
LIVE = (Fate.ACCEPTED, Fate.CANCELLING)
