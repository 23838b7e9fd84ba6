from __future__ import annotations

import pytest

from kaverun.sandbox.records import Message
from kaverun.sandbox.refunds import Refunds

PROGRESS = ((0.0, 1), (10.0, 10))


def message(ending: int | None, status: int = 1, date: int = 100, cost: int = 120) -> Message:
    return Message(1, "", "09123456789", "10004346", "x", status, cost, "ucs2", 1, date, 100.0, 1, ending=ending)


def refunds(*messages: Message) -> tuple[Refunds, list[Message]]:
    book = Refunds(PROGRESS)
    for place, one in enumerate(messages):
        book.expect(place, one)
    return book, list(messages)


@pytest.mark.parametrize("ending", [13, 14])
def test_a_cost_comes_back_once_when_its_message_ends(ending: int) -> None:
    book, messages = refunds(message(ending))
    assert [book.due(now, messages.__getitem__) for now in (109.0, 110.0, 111.0)] == [0, 120, 0]


def test_a_scheduled_message_ends_after_its_date() -> None:
    book, messages = refunds(message(14, status=2, date=500), message(14, cost=7))
    assert [book.due(now, messages.__getitem__) for now in (110.0, 510.0)] == [7, 120]


@pytest.mark.parametrize("ending", [None, 4, 6, 10, 11, 100])
def test_other_ends_give_nothing_back(ending: int | None) -> None:
    book, messages = refunds(message(ending))
    assert book.due(1e9, messages.__getitem__) == 0


def test_what_was_cancelled_before_gives_nothing_more() -> None:
    book, messages = refunds(message(14))
    messages[0] = messages[0]._replace(status=13)
    assert book.due(1e9, messages.__getitem__) == 0


def test_what_was_never_paid_gives_nothing_back() -> None:
    book, messages = refunds(message(14, status=13))
    assert book.due(1e9, messages.__getitem__) == 0
