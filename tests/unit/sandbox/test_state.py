from __future__ import annotations

from kaverun.sandbox.clock import VirtualClock
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


def test_statuses_are_as_of_now() -> None:
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
