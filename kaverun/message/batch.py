"""Messages on their way, and batches of them: at most 200 that share everything a request holds once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, overload

if TYPE_CHECKING:
    from kaverun.campaign.models import Campaign


class Message(NamedTuple):
    """A text rendered for one recipient. `parts` is the planned number of billed SMS, `id` its number in the ledger."""

    localid: int
    phone: str
    line: str
    text: str
    row: int
    key: str
    parts: int
    generation: int = 0
    id: int = 0


class MessageColumns(NamedTuple):
    """Messages as a column for each field of a `Message`, all of one length, as the API wants them."""

    localids: Sequence[int]
    phones: Sequence[str]
    lines: Sequence[str]
    texts: Sequence[str]
    rows: Sequence[int]
    keys: Sequence[str]
    parts: Sequence[int]
    generations: Sequence[int]
    ids: Sequence[int]


class Batch(Sequence[Message]):
    """Messages that travel together. They come and go in columns, and are made one by one only where that is asked."""

    def __init__(self, columns: MessageColumns) -> None:
        self.columns = columns

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Batch:
        return messages if isinstance(messages, Batch) else cls(MessageColumns(*zip(*messages, strict=True)))

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
    """What all messages of a batch share (facts page, *Wire*); `date` in unix seconds, None for at once."""

    date: int | None = None
    type: int | str | None = None
    tag: str | None = None
    hide: bool = False
    policy: str | None = None

    @classmethod
    def of(cls, campaign: Campaign, date: int | None = None) -> Shared:
        """What a campaign's messages share when they are sent for a time."""
        message = campaign.message
        return cls(date, message.type, message.tag, message.hide, message.policy)
