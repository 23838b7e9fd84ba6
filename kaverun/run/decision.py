"""What to do after a request, as a pure function of its outcome (facts page, *What each outcome means for a batch*)."""

from __future__ import annotations

from enum import Enum

from kaverun.kavenegar.outcome import Outcome


class Decision(Enum):
    """The next step for the messages of a request that are still open."""

    DONE = "every message has its outcome"
    SPLIT = "send each half by itself, to find the bad message"
    REJECT = "this one message is the bad one"
    RETRY = "certainly not sent: wait and send again"
    LOOK_UP = "maybe sent: wait, look up by localid, send what is not there"
    GIVE_UP = "no more attempts for this batch; the run goes on"
    STOP = "nothing more can be sent in this run"


def decide(outcome: Outcome, *, size: int, attempts_left: int) -> Decision:
    """`size` is how many messages are open, `attempts_left` how many requests the retry policy still allows."""
    match outcome:
        case Outcome.DONE:
            return Decision.DONE
        case Outcome.BAD_MESSAGE:
            return Decision.SPLIT if size > 1 else Decision.REJECT
        case Outcome.BAD_REQUEST | Outcome.REFUSED | Outcome.NO_CREDIT:
            return Decision.STOP
        case Outcome.LATER | Outcome.NOT_SENT:
            return Decision.RETRY if attempts_left else Decision.GIVE_UP
        case Outcome.UNKNOWN:
            return Decision.LOOK_UP if attempts_left else Decision.GIVE_UP
