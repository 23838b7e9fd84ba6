"""`python -m benchmarks.bare.sdk HOST send LIST | status FIRST COUNT`: the PyPI package as its README shows it.

It always speaks https to `host`: the scheme is swapped on its way out, everything else is as it sends it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kavenegar  # type: ignore[import-untyped]
import requests

from benchmarks.bare.connection import KEY
from benchmarks.bare.outgoing import batches, expect
from benchmarks.bare.status import pages


def _api(host: str) -> Any:
    def post(url: str, **settings: Any) -> requests.Response:
        return requests.post(url.replace("https:", "http:", 1), **settings)

    kavenegar.requests = SimpleNamespace(post=post, exceptions=requests.exceptions)
    api = kavenegar.KavenegarAPI(KEY)
    api.host = host
    return api


def send(host: str, path: str) -> None:
    api, made, accepted = _api(host), batches(Path(path)), 0
    for batch in made:
        params = {
            "sender": json.dumps(batch.senders),
            "receptor": json.dumps(batch.receptors),
            "message": json.dumps(batch.messages),
        }
        accepted += len(api.sms_sendarray(params))
    expect(accepted, made)


def status(host: str, first: str, count: str) -> None:
    api = _api(host)
    for page in pages(int(first), int(count)):
        api.sms_status({"messageid": ",".join(map(str, page))})


if __name__ == "__main__":
    host, what, *arguments = sys.argv[1:]
    if what == "send":
        send(host, *arguments)
    else:
        status(host, *arguments)
