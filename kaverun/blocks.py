"""Long streams in pieces: pages of ids, batches of messages, blocks of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def blocks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in their order, `size` at a time; the last block holds what is left, and none is empty."""
    remaining = iter(items)
    while block := list(islice(remaining, size)):
        yield block
