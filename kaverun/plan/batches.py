"""Batches: at most 200 messages that share everything a `sendarray` request holds once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, compress
from operator import itemgetter
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.columns import Columns
from kaverun.plan.plan import Entry, Plan


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


_ACTION = Entry._fields.index("action")
_OF_MESSAGE = itemgetter(*map(Entry._fields.index, Message._fields))


def messages_to_send(plan: Plan) -> Iterator[Message]:
    """The messages of a plan that are to be sent, in their order; a block of rows at a time, as this is on the way
    of each of them.
    """
    return chain.from_iterable(map(_messages, plan.spool.columns_to_send()))


def _messages(columns: Columns) -> Iterable[Message]:
    sent = [action == "send" for action in columns[_ACTION]]
    rows = zip(*_OF_MESSAGE(columns), strict=True)
    return map(Message._make, rows if all(sent) else compress(rows, sent))


def message_of(entry: Entry) -> Message:
    return Message._make(_OF_MESSAGE(entry))


def batches(messages: Iterable[Message], size: int) -> Iterator[tuple[Message, ...]]:
    """Messages in their order, cut every `size`."""
    return map(tuple, blocks(messages, size))
