"""Batches: at most 200 messages that share everything a `sendarray` request holds once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, compress, groupby
from operator import add, itemgetter
from typing import TYPE_CHECKING, NamedTuple, overload

import orjson

from kaverun.columns import Columns, opened
from kaverun.plan.plan import Entry, Plan

if TYPE_CHECKING:
    from kaverun.campaign.models import Campaign


class Message(NamedTuple):
    """A text rendered for one recipient, on its way. `parts` is the planned number of billed SMS."""

    localid: int
    phone: str
    line: str
    text: str
    row: int
    key: str
    parts: int


class MessageColumns(NamedTuple):
    """Messages as a column for each field of a `Message`, all of one length."""

    localids: Sequence[int]
    phones: Sequence[str]
    lines: Sequence[str]
    texts: Sequence[str]
    rows: Sequence[int]
    keys: Sequence[str]
    parts: Sequence[int]


class Batch(Sequence[Message]):
    """Messages that travel together. They come and go in columns, and are made one by one only where that is asked."""

    def __init__(self, columns: MessageColumns) -> None:
        self.columns = columns

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Batch:
        return messages if isinstance(messages, Batch) else cls(MessageColumns(*zip(*messages, strict=True)))

    def opened(self) -> Batch:
        """The same with all values at hand, where they were sealed."""
        return Batch(_opened(self.columns))

    @cached_property
    def _messages(self) -> tuple[Message, ...]:
        return tuple(map(Message._make, zip(*self.columns, strict=True)))

    def __len__(self) -> int:
        return len(self.columns.localids)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Message, ...]: ...
    def __getitem__(self, index: int | slice) -> Message | tuple[Message, ...]:
        return self._messages[index]


class Shared(NamedTuple):
    """What all messages of a campaign share in their requests (facts page, *Wire*)."""

    date: int | None = None
    type: int | str | None = None
    tag: str | None = None
    hide: bool = False
    policy: str | None = None

    @classmethod
    def of(cls, campaign: Campaign, date: int | None = None) -> Shared:
        """What a campaign's messages share when they are sent for a time, in unix seconds, None for at once."""
        message = campaign.message
        return cls(date, message.type, message.tag, message.hide, message.policy)

    @property
    def handling(self) -> str:
        """All of it but the date as a JSON object, as a ledger keeps it."""
        return orjson.dumps({"type": self.type, "tag": self.tag, "hide": self.hide, "policy": self.policy}).decode()


_ACTION = Entry._fields.index("action")
_OF_MESSAGE = itemgetter(*map(Entry._fields.index, Message._fields))


def messages_to_send(plan: Plan) -> Iterator[Message]:
    """The messages of a plan that are to be sent, in their order."""
    return chain.from_iterable(map(_messages, plan.spool.columns_to_send()))


def batches_to_send(plan: Plan, size: int, *, default_line: str = "", without: Collection[int] = ()) -> Iterator[Batch]:
    """The same cut every `size`, but for some localids; with a line for those messages that have none."""
    kept = MessageColumns([], [], [], [], [], [], [])
    # Where all have a line nobody has to look for those that have none.
    default_line = default_line if plan.totals.by_line is None or "" in plan.totals.by_line else ""
    for columns in map(_columns_to_send, plan.spool.columns_to_send()):
        if without:
            columns = _chosen(columns, [localid not in without for localid in columns.localids])
        if default_line and "" in columns.lines:
            columns = columns._replace(lines=[line or default_line for line in columns.lines])
        if len(columns.localids) == size and not kept.localids:
            # As it lies: most of it goes into the ledger so.
            yield Batch(columns)
            continue
        kept = MessageColumns._make(map(add, kept, _opened(columns)))
        while len(kept.localids) >= size:
            yield Batch(MessageColumns._make(column[:size] for column in kept))
            kept = MessageColumns._make(column[size:] for column in kept)
    if kept.localids:
        yield Batch(kept)


def messages_numbered(plan: Plan, numbers: Sequence[int]) -> Iterator[Message]:
    """Some of them by their numbers, which begin at 0 and ascend; the blocks between them are not read."""
    ends = [sum(line.messages for _, line in mark.by_line) for mark in plan.marks]
    for block, wanted in groupby(numbers, lambda number: bisect_right(ends, number)):
        before = ends[block - 1] if block else 0
        messages = [*_messages(next(plan.spool.columns(block)))]
        yield from (messages[number - before] for number in wanted)


def messages_spread(plan: Plan, count: int) -> list[Message]:
    """So many of them, or all, spread evenly: of a million only the blocks that they are in are read."""
    again = [*chain.from_iterable(map(_messages, plan.spool.columns_again()))]
    ends = [sum(line.messages for _, line in mark.by_line) for mark in plan.marks]
    start, end = ([0, *ends][place] for place in (plan.spool.first_untouched, len(ends)))
    # What is to be tried again comes first, then what nobody came to yet.
    past = len(again) - start
    total = past + end
    numbers = range(total) if total <= count else [number * total // count for number in range(count)]
    first = bisect_left(numbers, len(again))
    untouched = messages_numbered(plan, [number - past for number in numbers[first:]])
    return [*(again[number] for number in numbers[:first]), *untouched]


def _messages(columns: Columns) -> Iterable[Message]:
    return Batch(_columns_to_send(columns))


def _columns_to_send(columns: Columns) -> MessageColumns:
    return _chosen(MessageColumns._make(_OF_MESSAGE(columns)), [action == "send" for action in columns[_ACTION]])


def _chosen(columns: MessageColumns, which: Sequence[bool]) -> MessageColumns:
    return columns if all(which) else MessageColumns._make(list(compress(column, which)) for column in columns)


def _opened(columns: MessageColumns) -> MessageColumns:
    return MessageColumns._make(map(opened, columns))


def message_of(entry: Entry) -> Message:
    return Message._make(_OF_MESSAGE(entry))
