"""Batches: at most 200 messages that share everything a `sendarray` request holds once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.plan.plan import Entry


class Message(NamedTuple):
    """A text rendered for one recipient, on its way. `parts` is the planned number of billed SMS."""

    localid: int
    phone: str
    line: str
    text: str
    row: int
    key: str
    parts: int


class Shared(NamedTuple):
    """What all messages of a campaign share in their requests (facts page, *Wire*)."""

    date: int | None = None
    type: int | str | None = None
    tag: str | None = None
    hide: bool = False
    policy: str | None = None


def message_of(entry: Entry) -> Message:
    return Message(entry.localid, entry.phone, entry.line, entry.text, entry.row, entry.key, entry.parts)


def batches(entries: Iterable[Entry], size: int) -> Iterator[tuple[Message, ...]]:
    """The messages of `entries` that are to be sent, in their order, cut every `size`."""
    messages = (message_of(entry) for entry in entries if entry.action == "send")
    return map(tuple, blocks(messages, size))
