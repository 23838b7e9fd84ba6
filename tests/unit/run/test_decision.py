"""The decision after a request, as the table of the facts page has it."""

import pytest

from kaverun.kavenegar.outcome import Outcome
from kaverun.run.decision import Decision, decide


@pytest.mark.parametrize(
    ("outcome", "with_attempts", "without"),
    [
        (Outcome.DONE, Decision.DONE, Decision.DONE),
        (Outcome.BAD_MESSAGE, Decision.SPLIT, Decision.SPLIT),
        (Outcome.BAD_REQUEST, Decision.STOP, Decision.STOP),
        (Outcome.REFUSED, Decision.STOP, Decision.STOP),
        (Outcome.NO_CREDIT, Decision.STOP, Decision.STOP),
        (Outcome.LATER, Decision.RETRY, Decision.GIVE_UP),
        (Outcome.NOT_SENT, Decision.RETRY, Decision.GIVE_UP),
        (Outcome.UNKNOWN, Decision.LOOK_UP, Decision.GIVE_UP),
    ],
)
def test_each_outcome_has_one_next_step(outcome, with_attempts, without):
    assert decide(outcome, size=200, attempts_left=1) is with_attempts
    assert decide(outcome, size=200, attempts_left=0) is without


def test_every_outcome_is_decided():
    assert all(isinstance(decide(outcome, size=1, attempts_left=1), Decision) for outcome in Outcome)


def test_a_bad_message_that_stands_alone_is_rejected():
    assert decide(Outcome.BAD_MESSAGE, size=1, attempts_left=5) is Decision.REJECT
