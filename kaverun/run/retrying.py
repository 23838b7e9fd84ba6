"""Waiting between attempts, as the campaign's retry policy says; a stop cuts every wait short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    stop_when_event_set,
    wait_exponential,
    wait_random,
)

from kaverun.clock import Clock
from kaverun.kavenegar.errors import KavenegarError
from kaverun.kavenegar.outcome import Outcome

if TYPE_CHECKING:
    from kaverun.campaign.models import Retry

T = TypeVar("T")
# No result: attempts go on as long as they are asked for.
_NEVER = object()

# If a provider asks for more patience than this (seconds), the run stops; it can be resumed.
LONGEST_WAIT = 600.0
# However many attempts a campaign allows, one request is not retried for longer than this, in seconds.
LONGEST_PATIENCE = 3600.0
_WORTH_ASKING_AGAIN = (Outcome.LATER, Outcome.NOT_SENT, Outcome.UNKNOWN)


class Patience:
    """Builds tenacity's retry loops from the campaign's `retry:` section.

    `sleep` waits for seconds and may return early once `stopping` is set. `on_retry` is called with the seconds of
    every wait for another attempt, before it and by the thread that waits.
    """

    def __init__(
        self,
        retry: Retry,
        stopping: Event,
        clock: Clock,
        sleep: Callable[[float], object] | None = None,
        on_retry: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._clock = clock
        self.attempts = retry.attempts
        self.stopping = stopping
        self._sleep = sleep or stopping.wait
        self._before_sleep: Callable[[RetryCallState], None] = lambda state: on_retry(state.upcoming_sleep)
        exponential = wait_exponential(multiplier=retry.initial, exp_base=retry.multiplier, max=retry.max)
        self._stop = (
            stop_after_attempt(retry.attempts) | stop_after_delay(LONGEST_PATIENCE) | stop_when_event_set(stopping)
        )
        self._wait = exponential + wait_random(0, retry.jitter)
        # One for all questions: a loop refers to itself, so thousands would fill memory until Python collects cycles.
        self._asking = Retrying(
            stop=self._stop,
            wait=lambda state: self._longer(state, _retry_after(state)),
            retry=retry_if_exception(_worth_asking_again),
            sleep=self._sleep_for,
            before_sleep=self._before_sleep,
            reraise=True,
        )

    def until(self, settled: Callable[[T], bool], attempt: Callable[[], T], wish: Callable[[], float | None]) -> T:
        """Call `attempt` until its result is `settled`, attempts run out or the run stops; returns the last result.

        `wish` is the provider's Retry-After in seconds for the attempt just made.
        """
        first = attempt()
        if settled(first):
            return first
        results: Iterator[T] = chain([first], iter(attempt, _NEVER))
        loop = Retrying(
            stop=self._stop,
            wait=lambda state: self._longer(state, wish()),
            retry=retry_if_result(lambda result: not settled(result)),
            sleep=self._sleep_for,
            before_sleep=self._before_sleep,
            retry_error_callback=_last_result,
        )
        return loop(lambda: next(results))

    def ask(self, question: Callable[[], T]) -> T:
        """Call something that only reads, repeatedly while that may help; raises its last `KavenegarError`."""
        return self._asking(question)

    def wait_until(self, when: float) -> None:
        """Wait for a time in unix seconds, or for a stop."""
        self._sleep_for(max(0.0, when - self._clock.now()))

    def pause(self) -> None:
        """Wait as after a first failed attempt."""
        self._sleep_for(self._wait(_FIRST))

    def _longer(self, state: RetryCallState, wish: float | None) -> float:
        return min(max(self._wait(state), wish or 0.0), LONGEST_WAIT)

    def _sleep_for(self, seconds: float) -> None:
        self._sleep(seconds)


_FIRST = RetryCallState(Retrying(), None, (), {})


def _last_result(state: RetryCallState) -> T:  # type: ignore[type-var]
    assert state.outcome is not None
    return state.outcome.result()  # type: ignore[no-any-return]


def _worth_asking_again(error: BaseException) -> bool:
    return isinstance(error, KavenegarError) and error.outcome in _WORTH_ASKING_AGAIN


def _retry_after(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, KavenegarError) else None
