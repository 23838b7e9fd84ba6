"""A ledger that knows nothing of an occurrence is no proof that nothing was sent: pipelines forget.

The identity does not: the provider is asked for the localids (API document, *StatusLocalMessageId*; 12 hours).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal

from kaverun.blocks import blocks
from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import IDS_PER_REQUEST, Client
from kaverun.plan.batches import Message, message_of
from kaverun.plan.plan import Plan
from kaverun.run.lookup import look_up
from kaverun.run.patience import Patience

#: check: ask for a sample and, if any of it is known, for all; full: ask for all; trust: believe the ledger
ColdLedger = Literal["check", "full", "trust"]


def sent_before(
    plan: Plan, client: Client, patience: Patience, mode: ColdLedger
) -> Iterator[tuple[tuple[Message, ...], dict[int, MessageState]]]:
    """Messages of the plan that the provider already has: pages of messages, and what was found by index in each.

    Raises `KavenegarError` where the provider cannot be asked.
    """

    def ask(messages: tuple[Message, ...]) -> dict[int, MessageState]:
        return patience.ask(lambda: look_up(client, dict(enumerate(messages))))

    if mode == "trust" or (mode == "check" and not _any_known(plan, ask)):
        return
    for page in map(tuple, blocks(_to_send(plan), IDS_PER_REQUEST)):
        if found := ask(page):
            yield page, found


def _any_known(plan: Plan, ask: Callable[[tuple[Message, ...]], dict[int, MessageState]]) -> bool:
    """Whether the first messages in plan order, or a spread sample of all, were sent: two requests."""
    first = tuple(islice(_to_send(plan), IDS_PER_REQUEST))
    if not first or ask(first):
        return bool(first)
    step = plan.totals.send / IDS_PER_REQUEST
    if step <= 1:
        return False
    wanted = {int(number * step) for number in range(IDS_PER_REQUEST)}
    spread = tuple(message for number, message in enumerate(_to_send(plan)) if number in wanted)
    return bool(ask(spread))


def _to_send(plan: Plan) -> Iterator[Message]:
    return (message_of(entry) for entry in plan.entries() if entry.action == "send")
