"""Adds to the ledger what the provider has and the ledger forgot: all of it in one transaction, or nothing.

A half-rebuilt ledger would pass for one that knows the campaign, and the other half would be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable

from kaverun.blocks import blocks
from kaverun.kavenegar.codes import CANCELLED
from kaverun.ledger import runs
from kaverun.ledger.adopting import COLUMNS, FoundMessage, take_over
from kaverun.ledger.batches import FOUND, put_texts
from kaverun.ledger.runs import Run
from kaverun.ledger.store import Store
from kaverun.message.fate import Fate
from kaverun.run.matching import contradiction
from kaverun.run.recall import SentBefore

_TOGETHER = 200


def adopt(store: Store, run: Run, found: Iterable[SentBefore], now: float, date: int | None = None) -> int:
    """Record messages found at the provider, under a separate run; returns how many it accepted.

    `run` is the one that found them, which sends for `date` (unix seconds, None at once). A message with status 13
    counts as accepted unless its successor was found too: the status does not show whether kaverun cancelled it, or
    somebody in the panel who wanted nothing sent, and nobody may get anything twice.
    """
    texts, adopted = dict[int, str](), 0
    store.write(f"CREATE TEMP TABLE found ({COLUMNS})")
    try:
        for some in blocks(found, _TOGETHER):
            store.write_many(f"INSERT INTO temp.found VALUES (NULL, {', '.join('?' * 13)})", map(_found, some))
            texts |= {one.state.status: one.state.statustext for one in some if one.state}
            adopted += sum(not one.replaced for one in some)
        if adopted:
            own = run._replace(run_id=f"{run.run_id}-found", kind="found", status="completed", finished=now, plan=None)
            with store.transaction():
                take_over(store, runs.begin(store, own), now, date)
                put_texts(store, texts)
    finally:
        store.write("DROP TABLE temp.found")
    return adopted


def _found(one: SentBefore) -> FoundMessage:
    message, state, replaced = one
    localid, phone, line, text, row, key, parts, generation, _ = message
    identity = (localid, phone, line, text, row, key, parts, generation)
    if replaced:
        messageid = state.messageid if state else None
        return (*identity, Fate.CANCELLED, messageid, CANCELLED, "its successor was found at the provider", 0)
    assert state is not None
    if reason := contradiction(message, state.receptor, state.messageid):
        return (*identity, Fate.UNKNOWN, None, None, reason, 0)
    return (*identity, Fate.ACCEPTED, state.messageid, state.status, FOUND, 0)
