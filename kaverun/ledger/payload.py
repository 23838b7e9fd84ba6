"""A batch's messages on disk, in columns: what is read often lies apart from the texts, which are large."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from kaverun import columns
from kaverun.columns import Sealed
from kaverun.ledger.damage import sound
from kaverun.ledger.protocol import Routes
from kaverun.plan.batches import Batch, Message, MessageColumns


class Payload(NamedTuple):
    """The columns of a batch in bytes. `routes` is all but localids and texts: who gets what they all are asked for."""

    localids: bytes
    routes: bytes
    texts: bytes


class Addressees(NamedTuple):
    """Whom messages are for: columns of one length."""

    phones: Sequence[str]
    keys: Sequence[str]


def packed(batch: Batch) -> Payload:
    localids, phones, lines, texts, rows, keys, parts = batch.columns
    routes = (phones, lines, rows, keys, parts)
    return Payload(array("q", localids).tobytes(), Sealed.of(routes).blob, Sealed.of([texts]).blob)


def localids_of(blob: bytes) -> array[int]:
    with sound():
        return array("q", blob)


def routes_of(blob: bytes) -> Routes:
    """Where the messages of a batch go."""
    with sound():
        phones, lines, _, _, parts = columns.decompressed(blob)
        return Routes(phones, lines, parts)


def addressees_of(blob: bytes) -> Addressees:
    """Whom the messages of a batch are for."""
    phones, _, _, keys, _ = columns.decompressed(blob)
    return Addressees(phones, keys)


def unpacked(payload: Payload) -> tuple[Message, ...]:
    return tuple(map(Message._make, zip(*columns_of(payload), strict=True)))


def columns_of(payload: Payload) -> MessageColumns:
    """The messages of a batch in columns, which is faster where not all of them are looked at."""
    localids = localids_of(payload.localids)
    with sound():
        phones, lines, rows, keys, parts = columns.decompressed(payload.routes)
        (texts,) = columns.decompressed(payload.texts)
        found = MessageColumns(localids, phones, lines, texts, rows, keys, parts)
        if len({*map(len, found)}) != 1:
            raise ValueError("columns of different lengths")
        return found
