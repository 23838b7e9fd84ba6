from __future__ import annotations

from kaverun.sandbox.clock import VirtualClock
from kaverun.sandbox.index import Span
from kaverun.sandbox.records import Message
from kaverun.sandbox.settings import SandboxSettings
from kaverun.sandbox.state import State

FIRST = 1000


def state() -> tuple[State, VirtualClock]:
    clock = VirtualClock()
    clock.stop()
    clock.set(1_700_000_000.0)
    return State(SandboxSettings(first_messageid=FIRST, credit=500), clock), clock


def message(messageid: int, clock: VirtualClock, localid: str = "") -> Message:
    now = clock.now()
    return Message(messageid, localid, "09123456789", "10004346", "x", 1, 120, "ucs2", 1, int(now), now, 1)


def test_a_message_is_found_by_its_ids() -> None:
    book, clock = state()
    book.append([message(FIRST, clock, "7"), message(FIRST + 1, clock)])
    assert book.by_messageid(FIRST + 1) == book.messages()[1]
    assert book.by_localid("7", None) == book.messages()[0]
    assert book.next_messageid == FIRST + 2


def test_unknown_ids_find_nothing() -> None:
    book, clock = state()
    book.append([message(FIRST, clock)])
    assert [book.by_messageid(number) for number in (FIRST - 1, FIRST + 1, 0, -1)] == [None] * 4
    assert book.by_localid("", None) is None


def test_a_localid_is_forgotten_after_the_window() -> None:
    book, clock = state()
    book.append([message(FIRST, clock, "7")])
    clock.advance(60)
    assert book.by_localid("7", 60) is not None
    clock.advance(1)
    assert book.by_localid("7", 60) is None
    assert book.by_localid("7", None) is not None


def test_the_newest_message_of_a_localid_is_found() -> None:
    book, clock = state()
    book.append([message(FIRST, clock, "7")])
    book.append([message(FIRST + 1, clock, "7")])
    found = book.by_localid("7", None)
    assert found is not None
    assert found.messageid == FIRST + 1


def test_statuses_are_current() -> None:
    book, clock = state()
    book.append([message(FIRST, clock)])
    clock.advance(11)
    assert book.messages()[0].status == 10


def test_reset_forgets_messages_and_gives_the_credit_back() -> None:
    book, clock = state()
    book.append([message(FIRST, clock, "7")])
    book.credit = 1
    book.configure(debugmode="enabled")
    book.reset()
    assert (book.messages(), book.by_localid("7", None), book.credit, book.config.debugmode) == (
        (),
        None,
        500,
        "disabled",
    )


def test_a_cancelled_message_is_refunded_and_stays_cancelled() -> None:
    book, clock = state()
    book.append([message(FIRST, clock)])
    cancelled = book.cancel(FIRST)
    assert cancelled is not None
    clock.advance(60)
    assert (cancelled.status, book.by_messageid(FIRST)) == (13, cancelled)
    assert (book.credit, book.cancelled, book.refunded) == (620, 1, 120)
    assert book.cancel(FIRST + 1) is None


def test_a_blocked_message_is_refunded_when_it_ends() -> None:
    book, clock = state()
    book.append([message(FIRST, clock)._replace(ending=14)])
    assert book.credit == 500
    clock.advance(10)
    assert (book.credit, book.refunded) == (620, 120)


def test_without_refunds_nothing_comes_back() -> None:
    clock = VirtualClock()
    book = State(SandboxSettings(first_messageid=FIRST, credit=500, refund=False), clock)
    book.append([message(FIRST, clock)._replace(ending=14), message(FIRST + 1, clock)])
    book.cancel(FIRST + 1)
    clock.advance(60)
    assert book.credit == 500


def test_an_age_can_count_from_when_a_message_goes_out() -> None:
    clock = VirtualClock()
    clock.stop()
    book = State(SandboxSettings(first_messageid=FIRST, age_from="date"), clock)
    book.append([message(FIRST, clock)._replace(date=int(clock.now()) + 100)])
    clock.advance(150)
    assert book.by_messageid(FIRST, 60) is not None
    clock.advance(20)
    assert book.by_messageid(FIRST, 60) is None


def test_the_outbox_is_of_a_line_or_of_all() -> None:
    book, clock = state()
    book.append([message(FIRST, clock), message(FIRST + 1, clock)._replace(sender="30002626")])
    today = Span(int(clock.now()), int(clock.now()))
    assert [found.messageid for found in book.outbox(today)] == [FIRST, FIRST + 1]
    assert [found.messageid for found in book.outbox(today, "30002626")] == [FIRST + 1]
    assert [found.messageid for found in book.latest(1)] == [FIRST + 1]
    assert [found.messageid for found in book.latest(1, "10004346")] == [FIRST]
