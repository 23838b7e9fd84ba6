"""A ledger is no proof that nothing was sent: it may be new, restored from yesterday, or a copy of another machine's.

Localids are not forgotten: before anything is sent, the provider is asked for those (API document,
*StatusLocalMessageId*; 12 hours) of the first messages and of a sample of the rest, and if it has any of them, for all.
A message that was cancelled has its successor under the localid of the next generation, so that is asked for too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Literal, NamedTuple

from kaverun.blocks import blocks
from kaverun.errors import Refused
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST
from kaverun.kavenegar.codes import CANCELLED
from kaverun.message.batch import Message
from kaverun.message.identity import localid_of
from kaverun.plan.plan import Plan
from kaverun.run.channels import Channel, Place
from kaverun.run.retrying import Patience

#: check: ask for a sample and, if any of it is known, for all; full: ask for all; trust: believe the ledger
ColdLedger = Literal["check", "full", "trust"]


class SentBefore(NamedTuple):
    """A message the ledger does not know of. `state` is None if only its successor is found, so it was `replaced`.

    A message is replaced by one of the next generation only after the provider confirmed that it was cancelled.
    """

    message: Message
    state: MessageState | None
    replaced: bool


def sent_before(
    plan: Plan,
    channel: Channel,
    patience: Patience,
    mode: ColdLedger,
    *,
    without: Collection[int] = (),
    on_page: Callable[[int, int], None] = lambda asked, messages: None,
) -> Iterator[SentBefore]:
    """Messages of the plan that the provider already has, and those they replaced; none without localids.

    `without` are localids that have already been asked for. `on_page` is called with how many were asked for so far,
    and the total. Raises `KavenegarError` if the provider cannot be asked, `Refused` if the run is stopping.
    """
    if not channel.traceable:
        return
    memory = _Memory(plan, channel, patience, without)
    if mode == "trust" or (mode == "check" and not memory.any_known()):
        return
    asked = 0
    for page in blocks(memory.to_send(), IDS_PER_REQUEST):
        if patience.stopping.is_set():
            raise Refused("stopped before everyone was asked for at the provider; nothing was sent")
        yield from memory.recalled(page)
        asked += len(page)
        on_page(asked, plan.totals.send)


class _Memory:
    """What the provider remembers of a plan.

    The next generation is asked for even if a message's own is not found: that may be older than the look-up reaches.
    """

    def __init__(self, plan: Plan, channel: Channel, patience: Patience, without: Collection[int]) -> None:
        self._plan = plan
        self._channel = channel
        self._patience = patience
        self._without = without
        self._localid = localid_of(plan.campaign, plan.occurrence)
        self._asked = range(2)

    def to_send(self) -> Iterator[Message]:
        return (message for message in self._plan.rows.to_send() if message.localid not in self._without)

    def any_known(self) -> bool:
        """Whether the first messages to send, or as many spread over all, were sent."""
        sample = self._channel.sample // len(self._asked)
        first = [*islice(self.to_send(), sample)]
        if not first or self._any_of(first):
            return bool(first)
        met = {*self._without, *(message.localid for message in first)}
        every = max(1, self._plan.totals.send // sample)
        numbers = range(0, self._plan.totals.send, every)
        spread = [message for message in self._plan.rows.to_send(numbers) if message.localid not in met]
        return any(map(self._any_of, blocks(spread, sample)))

    def recalled(self, page: list[Message]) -> Iterator[SentBefore]:
        """What is known of a page's messages, each with its next generations."""
        own = [message.generation for message in page]
        found = [self._find(dict(enumerate(self._after(page, own, number)))) for number in self._asked]
        while again := [index for index, state in found[-1].items() if state.status == CANCELLED]:
            later = len(found)
            found.append(self._find({index: self._of(page[index], own[index] + later) for index in again}))
        for index, message in enumerate(page):
            states = [of_number.get(index) for of_number in found]
            while states and states[-1] is None:
                states.pop()
            for number, state in enumerate(states):
                replaced = number + 1 < len(states) and (state is None or state.status == CANCELLED)
                itself = self._of(message, own[index] + number) if number else message
                yield SentBefore(itself, state, replaced)

    def _any_of(self, messages: list[Message]) -> bool:
        own = [message.generation for message in messages]
        asked = {
            (number, index): message
            for number in self._asked
            for index, message in enumerate(self._after(messages, own, number))
        }
        return bool(self._find(asked))

    def _find(self, messages: dict[Place, Message]) -> dict[Place, MessageState]:
        return self._patience.ask(lambda: self._channel.find(messages))

    def _after(self, messages: list[Message], own: list[int], number: int) -> list[Message]:
        """The messages themselves, or their successors `number` generations later."""
        if not number:
            return messages
        return [self._of(message, first + number) for message, first in zip(messages, own, strict=True)]

    def _of(self, message: Message, generation: int) -> Message:
        return message._replace(localid=self._localid(message.key, generation), generation=generation, id=0)
