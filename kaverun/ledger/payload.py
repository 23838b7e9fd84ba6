"""A batch's messages on disk: their localids, and beside them everything else in compressed columns."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from kaverun.plan.batches import Message

_COLUMNS = Message._fields[1:]


def packed(messages: Sequence[Message]) -> tuple[bytes, bytes]:
    """Localids and payload."""
    localids, *columns = zip(*messages, strict=True)
    return array("q", localids).tobytes(), zlib.compress(orjson.dumps(columns), 3)


def localids_of(blob: bytes) -> array[int]:
    return array("q", blob)


def columns_of(payload: bytes) -> dict[str, list[Any]]:
    """Every field of the messages but the localid, as a column."""
    return dict(zip(_COLUMNS, orjson.loads(zlib.decompress(payload)), strict=True))


def unpacked(localids: Iterable[int], payload: bytes) -> tuple[Message, ...]:
    columns = orjson.loads(zlib.decompress(payload))
    return tuple(Message(*values) for values in zip(localids, *columns, strict=True))
