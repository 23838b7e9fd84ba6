"""`python -m benchmarks.bare.apply URL LIST THREADS`: posts 200 at a time over kept connections; no safety at all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bare.connection import KEY, post, session
from benchmarks.bare.encoding import sendarray_body
from benchmarks.bare.outgoing import Batch, batches, expect, share_out


def main(url: str, path: str, threads: str) -> None:
    made = batches(Path(path))
    address = f"{url}/{KEY}/sms/sendarray.json"
    accepted: list[int] = []

    def work(own: Iterator[Batch]) -> None:
        connection = session()
        accepted.extend(len(post(connection, address, sendarray_body(batch))) for batch in own)

    share_out(made, int(threads), work)
    expect(sum(accepted), made)


if __name__ == "__main__":
    main(*sys.argv[1:])
