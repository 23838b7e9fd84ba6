"""Asks ahead: the next pages are under way while one is being processed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

# Pages for each thread: enough to keep it busy while answers are being recorded.
_AHEAD = 8

Page = TypeVar("Page")
Answer = TypeVar("Answer")


def answered(
    pages: Iterator[Page], ask: Callable[[Page], Answer], *, concurrency: int, give_up: Callable[[], None]
) -> Iterator[tuple[Page, Answer]]:
    """Each page with its answer, in their order; `ask` is called by other threads, `pages` is read by this one.

    If an answer fails, or the caller stops, `give_up` is called, so that no other question delays the end.
    """
    under_way: deque[tuple[Page, Future[Answer]]] = deque()
    with ThreadPoolExecutor(concurrency, thread_name_prefix="ahead") as pool:
        try:
            for page in pages:
                under_way.append((page, pool.submit(ask, page)))
                if len(under_way) > _AHEAD * concurrency:
                    waiting, answer = under_way.popleft()
                    yield waiting, answer.result()
            while under_way:
                waiting, answer = under_way.popleft()
                yield waiting, answer.result()
        except BaseException:
            give_up()
            pool.shutdown(cancel_futures=True)
            raise
