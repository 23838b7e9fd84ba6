from __future__ import annotations

from kaverun.sandbox.throttle import Throttle


def test_without_a_limit_every_call_is_accepted() -> None:
    throttle = Throttle(None)
    assert all(throttle.admits(0.0) for _ in range(1000))


def test_a_call_counts_for_a_minute_and_a_refused_one_not_at_all() -> None:
    throttle = Throttle(2)
    assert [throttle.admits(now) for now in (0.0, 30.0, 59.9, 59.9, 60.0, 60.0, 90.0)] == [
        *(True, True, False, False, True, False, True)
    ]


def test_calls_after_a_clock_was_set_back_belong_to_no_minute() -> None:
    throttle = Throttle(1)
    assert [throttle.admits(now) for now in (1000.0, 10.0, 10.0, 70.0)] == [True, True, False, True]


def test_no_call_at_all_may_be_allowed() -> None:
    assert not Throttle(0).admits(0.0)
