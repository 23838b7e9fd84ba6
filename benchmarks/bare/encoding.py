"""The request body kaverun sends, without its checks; a test holds the two together."""

from __future__ import annotations

from binascii import hexlify

import orjson

from benchmarks.bare.outgoing import Batch

CONTENT_TYPE = "application/x-www-form-urlencoded"
_OF_ARRAYS = ((b'"', b"%22"), (b",", b"%2C"), (b"[", b"%5B"), (b"]", b"%5D"))


def sendarray_body(batch: Batch) -> bytes:
    """Four JSON arrays, percent-encoded: the texts byte by byte, the others where they have to be."""
    receptors, senders, localids = map(_plain, (batch.receptors, batch.senders, batch.localids))
    messages = b"%" + hexlify(orjson.dumps(batch.messages), b"%")
    return b"receptor=%b&sender=%b&message=%b&localmessageids=%b" % (receptors, senders, messages, localids)


def joined_body(name: bytes, ids: range) -> bytes:
    """Ids with commas between, as one field."""
    return name + b"=" + b"%2C".join(b"%d" % number for number in ids)


def _plain(values: object) -> bytes:
    encoded = orjson.dumps(values)
    for sign, escaped in _OF_ARRAYS:
        encoded = encoded.replace(sign, escaped)
    return encoded
