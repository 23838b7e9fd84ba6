"""A ledger that knows nothing of an occurrence is no proof that nothing was sent: pipelines forget.

The identity does not: the provider is asked for the localids (API document, *StatusLocalMessageId*; 12 hours). A
message that was cancelled has its successor under the localid of the next generation, so that is asked for as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal, NamedTuple

from kaverun.blocks import blocks
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST
from kaverun.kavenegar.codes import CANCELLED
from kaverun.plan.batches import Message, messages_numbered, messages_to_send
from kaverun.plan.identity import localid_of
from kaverun.plan.plan import Plan
from kaverun.run.channels import Channel, Place
from kaverun.run.patience import Patience

#: check: ask for a sample and, if any of it is known, for all; full: ask for all; trust: believe the ledger
ColdLedger = Literal["check", "full", "trust"]


class SentBefore(NamedTuple):
    """A message the ledger forgot. `state` is None where only its successor is found, so that it was `replaced`.

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
    on_page: Callable[[int, int], None] = lambda asked, messages: None,
) -> Iterator[SentBefore]:
    """Messages of the plan that the provider already has, and those they replaced; none without localids.

    `on_page` is called with how many were asked for so far, and of how many. Raises `KavenegarError` where the
    provider cannot be asked.
    """
    if not channel.traceable:
        return
    memory = _Memory(plan, channel, patience)
    if mode == "trust" or (mode == "check" and not memory.any_known()):
        return
    asked = 0
    for page in blocks(messages_to_send(plan), IDS_PER_REQUEST):
        yield from memory.recalled(page)
        asked += len(page)
        on_page(asked, plan.totals.send)


class _Memory:
    """What the provider remembers of a plan.

    The second generation is asked for also where the first is not found, which may be older than the look-up reaches.
    """

    def __init__(self, plan: Plan, channel: Channel, patience: Patience) -> None:
        self._plan = plan
        self._channel = channel
        self._patience = patience
        self._localid = localid_of(plan.campaign, plan.occurrence)
        self._asked = range(2)

    def any_known(self) -> bool:
        """Whether the first messages in plan order, or as many spread over all, were sent."""
        sample = self._channel.sample // len(self._asked)
        first = list(islice(messages_to_send(self._plan), sample))
        if not first or self._any_of(first):
            return bool(first)
        step = self._plan.totals.send / sample
        if step <= 1:
            return False
        return self._any_of([*messages_numbered(self._plan, [int(number * step) for number in range(sample)])])

    def recalled(self, page: list[Message]) -> Iterator[SentBefore]:
        """What is known of a page's messages, each with its earlier generations."""
        generations = [self._find(self._generation(page, number)) for number in self._asked]
        while again := [index for index, state in generations[-1].items() if state.status == CANCELLED]:
            number = len(generations)
            generations.append(self._find({index: self._of(page[index], number) for index in again}))
        for index, message in enumerate(page):
            states = [found.get(index) for found in generations]
            while states and states[-1] is None:
                states.pop()
            for number, state in enumerate(states):
                replaced = number + 1 < len(states) and (state is None or state.status == CANCELLED)
                yield SentBefore(self._of(message, number), state, replaced)

    def _any_of(self, messages: list[Message]) -> bool:
        generations = [(number, self._generation(messages, number)) for number in self._asked]
        return bool(self._find({(number, index): m for number, found in generations for index, m in found.items()}))

    def _find(self, messages: dict[Place, Message]) -> dict[Place, MessageState]:
        return self._patience.ask(lambda: self._channel.find(messages))

    def _generation(self, messages: list[Message], number: int) -> dict[int, Message]:
        return {index: self._of(message, number) for index, message in enumerate(messages)}

    def _of(self, message: Message, generation: int) -> Message:
        return message._replace(localid=self._localid(message.key, generation))
