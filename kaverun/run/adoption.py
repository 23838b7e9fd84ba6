"""Taking into the ledger what the provider has and the ledger forgot: all of it in one transaction, or nothing.

A ledger made whole by half would be taken for one that knows the campaign, and the other half be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kaverun.blocks import blocks
from kaverun.kavenegar.codes import CANCELLED
from kaverun.ledger.protocol import Ledger, Result, RunRecord
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate
from kaverun.plan.spool import Spool
from kaverun.run.cold import SentBefore
from kaverun.run.matching import contradiction

_BATCH = 200


def adopt(ledger: Ledger, run: RunRecord, found: Iterable[SentBefore], now: float) -> int:
    """Record messages found at the provider, under a run of their own; returns how many it accepted.

    A message of status 13 counts as accepted unless its successor was found too: whether it was cancelled by kaverun,
    or by somebody in the panel who wanted nothing sent, cannot be told from it, and nobody is to get anything twice.
    """
    spool, texts, adopted = Spool(), dict[int, str](), 0
    for message, state, replaced in found:
        messageid, status, receptor = (
            (state.messageid, state.status, state.receptor) if state else (None, CANCELLED, "")
        )
        spool.append((tuple(message), messageid, status, replaced, receptor))
        if state:
            texts[state.status] = state.statustext
        adopted += not replaced
    if adopted:
        ledger.adopt(run._replace(run_id=f"{run.run_id}-found", handling=None), _batches(spool), texts, now)
    return adopted


def _batches(spool: Spool) -> Iterator[tuple[list[Message], dict[int, Result]]]:
    rows = (row for columns in spool.columns() for row in zip(*columns, strict=True))
    for part in blocks(rows, _BATCH):
        messages = [Message(*message) for message, *_ in part]
        yield messages, {index: _result(messages[index], *row[1:]) for index, row in enumerate(part)}


def _result(message: Message, messageid: int | None, status: int, replaced: bool, receptor: str) -> Result:
    if replaced:
        return Result(Fate.CANCELLED, messageid, CANCELLED, reason="its successor was found at the provider")
    if reason := contradiction(message, receptor, messageid):
        return Result(Fate.UNKNOWN, reason=reason)
    return Result(Fate.ACCEPTED, messageid, status, reason="found at the provider")
