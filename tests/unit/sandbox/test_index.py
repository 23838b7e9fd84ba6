from __future__ import annotations

import pytest

from kaverun.sandbox.index import Index, Span
from kaverun.sandbox.records import Message


def message(date: int, receptor: str = "09120000001") -> Message:
    return Message(1, "", receptor, "10004346", "x", 1, 120, "ucs2", 1, date, float(date), 1)


def index(messages: list[Message]) -> Index:
    return Index(messages, lambda message: message.date)


def test_messages_are_found_by_receptor_and_date_oldest_first() -> None:
    book = index([message(30), message(10), message(20, "09120000002"), message(20)])
    assert book.to("09120000001", Span(10, 30)) == [1, 3, 0]
    assert book.within(Span(10, 30)) == [1, 2, 3, 0]


@pytest.mark.parametrize(("span", "places"), [(Span(10, 20), [0, 1]), (Span(11, 19), []), (Span(20, 20), [1])])
def test_both_ends_of_a_span_belong_to_it(span: Span, places: list[int]) -> None:
    book = index([message(10), message(20)])
    assert book.within(span) == places
    assert book.to("09120000001", span) == places


def test_messages_that_came_after_the_first_search_are_found() -> None:
    messages = [message(20)]
    book = index(messages)
    assert book.within(Span(0, 99)) == [0]
    messages.append(message(10))
    assert book.within(Span(0, 99)) == [1, 0]
    assert book.to("09120000001", Span(0, 99)) == [1, 0]


def test_an_unknown_receptor_finds_nothing() -> None:
    assert index([message(10)]).to("09350000000", Span(0, 99)) == []
