"""Progress on stderr: one live line on a terminal, a plain line a minute elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Lock, RLock, Thread
from typing import NamedTuple

import click

from kaverun.cli.streams import ERASE
from kaverun.clock import Clock, SystemClock
from kaverun.kavenegar.redaction import redact
from kaverun.run.observer import Observer, Progress
from kaverun.text.plurals import plural

_QUIET = 60.0
_LIVE = 0.25
# A wait of this many seconds looks like a command that hangs.
_LONG_WAIT = 10.0
_USUAL_COLUMNS = 80
_ASKED = "messages asked for"
_MINUTE = 60
# Up to this many of a unit, nobody needs the next larger one.
_MANY = 90

#: Calls a function every so many seconds, until the returned function is called.
Repeat = Callable[[float, Callable[[], None]], Callable[[], None]]


def repeatedly(pause: float, draw: Callable[[], None]) -> Callable[[], None]:
    """On a separate thread: a request that gets no answer for a minute must not look like a command that died."""
    ended = Event()

    def go_on() -> None:
        while not ended.wait(pause):
            draw()

    thread = Thread(target=go_on, name="progress", daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join()

    return end


class Pace(NamedTuple):
    """How many things are done per second and how many there are, None if unknown.

    `retries` is how many requests had to be repeated.
    """

    rate: float | None
    total: int | None
    retries: int


class _Step(NamedTuple):
    """What is being done since `since` (seconds of the clock), and how many of `total`; `words` describes it."""

    name: str
    since: float
    total: int | None
    done: int
    words: Callable[[Pace], str]


class ProgressDisplay(Observer):
    """Shows how far a command is; call `clear` before printing anything else, or print it with `tell`.

    Callers only leave their figures here, as often as they like; they become text when they are drawn.
    """

    def __init__(
        self, *, terminal: bool | None = None, clock: Clock | None = None, repeat: Repeat = repeatedly
    ) -> None:
        self._terminal = _can_be_redrawn() if terminal is None else terminal
        self._clock = clock or SystemClock()
        self._repeat = repeat
        self._end: Callable[[], None] | None = None
        self._step = _Step("", 0.0, None, 0, lambda pace: "")
        self._retries = 0
        self._patient_until = float("-inf")
        self._waited: tuple[str, ...] = ()
        self._drawn = False
        # Not a plain lock: a signal handler may print while its thread is printing.
        self._printing = RLock()
        self._counting = Lock()

    def doing(self, words: str) -> None:
        """Begin a step that counts nothing."""
        self._begin(words, None, lambda pace: uncounted(words, pace))

    def planned(self, rows: int) -> None:
        """Called now and then with the number of rows planned so far."""
        self._count(rows, "rows planned")

    def checked(self, rows: int) -> None:
        """Called now and then with the number of rows of a file checked so far."""
        self._count(rows, "rows checked")

    def recalled(self, asked: int, messages: int) -> None:
        """Called with every page of messages that the provider may have but the ledger does not know."""
        self._reach("recall", asked, lambda pace: counted(asked, "messages looked up", pace), messages)

    def start_sending(self, messages: int) -> None:
        self._begin("send", messages, lambda pace: uncounted(f"0 % of {messages:,}", pace))

    def sent(self, progress: Progress) -> None:
        """Called with every commit of outcomes."""
        self._reach("send", progress.settled, lambda pace: sending(progress, pace))

    def start_cancelling(self, messages: int) -> None:
        self._begin(_ASKED, messages, lambda pace: counted(0, _ASKED, pace))

    def cancelled(self, asked: int, cancelled: int) -> None:
        """Called with every page of messages that Kavenegar was asked to cancel."""
        self._count(asked, _ASKED, f"{cancelled:,} cancelled")

    def asked(self, asked: int, messages: int) -> None:
        """Called with every page of statuses; there are `messages` at most."""
        waited = self._waited
        self._reach(_ASKED, asked, lambda pace: counted(asked, _ASKED, pace._replace(total=messages), *waited))

    def waiting(self, still_open: int, messages: int) -> None:
        """Called before each wait for statuses."""
        words = f"{still_open:,} of {plural(messages, 'message is', 'messages are')} still on their way"
        self._waited = (words,)
        self.doing(words)

    def listed(self, messages: int) -> None:
        """Called with every page of an outbox."""
        self._count(messages, "messages listed")

    def retried(self, seconds: float) -> None:
        """Called with the wait before every repeated request, from any thread.

        A long wait is announced once, however many threads wait.
        """
        with self._counting:
            self._retries += 1
            now = self._clock.monotonic()
            announced = seconds < _LONG_WAIT or now < self._patient_until
            if not announced:
                self._patient_until = now + seconds
        if not announced:
            self.tell(f"Kavenegar is not ready: the next request to it is in {seconds:,.0f} seconds.")

    def tell(self, words: str) -> None:
        """Print a line that stays."""
        with self._printing:
            self._erase()
            click.echo(redact(words), err=True)

    def clear(self) -> None:
        """Remove the line; the next figures bring it back."""
        if self._end:
            self._end()
            self._end = None
        with self._printing:
            self._erase()

    def draw(self) -> None:
        """Draw how far it is now."""
        step = self._step
        seconds = self._clock.monotonic() - step.since
        words = step.words(Pace(step.done / seconds if seconds > 0 else None, step.total, self._retries))
        # A lost terminal is no reason to stop.
        with self._printing, suppress(OSError):
            if self._terminal:
                _redraw(words[: _columns() - 1])
                self._drawn = True
            else:
                click.echo(words, err=True)

    def _count(self, done: int, what: str, *more: str) -> None:
        self._reach(what, done, lambda pace: counted(done, what, pace, *more))

    def _reach(self, name: str, done: int, words: Callable[[Pace], str], total: int | None = None) -> None:
        step = self._step
        if self._end is None or step.name != name:
            self._begin(name, total, words)
        else:
            self._step = _Step(name, step.since, step.total, done, words)

    def _begin(self, name: str, total: int | None, words: Callable[[Pace], str]) -> None:
        self._step = _Step(name, self._clock.monotonic(), total, 0, words)
        if self._end is None:
            self._end = self._repeat(_LIVE if self._terminal else _QUIET, self.draw)

    def _erase(self) -> None:
        if self._drawn:
            _redraw("")
            self._drawn = False


def _redraw(words: str) -> None:
    """Overwrite the last line of the terminal."""
    redraw = getattr(sys.stderr, "redraw", None)
    if redraw:
        redraw(words)
    else:
        click.echo(f"{ERASE}{words}", nl=False, err=True, color=True)


def _can_be_redrawn() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    """Columns of the terminal, which reports 0 if it does not know its width."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_COLUMNS
    except OSError:
        return _USUAL_COLUMNS


# What matters most comes first: a narrow terminal cuts off the end.


def uncounted(words: str, pace: Pace) -> str:
    """A step that counts nothing but retries."""
    return ", ".join([words, *_retries(pace)])


def counted(done: int, what: str, pace: Pace, *more: str) -> str:
    """Such as "1,200 of 5,000 messages listed, 400/s, 10 s left, 2 retries"; `what` begins with a plural."""
    of = "" if pace.total is None else f" of {pace.total:,}"
    noun, space, rest = what.partition(" ")
    if (done if pace.total is None else pace.total) == 1:
        noun = noun.removesuffix("s")
    return ", ".join([f"{done:,}{of} {noun}{space}{rest}", *more, *_speed(done, pace), *_retries(pace)])


def sending(progress: Progress, pace: Pace) -> str:
    """How far a run is, with the total of `pace` to send."""
    total = max(pace.total or 0, progress.settled, 1)
    failed = ((progress.rejected, "rejected"), (progress.unknown, "unknown"))
    facts = [
        f"{progress.accepted:,} accepted",
        *(f"{count:,} {fate}" for count, fate in failed if count),
        *_speed(progress.settled, pace),
        f"{progress.cost:,} Rial so far",
        *_retries(pace),
    ]
    return f"{100 * progress.settled // total} % of {total:,}: {', '.join(facts)}"


def span(seconds: float) -> str:
    """A waiting time, as precise as people need it."""
    if seconds < _MANY:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / _MINUTE)
    if minutes < _MANY:
        return f"{minutes} min"
    return f"{minutes // _MINUTE} h {minutes % _MINUTE} min"


def _speed(done: int, pace: Pace) -> Iterator[str]:
    if pace.rate:
        yield f"{pace.rate:,.0f}/s" if pace.rate >= 10 else f"{pace.rate:.1f}/s"
        if pace.total and done < pace.total:
            yield f"{span((pace.total - done) / pace.rate)} left"


def _retries(pace: Pace) -> Iterator[str]:
    if pace.retries:
        yield f"{pace.retries:,} {'retry' if pace.retries == 1 else 'retries'}"
