"""Taking into the ledger what the provider has and the ledger forgot."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kaverun.kavenegar.answers import MessageState
from kaverun.ledger.protocol import Ledger, Result, RunRecord
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate

_BATCH = 200


def adopt(
    ledger: Ledger,
    run: RunRecord,
    found: Iterable[tuple[tuple[Message, ...], dict[int, MessageState]]],
    now: Callable[[], float],
) -> int:
    """Record messages found at the provider as accepted, under a run of their own; returns how many they are."""
    adopted = 0
    owner = run._replace(run_id=f"{run.run_id}-found")
    for messages, states in found:
        if not adopted:
            ledger.begin(owner)
        known = [(messages[index], state) for index, state in states.items()]
        for start in range(0, len(known), _BATCH):
            part = known[start : start + _BATCH]
            (number,) = ledger.intend(owner.run_id, [tuple(message for message, _ in part)], now())
            results = {index: _accepted(state) for index, (_, state) in enumerate(part)}
            ledger.record([(number, results)], {state.status: state.statustext for _, state in part}, now())
        adopted += len(known)
    if adopted:
        ledger.finish(owner.run_id, "found", now())
    return adopted


def _accepted(state: MessageState) -> Result:
    return Result(Fate.ACCEPTED, state.messageid, state.status, reason="found at the provider")
