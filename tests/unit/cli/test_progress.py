"""The display of how far a command is: a lively line on a terminal, a quiet one a minute in a log."""

from __future__ import annotations

import os
from threading import Event, active_count

import pytest

from kaverun.cli.progress import Pace, ProgressDisplay, counted, repeatedly, sending, span, uncounted
from kaverun.run.executor import Progress

ERASE = "\r\x1b[K"
UNKNOWN = Pace(None, None, 0)


class FakeClock:
    """Time that passes only when it is told to."""

    def __init__(self):
        self.time = 100.0

    def monotonic(self):
        return self.time


class Repeats:
    """In place of a thread: what is to be called, how often, and whether it was ended."""

    def __init__(self):
        self.pauses = []
        self.running = 0

    def __call__(self, pause, draw):
        self.pauses.append(pause)
        self.running += 1
        return self._end

    def _end(self):
        self.running -= 1


class Bench:
    """A display with time and repetition in the test's hands; `told` is what it wrote since it was last asked."""

    def __init__(self, capsys, terminal):
        self.clock, self.repeats, self._capsys = FakeClock(), Repeats(), capsys
        self.display = ProgressDisplay(terminal=terminal, clock=self.clock, repeat=self.repeats)

    def after(self, seconds):
        self.clock.time += seconds
        self.display.draw()
        return self.told()

    def told(self):
        written = self._capsys.readouterr()
        assert not written.out
        return written.err


@pytest.fixture
def terminal(capsys):
    return Bench(capsys, terminal=True)


@pytest.fixture
def log(capsys):
    return Bench(capsys, terminal=False)


def test_nothing_is_written_before_it_is_time(terminal):
    for rows in range(200, 100_000, 200):
        terminal.display.planned(rows)
    assert not terminal.told()
    assert terminal.repeats.running == 1


def test_a_terminal_is_drawn_a_few_times_a_second_and_a_log_once_a_minute(terminal, log):
    terminal.display.planned(200)
    log.display.planned(200)
    assert 0.2 <= terminal.repeats.pauses[0] <= 1
    assert log.repeats.pauses == [60]


def test_planning_tells_rows_and_rate(terminal):
    terminal.display.planned(200)
    terminal.display.planned(50_000)
    assert terminal.after(0.5) == f"{ERASE}50,000 rows planned, 100,000/s"


def test_the_same_step_is_drawn_over_its_last_line(terminal):
    terminal.display.planned(200)
    assert terminal.after(1) == f"{ERASE}200 rows planned"
    terminal.display.planned(400)
    assert terminal.after(1) == f"{ERASE}400 rows planned, 200/s"


def test_a_log_gets_whole_lines_and_no_signs_of_a_terminal(log):
    log.display.start_sending(1_000)
    log.display.sent(Progress(600, 590, 10, 0, 59_000))
    line = "60 % of 1,000: 590 accepted, 10 rejected, 10/s, 40 s left, 59,000 Rial so far\n"
    assert log.after(60) == line
    log.display.clear()
    assert not log.told()


def test_sending_is_told_of_before_anything_is_answered(terminal):
    terminal.display.start_sending(1_000_000)
    terminal.display.retried(1.0)
    assert terminal.after(1) == f"{ERASE}0 % of 1,000,000, 1 retry"


def test_a_long_wait_is_announced_once_for_all_threads_that_wait_and_a_short_one_never(log):
    log.display.retried(2.0)
    assert not log.told()
    log.display.retried(300.0)
    log.display.retried(290.0)
    assert log.told() == "Kavenegar is not ready: the next request to it is in 300 seconds.\n"
    log.clock.time += 301
    log.display.retried(60.0)
    assert "in 60 seconds" in log.told()


def test_retries_are_counted_over_all_steps(terminal):
    terminal.display.doing("checking the account")
    terminal.display.retried(1.0)
    assert terminal.after(1) == f"{ERASE}checking the account, 1 retry"
    terminal.display.start_sending(10)
    terminal.display.retried(1.0)
    terminal.display.sent(Progress(5, 5, 0, 0, 0))
    assert terminal.after(1).endswith(", 2 retries")


def test_each_step_has_its_own_rate(terminal):
    terminal.display.planned(200)
    terminal.display.planned(100_000)
    terminal.after(1)
    terminal.display.start_sending(100)
    terminal.display.sent(Progress(20, 20, 0, 0, 0))
    assert ", 10/s, 8 s left, " in terminal.after(2)


def test_status_tells_what_was_asked_for_and_what_it_waits_for(terminal):
    terminal.display.asked(500, 4_000)
    terminal.display.asked(1_000, 3_500)
    assert terminal.after(2) == f"{ERASE}1,000 of 3,500 messages asked for, 500/s, 5 s left"
    terminal.display.waiting(40, 1_000)
    assert terminal.after(1) == f"{ERASE}40 of 1,000 messages are still on their way"
    terminal.display.asked(20, 40)
    terminal.display.asked(40, 40)
    words = "40 of 40 messages asked for, 40 of 1,000 messages are still on their way, 40/s"
    assert terminal.after(1) == f"{ERASE}{words}"


def test_cancelling_looking_up_and_listing_tell_how_far_they_are(terminal):
    terminal.display.start_cancelling(1_000)
    terminal.display.cancelled(500, 498)
    assert terminal.after(1) == f"{ERASE}500 of 1,000 messages asked for, 498 cancelled, 500/s, 1 s left"
    terminal.display.recalled(500, 2_000)
    terminal.display.recalled(1_000, 2_000)
    assert terminal.after(1) == f"{ERASE}1,000 of 2,000 messages looked up, 1,000/s, 1 s left"
    terminal.display.listed(500)
    assert terminal.after(1) == f"{ERASE}500 messages listed"


def test_a_line_that_stays_is_printed_in_place_of_the_one_that_does_not(terminal):
    terminal.display.doing("checking the account")
    terminal.after(1)
    terminal.display.tell("warning: little credit is left")
    assert terminal.told() == f"{ERASE}warning: little credit is left\n"
    terminal.display.tell("another")
    assert terminal.told() == "another\n"
    assert terminal.after(1) == f"{ERASE}checking the account"


def test_clearing_ends_the_line_and_its_repetition(terminal):
    terminal.display.planned(200)
    terminal.after(1)
    terminal.display.clear()
    assert terminal.told() == ERASE
    assert terminal.repeats.running == 0
    terminal.display.clear()
    assert not terminal.told()


def test_what_comes_after_a_clearing_is_shown_again(terminal):
    terminal.display.planned(200)
    terminal.display.clear()
    terminal.display.start_sending(10)
    assert terminal.repeats.running == 1
    assert terminal.after(1) == f"{ERASE}0 % of 10"


def test_a_line_never_wraps(terminal, monkeypatch):
    monkeypatch.setattr("sys.stderr.fileno", lambda: 2)
    monkeypatch.setattr("os.get_terminal_size", lambda fd: os.terminal_size((20, 24)))
    terminal.display.doing("a step whose name is longer than the terminal is wide")
    assert terminal.after(1) == f"{ERASE}a step whose name i"


def test_a_terminal_that_is_gone_does_not_stop_the_work(terminal, monkeypatch):
    def gone(*words, **how):
        raise OSError(5, "Input/output error")

    terminal.display.planned(200)
    monkeypatch.setattr("click.echo", gone)
    assert not terminal.after(1)


def test_a_dumb_terminal_is_a_log(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    repeats = Repeats()
    ProgressDisplay(repeat=repeats).planned(200)
    monkeypatch.setenv("TERM", "xterm")
    ProgressDisplay(repeat=repeats).planned(200)
    assert repeats.pauses[0] == 60
    assert repeats.pauses[1] < 1


def test_repetition_goes_on_until_it_is_ended():
    drawn, seen, before = [], Event(), active_count()

    def draw():
        drawn.append(1)
        if len(drawn) >= 3:
            seen.set()

    end = repeatedly(0.001, draw)
    assert seen.wait(10)
    end()
    assert active_count() == before


def test_a_count_without_a_pace_is_a_count():
    assert counted(1_200, "rows planned", UNKNOWN) == "1,200 rows planned"


def test_a_count_of_a_known_total_tells_rate_time_left_and_retries():
    pace = Pace(400.0, 5_200, 2)
    assert counted(1_200, "messages listed", pace) == "1,200 of 5,200 messages listed, 400/s, 10 s left, 2 retries"


def test_what_else_is_known_stands_behind_the_count():
    assert counted(500, "messages asked for", UNKNOWN, "498 cancelled") == "500 messages asked for, 498 cancelled"


def test_a_run_tells_accepted_rate_time_left_cost_and_retries():
    words = sending(Progress(450_000, 449_800, 150, 50, 44_980_000), Pace(98_234.2, 1_000_000, 1))
    fates = "449,800 accepted, 150 rejected, 50 unknown"
    assert words == f"45 % of 1,000,000: {fates}, 98,234/s, 6 s left, 44,980,000 Rial so far, 1 retry"


def test_a_run_where_all_goes_well_says_nothing_of_failures():
    words = sending(Progress(200, 200, 0, 0, 20_000), Pace(1_000.0, 1_000, 0))
    assert words == "20 % of 1,000: 200 accepted, 1,000/s, 1 s left, 20,000 Rial so far"


def test_nothing_is_left_of_what_is_done():
    assert "left" not in sending(Progress(200, 200, 0, 0, 0), Pace(10.0, 200, 0))
    assert sending(Progress(0, 0, 0, 0, 0), Pace(None, 0, 0)).startswith("0 % of 1: 0 accepted")


def test_a_slow_rate_has_a_decimal():
    assert ", 2.5/s, " in sending(Progress(10, 10, 0, 0, 0), Pace(2.5, 100, 0))


def test_a_step_that_counts_nothing_tells_of_retries_alone():
    assert uncounted("checking the account", UNKNOWN) == "checking the account"
    assert uncounted("checking the account", Pace(None, None, 3)) == "checking the account, 3 retries"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (300, "5 min"),
        (89 * 60, "89 min"),
        (90 * 60, "1 h 30 min"),
        (125 * 60, "2 h 5 min"),
    ],
)
def test_spans_are_told_in_the_unit_people_use(seconds, words):
    assert span(seconds) == words


@pytest.mark.parametrize(("done", "total", "words"), [(1, None, "1 row planned"), (0, 1, "0 of 1 row planned")])
def test_one_of_what_is_counted_is_no_plural(done, total, words):
    assert counted(done, "rows planned", Pace(None, total, 0)) == words
