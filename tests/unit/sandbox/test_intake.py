from __future__ import annotations

from dataclasses import replace

import pytest

from kaverun.sandbox.answers import Denial
from kaverun.sandbox.clock import VirtualClock
from kaverun.sandbox.faults.twists import NONE, Twists
from kaverun.sandbox.intake import Intake
from kaverun.sandbox.records import Draft, Envelope, Message
from kaverun.sandbox.settings import SandboxSettings
from kaverun.sandbox.state import State

PRICES = SandboxSettings(price_persian=100, price_latin=250, credit=1000)


def state(settings: SandboxSettings = PRICES) -> State:
    clock = VirtualClock()
    clock.stop()
    return State(settings, clock)


def draft(text: str = "سلام", localid: str = "", receptor: str = "09123456789", refused: bool = False) -> Draft:
    return Draft(receptor, receptor, "10004346", text, localid, refused=refused)


def take(book: State, *drafts: Draft, twists: Twists = NONE, date: int | None = None) -> list[Message | None]:
    return Intake(book, Envelope(request=1, date=date), twists).accept(drafts)


def test_cost_is_by_parts_and_encoding_and_leaves_the_credit() -> None:
    book = state()
    rows = take(book, draft("س" * 71), draft("hello"))
    assert [(row.parts, row.cost) for row in rows if row] == [(2, 200), (1, 250)]
    assert book.credit == 550


def test_ids_go_up_by_one() -> None:
    first, second = take(state(), draft(), draft())
    assert first is not None
    assert second is not None
    assert (first.messageid, second.messageid) == (PRICES.first_messageid, PRICES.first_messageid + 1)


def test_the_same_localid_again_gives_the_old_record_and_costs_nothing() -> None:
    book = state()
    old = take(book, draft("سلام", "7"))
    again = take(book, draft("another text", "7", "09350000000"))
    assert again == old
    assert (book.accepted, book.credit, book.deduplicated) == (1, 900, 1)


def test_the_same_localid_twice_in_one_request_is_sent_once() -> None:
    book = state()
    first, second = take(book, draft("a", "7"), draft("b", "7"))
    assert first == second
    assert book.accepted == 1


def test_rows_without_localid_are_never_the_same() -> None:
    book = state()
    take(book, draft(), draft())
    assert book.accepted == 2


@pytest.mark.parametrize(
    ("settings", "twists"),
    [(replace(PRICES, deduplicate=False), NONE), (PRICES, Twists(dedupe=False)), (PRICES, Twists(send_window=-1))],
)
def test_de_duplication_can_be_off(settings: SandboxSettings, twists: Twists) -> None:
    book = state(settings)
    take(book, draft("a", "7"), twists=twists)
    take(book, draft("a", "7"), draft("b", "7"), twists=twists)
    assert book.accepted == 3 if twists.send_window is None else book.accepted == 2


def test_a_localid_is_forgotten_for_sending_after_the_window() -> None:
    book = state(replace(PRICES, localid_send_window=60))
    take(book, draft("a", "7"))
    assert isinstance(book.clock, VirtualClock)
    book.clock.advance(61)
    take(book, draft("a", "7"))
    assert book.accepted == 2


def test_a_refused_row_is_none_and_is_not_remembered() -> None:
    book = state()
    rows = take(book, draft(localid="7", refused=True), draft())
    assert rows[0] is None
    assert (book.accepted, book.refused, book.by_localid("7", None)) == (1, 1, None)


def test_short_credit_refuses_the_whole_request() -> None:
    book = state(replace(PRICES, credit=150))
    with pytest.raises(Denial, match="418"):
        take(book, draft(localid="7"), draft())
    assert (book.accepted, book.credit, book.by_localid("7", None)) == (0, 150, None)


def test_short_credit_may_refuse_only_the_rows_that_are_too_many() -> None:
    book = state(replace(PRICES, credit=250, short_credit="rows"))
    rows = take(book, draft(), draft("hello"), draft())
    assert [row is not None for row in rows] == [True, False, True]
    assert (book.accepted, book.credit) == (2, 50)


def test_short_credit_may_send_the_first_rows_and_still_say_418() -> None:
    book = state(replace(PRICES, credit=250, short_credit="prefix"))
    with pytest.raises(Denial, match="418"):
        take(book, draft(), draft(), draft())
    assert (book.accepted, book.credit) == (2, 50)


@pytest.mark.parametrize(
    ("settings", "twists"), [(replace(PRICES, debugmode=True), NONE), (PRICES, Twists(debugmode=True))]
)
def test_in_debugmode_messages_are_cancelled_and_free(settings: SandboxSettings, twists: Twists) -> None:
    book = state(settings)
    (row,) = take(book, draft(), twists=twists)
    assert row is not None
    assert (row.status, row.cost, book.credit) == (13, 100, 1000)


def test_a_dated_message_is_scheduled() -> None:
    book = state()
    date = int(book.clock.now()) + 600
    (row,) = take(book, draft(), date=date)
    assert row is not None
    assert (row.status, row.date) == (2, date)
