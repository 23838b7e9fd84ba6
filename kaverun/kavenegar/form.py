"""The body of a form POST (application/x-www-form-urlencoded), for texts that are mostly Persian.

`urllib.parse.urlencode` checks every byte in Python and takes two thirds of the time of a request of 200 messages.
Here a field that is not ASCII has each of its bytes escaped at once, which any parser of forms undoes.
"""

from __future__ import annotations

import re
from binascii import hexlify

from kaverun.kavenegar.fields import Fields

CONTENT_TYPE = "application/x-www-form-urlencoded"

# What arrays of numbers and lines hold besides digits.
_OF_ARRAYS = ((b"%", b"%25"), (b'"', b"%22"), (b",", b"%2C"), (b"[", b"%5B"), (b"]", b"%5D"))
_UNSAFE = re.compile(rb"[^A-Za-z0-9_.~-]+")
_SAFE = b"%-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"


def form_body(fields: Fields) -> bytes:
    """`fields` percent-encoded in UTF-8, in their order. Raises `UnicodeEncodeError` for half a surrogate pair."""
    return b"&".join(_encoded(name) + b"=" + _encoded(value) for name, value in fields.items())


def _encoded(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    if not raw.isascii():
        return b"%" + hexlify(raw, b"%")
    encoded = raw
    for sign, escaped in _OF_ARRAYS:
        encoded = encoded.replace(sign, escaped)
    return _UNSAFE.sub(_escaped, raw) if encoded.translate(None, _SAFE) else encoded


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"%" + hexlify(found[0], b"%")
