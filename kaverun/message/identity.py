"""What identifies a message across crashes and runs, its localid, and what was approved, the digest of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import repeat
from struct import unpack
from typing import Protocol

import orjson


class Localid(Protocol):
    """The localid of a recipient key; `generation` grows with each message that was cancelled and replaced."""

    def __call__(self, key: str, generation: int = 0) -> int: ...


def localid_of(campaign: str, occurrence: str) -> Localid:
    """A function from recipient key to localid: the first 63 bits of BLAKE2b, never 0 (design, *Identity*).

    The text is not part of it: editing a text never sends a message a second time. What is hashed is the JSON array
    [campaign, occurrence, key, generation], which differs for any two identities.
    """

    def localid(key: str, generation: int = 0) -> int:
        return localids_of(campaign, occurrence, [key], generation)[0]

    return localid


def localids_of(campaign: str, occurrence: str, keys: Sequence[str], generation: int = 0) -> list[int]:
    """As `localid_of` for each of the keys."""
    identities = map(orjson.dumps, zip(repeat(campaign), repeat(occurrence), keys, repeat(generation)))
    hashes = [blake2b(identity, digest_size=8).digest() for identity in identities]
    return [number >> 1 or 1 for number in unpack(f">{len(hashes)}Q", b"".join(hashes))]


class Digest:
    """BLAKE2b over everything that decides a message, in plan order; 32 hexadecimal digits.

    What was already sent counts as much as what is new, so that a run that was cut off continues under the
    digest it was approved with.
    """

    def __init__(self, **shared: object) -> None:
        self._hash = blake2b(orjson.dumps(shared, option=orjson.OPT_SORT_KEYS), digest_size=16)

    def add(self, key: str, phone: str, line: str, text: str) -> None:
        self.add_all([(key, phone, line, text)])

    def add_all(self, messages: Iterable[tuple[str, str, str, str]]) -> None:
        """Add messages by key, phone, line and text. One by one, as all their bytes would not fit in the cache."""
        update = self._hash.update
        for message in map(orjson.dumps, messages):
            update(message)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
