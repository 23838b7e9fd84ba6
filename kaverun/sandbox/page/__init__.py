"""The inbox page: static files that get their data from `/_sandbox/…` and load nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import orjson

from kaverun.kavenegar.codes import DISPLAY_TYPES, ERRORS, MESSAGE_STATUSES
from kaverun.sandbox.answers import Reply

_SCRIPTS = ("inbox.js", "feed.js", "bubbles.js", "journal.js", "parts.js", "wording.js", "drawing.js", "asking.js")
#: path under `/_sandbox/` → file in this folder; "" is the page itself
_FILES: Mapping[str, str] = MappingProxyType(
    {"": "inbox.html", **{f"page/{name}": name for name in ("inbox.css", "icon.svg", *_SCRIPTS)}}
)
_WORDS = "page/words.json"
_MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "html": "text/html; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
        "json": "application/json",
    }
)
#: Texts in the inbox are untrusted: nothing inline runs, nothing is loaded from elsewhere, nobody frames the page.
_HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
)


def serves(name: str) -> bool:
    """Whether `name`, a path under `/_sandbox/`, is the page or one of its files."""
    return name in _FILES or name == _WORDS


def file(name: str) -> Reply:
    """The page or one of its files; `name` must be one that it `serves`."""
    body = _words() if name == _WORDS else _content(_FILES[name])
    return Reply(200, body, _MEDIA_TYPES[(_FILES.get(name) or name).rpartition(".")[2]], _HEADERS)


@cache
def _content(name: str) -> bytes:
    return (files(__package__) / name).read_bytes()


@cache
def _words() -> bytes:
    """What codes mean, for the page, from the same tables as everywhere else."""
    return orjson.dumps(
        {
            "statuses": {
                str(code): {"persian": status.persian, "english": status.english, "final": status.final}
                for code, status in MESSAGE_STATUSES.items()
            },
            "errors": {str(code): {"persian": e.persian, "english": e.meaning} for code, e in ERRORS.items()},
            "types": {str(code): words for code, words in DISPLAY_TYPES.items()},
        }
    )
