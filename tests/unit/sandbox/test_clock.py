from __future__ import annotations

from kaverun.sandbox.clock import VirtualClock


class Fixed:
    """A clock that shows the time it is set to."""

    def __init__(self, hour: float) -> None:
        self.hour = hour

    def now(self) -> float:
        return self.hour

    def monotonic(self) -> float:
        return self.hour

    def sleep(self, seconds: float) -> None:
        self.hour += seconds


def test_it_starts_as_the_underlying_clock_and_goes_with_it() -> None:
    fixed = Fixed(100.0)
    clock = VirtualClock(fixed)
    clock.sleep(5)
    assert (clock.now(), clock.monotonic()) == (105.0, 105.0)


def test_it_can_be_moved_and_goes_on_from_there() -> None:
    fixed = Fixed(100.0)
    clock = VirtualClock(fixed)
    clock.advance(3600)
    fixed.hour += 1
    assert clock.now() == 3701.0
    clock.set(50.0)
    assert clock.now() == 50.0


def test_a_stopped_clock_stands_still_until_it_is_resumed() -> None:
    fixed = Fixed(100.0)
    clock = VirtualClock(fixed)
    clock.stop()
    fixed.hour += 10
    clock.advance(1)
    assert (clock.now(), clock.stopped) == (101.0, True)
    clock.resume()
    fixed.hour += 10
    assert (clock.now(), clock.stopped) == (111.0, False)


def test_reset_is_the_underlying_clock_again() -> None:
    clock = VirtualClock(Fixed(100.0))
    clock.stop()
    clock.advance(7)
    clock.reset()
    assert (clock.now(), clock.stopped) == (100.0, False)
