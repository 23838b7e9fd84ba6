"""`python -m benchmarks.bare.naive URL LIST THREADS`: the loop that one writes first."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import requests

from benchmarks.bare.connection import KEY
from benchmarks.bare.outgoing import Batch, batches, expect, share_out


def main(url: str, path: str, threads: str) -> None:
    made = batches(Path(path))
    accepted: list[int] = []

    def work(own: Iterator[Batch]) -> None:
        for batch in own:
            data = {
                "receptor": json.dumps(batch.receptors),
                "sender": json.dumps(batch.senders),
                "message": json.dumps(batch.messages),
                "localmessageids": json.dumps(batch.localids),
            }
            answer = requests.post(f"{url}/{KEY}/sms/sendarray.json", data=data)
            accepted.append(len(answer.json()["entries"]))

    share_out(made, int(threads), work)
    expect(sum(accepted), made)


if __name__ == "__main__":
    main(*sys.argv[1:])
