"""A kept connection over `requests`, as a careful author of a loop would have it."""

from __future__ import annotations

from typing import Any

import orjson
import requests

from benchmarks.bare.encoding import CONTENT_TYPE

KEY = "6B6579"


def session() -> requests.Session:
    made = requests.Session()
    # Neither netrc nor proxies are looked for before every request.
    made.trust_env = False
    return made


def post(session: requests.Session, url: str, body: bytes) -> Any:
    """The entries of an answer; raises on any code but 200."""
    answer = session.post(url, data=body, headers={"Content-Type": CONTENT_TYPE}, timeout=(5, 30))
    envelope = orjson.loads(answer.content)
    if envelope["return"]["status"] != 200:
        raise RuntimeError(envelope["return"])
    return envelope["entries"]
