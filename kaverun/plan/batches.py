"""Batches: at most 200 messages that share everything a `sendarray` request holds once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, groupby
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


def messages_numbered(plan: Plan, numbers: Sequence[int]) -> Iterator[Message]:
    """Some of them by their numbers, which begin at 0 and ascend; the blocks between them are not read."""
    ends = [sum(line.messages for _, line in mark.by_line) for mark in plan.marks]
    for block, wanted in groupby(numbers, lambda number: bisect_right(ends, number)):
        before = ends[block - 1] if block else 0
        messages = [*_messages(next(plan.spool.columns(block)))]
        yield from (messages[number - before] for number in wanted)


def _messages(columns: Columns) -> Iterable[Message]:
    sent = [action == "send" for action in columns[_ACTION]]
    rows = zip(*_OF_MESSAGE(columns), strict=True)
    return map(Message._make, rows if all(sent) else compress(rows, sent))


def message_of(entry: Entry) -> Message:
    return Message._make(_OF_MESSAGE(entry))


def batches(messages: Iterable[Message], size: int) -> Iterator[tuple[Message, ...]]:
    """Messages in their order, cut every `size`."""
    return map(tuple, blocks(messages, size))
