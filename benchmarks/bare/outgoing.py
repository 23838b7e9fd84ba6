"""What goes over the wire, made ready before the clock at the server starts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple

from benchmarks.bare.rendering import texts
from benchmarks.lists import BATCH, LINE, TEMPLATE

# An odd multiplier spreads the numbers over 63 bits, as a hash would.
_SPREAD = 0x9E3779B97F4A7C15


class Batch(NamedTuple):
    """Columns of one request."""

    receptors: list[str]
    senders: list[str]
    messages: list[str]
    localids: list[int]


def batches(path: Path) -> list[Batch]:
    """All of a list, rendered, 200 at a time."""
    rendered = texts(path, TEMPLATE)
    made: list[Batch] = []
    while block := list(islice(rendered, BATCH)):
        first = len(made) * BATCH + 1
        localids = [number * _SPREAD & (2**63 - 1) for number in range(first, first + len(block))]
        made.append(Batch([one[0] for one in block], [LINE] * len(block), [one[1] for one in block], localids))
    return made


def share_out(batches: list[Batch], threads: int, work: Callable[[Iterator[Batch]], None]) -> None:
    """Let each thread `work` on batches no other has."""
    waiting, lock = iter(batches), Lock()

    def own() -> Iterator[Batch]:
        while True:
            with lock:
                batch = next(waiting, None)
            if batch is None:
                return
            yield batch

    running = [Thread(target=work, args=(own(),)) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def expect(accepted: int, batches: list[Batch]) -> None:
    """End with 1 where the server did not accept them all."""
    if accepted != sum(len(batch.receptors) for batch in batches):
        sys.exit(f"only {accepted} messages were accepted")
