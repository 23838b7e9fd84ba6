"""Waiting between attempts: whoever looks on is told of every request that is made again."""

from __future__ import annotations

import gc
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.errors import ApiError, NotReached
from kaverun.run.retrying import Patience

REFUSED = NotReached("the connection to Kavenegar was refused")


@pytest.fixture
def retried():
    return []


@pytest.fixture
def patience(clock, stopping, retried):
    retry = Retry(attempts=3, jitter="0s")
    return Patience(retry, stopping, clock, clock.sleep, on_retry=lambda seconds: retried.append(clock.now()))


def failing(times, then):
    """A question that gets no answer so many times."""
    left = [REFUSED] * times

    def ask():
        if left:
            raise left.pop()
        return then

    return ask


def test_what_is_answered_at_once_is_no_retry(patience, retried):
    assert patience.ask(failing(0, "answer")) == "answer"
    assert patience.until(bool, lambda: True, lambda: None)
    assert not retried


def test_each_repeated_question_is_told_before_it_is_waited_for(patience, retried, clock):
    began = clock.now()
    assert patience.ask(failing(2, "answer")) == "answer"
    assert retried == [began, began + clock.slept[0]]


def test_the_last_attempt_is_followed_by_no_retry(patience, retried):
    with pytest.raises(NotReached):
        patience.ask(failing(9, "answer"))
    assert len(retried) == 2


def test_each_repeated_attempt_is_told(patience, retried):
    outcomes = iter([False, False, True])
    assert patience.until(bool, lambda: next(outcomes), lambda: None)
    assert len(retried) == 2


def test_a_question_leaves_nothing_behind_that_only_the_garbage_collector_finds(patience):
    patience.ask(failing(0, "the first makes what all share"))
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            patience.ask(failing(0, "answer"))
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_questions_of_several_threads_have_all_their_attempts_each(patience, retried):
    asked: Counter[int] = Counter()

    def ask(number):
        def question():
            asked[number] += 1
            if asked[number] < 3:
                raise REFUSED
            return number

        return patience.ask(question)

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(ask, range(40))] == [*range(40)]
    assert set(asked.values()) == {3}
    assert len(retried) == 80


def test_the_wait_that_the_provider_asked_for_is_reported_before_it_begins(clock, stopping):
    waits = []
    patience = Patience(Retry(attempts=2, jitter="0s"), stopping, clock, clock.sleep, on_retry=waits.append)
    busy = [ApiError(451, retry_after=300.0)]
    patience.ask(lambda: _raise(busy.pop()) if busy else None)
    assert waits == [300.0]


def _raise(error):
    raise error
