"""Taking into the ledger what the provider has and the ledger forgot: all of it in one transaction, or nothing.

A ledger made whole by half would be taken for one that knows the campaign, and the other half be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kaverun.blocks import blocks
from kaverun.kavenegar.answers import MessageState
from kaverun.ledger.protocol import Ledger, Result, RunRecord
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate
from kaverun.plan.spool import Spool

_BATCH = 200


def adopt(
    ledger: Ledger, run: RunRecord, found: Iterable[tuple[tuple[Message, ...], dict[int, MessageState]]], now: float
) -> int:
    """Record messages found at the provider as accepted, under a run of their own; returns how many they are."""
    spool, texts, adopted = Spool(), dict[int, str](), 0
    for messages, states in found:
        for index, state in states.items():
            spool.append((tuple(messages[index]), state.messageid, state.status))
            texts[state.status] = state.statustext
            adopted += 1
    if adopted:
        ledger.adopt(run._replace(run_id=f"{run.run_id}-found"), _batches(spool), texts, now)
    return adopted


def _batches(spool: Spool) -> Iterator[tuple[list[Message], dict[int, Result]]]:
    rows = (row for block in spool.blocks() for row in block)
    for part in blocks(rows, _BATCH):
        messages = [Message(*message) for message, _, _ in part]
        yield messages, {index: _accepted(row[1], row[2]) for index, row in enumerate(part)}


def _accepted(messageid: int, status: int) -> Result:
    return Result(Fate.ACCEPTED, messageid, status, reason="found at the provider")
