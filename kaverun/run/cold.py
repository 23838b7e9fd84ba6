"""A ledger that knows nothing of an occurrence is no proof that nothing was sent: pipelines forget.

The identity does not: the provider is asked for the localids (API document, *StatusLocalMessageId*; 12 hours). What
has none is asked for by number, and believed to have been sent where its text can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal

from kaverun.blocks import blocks
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST
from kaverun.plan.batches import Message, messages_to_send
from kaverun.plan.plan import Plan
from kaverun.run.channels import Channel
from kaverun.run.lookup import LOOKUP_WINDOW
from kaverun.run.patience import Patience

#: check: ask for a sample and, if any of it is known, for all; full: ask for all; trust: believe the ledger
ColdLedger = Literal["check", "full", "trust"]


def sent_before(
    plan: Plan, channel: Channel, patience: Patience, mode: ColdLedger, now: float
) -> Iterator[tuple[tuple[Message, ...], dict[int, MessageState]]]:
    """Messages of the plan that the provider already has: pages of messages, and what was found by index in each.

    Raises `KavenegarError` where the provider cannot be asked.
    """

    def ask(messages: tuple[Message, ...]) -> dict[int, MessageState]:
        since = now - LOOKUP_WINDOW
        return patience.ask(lambda: channel.find(dict(enumerate(messages)), since, by_number_alone=False))

    if mode == "trust" or (mode == "check" and not _any_known(plan, ask, channel.sample)):
        return
    for page in map(tuple, blocks(_to_send(plan), IDS_PER_REQUEST)):
        if found := ask(page):
            yield page, found


def _any_known(plan: Plan, ask: Callable[[tuple[Message, ...]], dict[int, MessageState]], sample: int) -> bool:
    """Whether the first messages in plan order, or as many spread over all, were sent."""
    first = tuple(islice(_to_send(plan), sample))
    if not first or ask(first):
        return bool(first)
    step = plan.totals.send / sample
    if step <= 1:
        return False
    wanted = {int(number * step) for number in range(sample)}
    spread = tuple(message for number, message in enumerate(_to_send(plan)) if number in wanted)
    return bool(ask(spread))


def _to_send(plan: Plan) -> Iterator[Message]:
    return messages_to_send(plan)
