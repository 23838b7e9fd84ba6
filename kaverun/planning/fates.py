"""What an earlier fate of a message makes of its row: action, cause and reason."""

from __future__ import annotations

from typing import NamedTuple

from kaverun.message.fate import Fate
from kaverun.plan.plan import ANEW_CAUSE, IN_DOUBT_CAUSE, Action


class Decision(NamedTuple):
    """The part of an `Entry` that follows from what the ledger knows."""

    action: Action
    cause: str
    reason: str


_DOUBT = Decision(
    "send", IN_DOUBT_CAUSE, "in doubt after an earlier run: looked up at the provider before it is sent again"
)
_FIRST: dict[Fate, Decision] = {
    Fate.PLANNED: Decision("send", "", ""),
    Fate.NOT_SENT: Decision("send", "", ""),
    Fate.REJECTED: Decision("send", "", "rejected by an earlier run, tried again"),
    Fate.ACCEPTED: Decision("done", "sent earlier", "sent by an earlier run"),
    Fate.CANCELLING: Decision(
        "done",
        "perhaps cancelled",
        "sent by an earlier run; a cancellation of it was cut off, so apply first asks the provider whether it took "
        "effect, and if so sends it again",
    ),
    Fate.CANCELLED: Decision("send", ANEW_CAUSE, "cancelled earlier, sent again"),
    Fate.UNKNOWN: _DOUBT,
    Fate.SENDING: _DOUBT,
}
_AGAIN: dict[Fate, Decision] = {
    **_FIRST,
    Fate.PLANNED: Decision("send", ANEW_CAUSE, "cancelled earlier, sent again"),
    Fate.NOT_SENT: Decision("send", ANEW_CAUSE, "cancelled earlier, sent again"),
    Fate.REJECTED: Decision(
        "send", ANEW_CAUSE, "cancelled earlier, sent again; rejected by an earlier run, tried again"
    ),
}
#: By the latest fate of a message, and whether an earlier message of its recipient was cancelled.
DECISIONS: dict[tuple[Fate, bool], Decision] = {
    **{(fate, False): decision for fate, decision in _FIRST.items()},
    **{(fate, True): decision for fate, decision in _AGAIN.items()},
}
#: Reasons of rows that were served with something else than the file says now; their row shows what the file says.
SENT_OTHERWISE = {
    "text": "sent by an earlier run with another text",
    "number": "sent by an earlier run to another number",
    "line": "sent by an earlier run from another line",
}
