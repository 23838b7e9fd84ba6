"""Messages on their way, and batches of them: at most 200 that share everything a request contains once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, overload

if TYPE_CHECKING:
    from kaverun.campaign.models import Campaign


class Message(NamedTuple):
    """A text rendered for one recipient. `parts` is the planned number of billed SMS, `id` its number in the ledger.

    On its way in a batch it has only what a request needs: no row, key, parts and generation.
    """

    localid: int
    phone: str
    line: str
    text: str
    row: int = 0
    key: str = ""
    parts: int = 0
    generation: int = 0
    id: int = 0


class MessageColumns(NamedTuple):
    """What requests need of messages, in columns of one length, as the API needs them; the ids are the ledger's."""

    localids: Sequence[int]
    phones: Sequence[str]
    lines: Sequence[str]
    texts: Sequence[str]
    ids: Sequence[int]


class Batch(Sequence[Message]):
    """Messages that travel together. They come and go in columns; single ones are created only when asked for."""

    def __init__(self, columns: MessageColumns) -> None:
        self.columns = columns

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Batch:
        if isinstance(messages, Batch):
            return messages
        return cls(MessageColumns(*zip(*((*message[:4], message.id) for message in messages), strict=True)))

    @cached_property
    def _messages(self) -> tuple[Message, ...]:
        found = zip(*self.columns, strict=True)
        return tuple(Message(localid, phone, line, text, id=number) for localid, phone, line, text, number in found)

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
        """What a campaign's messages share when they are sent for a `date`."""
        message = campaign.message
        return cls(date, message.type, message.tag, message.hide, message.policy)
