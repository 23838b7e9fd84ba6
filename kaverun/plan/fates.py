"""What an earlier fate of a message makes of its row: action, cause and reason."""

from __future__ import annotations

from typing import NamedTuple

from kaverun.plan.plan import ANEW_CAUSE, IN_DOUBT_CAUSE, Action
from kaverun.plan.served import Fate


class Decision(NamedTuple):
    """The part of an `Entry` that follows from what the ledger knows."""

    action: Action
    cause: str
    reason: str


def decision(fate: Fate | None, *, anew: bool = False) -> Decision:
    """`fate` is the latest of the message, None where it has none; `anew` whether an earlier one was cancelled."""
    return (_ANEW if anew else _FATES)[fate]


#: Reasons of rows that were served with something else than the file says now; their row shows what the file says.
SENT_OTHERWISE = {
    "text": "sent by an earlier run with another text",
    "number": "sent by an earlier run to another number",
    "line": "sent by an earlier run from another line",
}
_DOUBT = "in doubt after an earlier run: looked up at the provider before it is sent again"
_FATES: dict[Fate | None, Decision] = {
    None: Decision("send", "", ""),
    Fate.NOT_SENT: Decision("send", "", ""),
    Fate.REJECTED: Decision("send", "", "rejected by an earlier run, tried again"),
    Fate.ACCEPTED: Decision("done", "sent earlier", "sent by an earlier run"),
    Fate.CANCELLING: Decision(
        "done",
        "perhaps cancelled",
        "sent by an earlier run; a cancellation of it was cut off, so apply first asks the provider whether it took "
        "effect, and if so sends it again",
    ),
    Fate.UNKNOWN: Decision("send", IN_DOUBT_CAUSE, _DOUBT),
    Fate.SENDING: Decision("send", IN_DOUBT_CAUSE, _DOUBT),
}
_SENT_ANEW = "cancelled earlier, sent anew"
_ANEW: dict[Fate | None, Decision] = {
    **_FATES,
    None: Decision("send", ANEW_CAUSE, _SENT_ANEW),
    Fate.NOT_SENT: Decision("send", ANEW_CAUSE, _SENT_ANEW),
    Fate.REJECTED: Decision("send", ANEW_CAUSE, f"{_SENT_ANEW}; rejected by an earlier run, tried again"),
}
