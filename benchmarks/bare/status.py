"""`python -m benchmarks.bare.status URL FIRST COUNT`: asks for so many messageids, 500 in a request."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.bare.connection import KEY, post, session
from benchmarks.bare.encoding import joined_body

_PAGE = 500


def pages(first: int, count: int) -> Iterator[range]:
    end = first + count
    return (range(start, min(start + _PAGE, end)) for start in range(first, end, _PAGE))


def main(url: str, first: str, count: str) -> None:
    connection, delivered = session(), 0
    for page in pages(int(first), int(count)):
        rows = post(connection, f"{url}/{KEY}/sms/status.json", joined_body(b"messageid", page))
        delivered += sum(row["status"] == 10 for row in rows)
    if delivered != int(count):
        sys.exit(f"only {delivered} messages were delivered")


if __name__ == "__main__":
    main(*sys.argv[1:])
