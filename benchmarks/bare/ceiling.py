"""`python -m benchmarks.bare.ceiling PORT LIST THREADS`: requests made beforehand, thrown at the server as bytes.

What it reaches is what the server can take; everything else that is measured has to stay well below it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bare.connection import KEY
from benchmarks.bare.encoding import CONTENT_TYPE, sendarray_body
from benchmarks.bare.outgoing import Batch, batches, share_out


def _request(batch: Batch) -> bytes:
    body = sendarray_body(batch)
    head = (
        f"POST /v1/{KEY}/sms/sendarray.json HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _read_answer(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    left = int(head.rpartition(b"Content-Length: ")[2]) - len(body)
    while left:
        left -= len(connection.recv(left))


def main(port: str, path: str, threads: str) -> None:
    made = batches(Path(path))
    requests = {id(batch): _request(batch) for batch in made}

    def work(own: Iterator[Batch]) -> None:
        with socket.create_connection(("127.0.0.1", int(port))) as connection:
            for batch in own:
                connection.sendall(requests[id(batch)])
                _read_answer(connection)

    share_out(made, int(threads), work)


if __name__ == "__main__":
    main(*sys.argv[1:])
