"""Questions asked ahead keep their order, and an error ends them."""

from __future__ import annotations

import threading

import pytest

from kaverun.run.prefetch import answered


def test_answers_come_in_the_order_of_their_pages_however_long_each_takes():
    later = threading.Event()

    def ask(page):
        if page == 0:
            assert later.wait(5)
        if page == 1:
            later.set()
        return page * 10

    pairs = list(answered(iter(range(20)), ask, concurrency=2, give_up=lambda: None))
    assert pairs == [(page, page * 10) for page in range(20)]


def test_only_a_few_pages_are_read_ahead():
    read = []

    def pages():
        for page in range(100):
            read.append(page)
            yield page

    stream = answered(pages(), lambda page: page, concurrency=3, give_up=lambda: None)
    next(stream)
    assert len(read) <= 3 * 8 + 1
    stream.close()


def test_an_error_gives_up_and_is_raised():
    gave_up = []

    def ask(page):
        if page == 2:
            raise ZeroDivisionError
        return page

    stream = answered(iter(range(10)), ask, concurrency=2, give_up=lambda: gave_up.append(True))
    assert [next(stream), next(stream)] == [(0, 0), (1, 1)]
    with pytest.raises(ZeroDivisionError):
        next(stream)
    assert gave_up == [True]
