"""Fewer requests at a time while the provider is busy or slow, and as many as the campaign allows again after that."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from kaverun.kavenegar.errors import ApiError
from kaverun.run.throttle import Throttle


@pytest.fixture
def throttle(clock):
    return Throttle(8, clock, Event(), read_timeout=30.0)


def answer(throttle, clock, seconds=0.1):
    with throttle.slot():
        clock.time += seconds


def test_it_begins_with_all_the_campaign_allows_and_never_goes_above(throttle, clock):
    for _ in range(5):
        answer(throttle, clock)
    assert throttle.bound == 8


def test_a_busy_provider_halves_it_once_for_all_requests_of_one_moment(throttle):
    for _ in range(8):
        throttle.busy()
    assert throttle.bound == 4


def test_it_never_goes_below_one(throttle, clock):
    for _ in range(10):
        throttle.busy()
        clock.time += 2
    assert throttle.bound == 1


def test_slow_answers_halve_it_as_well(throttle, clock):
    answer(throttle, clock, 15.0)
    assert throttle.bound == 4


def test_it_grows_again_by_one_with_as_many_answers_as_it_is_wide(throttle, clock):
    throttle.busy()
    clock.time += 2
    bounds = []
    for _ in range(30):
        answer(throttle, clock)
        bounds.append(throttle.bound)
    assert bounds[:4] == [4, 4, 4, 4]
    assert bounds[5] == 5
    assert bounds[-1] == 8


def test_a_request_that_failed_frees_its_place(throttle):
    for _ in range(10):
        with pytest.raises(ApiError), throttle.slot():
            raise ApiError(500)
    with throttle.slot():
        assert throttle.bound == 8


def test_who_finds_no_place_waits_for_one(clock):
    throttle, entered, leave = Throttle(1, clock, Event(), read_timeout=30.0), Event(), Event()

    def occupy():
        with throttle.slot():
            entered.set()
            leave.wait(5)

    thread = Thread(target=occupy)
    thread.start()
    entered.wait(5)
    waiting = Thread(target=answer, args=(throttle, clock))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    leave.set()
    waiting.join(5)
    thread.join(5)
    assert not waiting.is_alive()


def test_a_stop_ends_the_waiting(clock):
    stopping = Event()
    throttle = Throttle(1, clock, stopping, read_timeout=30.0)
    stopping.set()
    with throttle.slot(), throttle.slot():
        assert throttle.bound == 1
