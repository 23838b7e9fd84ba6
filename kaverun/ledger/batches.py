"""Batches on their way: leased, read, and settled with what became of their messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from kaverun.ledger.store import Lease, Store
from kaverun.message.batch import Batch, MessageColumns
from kaverun.message.fate import TAKEN, Fate

#: Reason of a message that was in doubt and was found.
FOUND = "found at the provider"
#: Why a message that the provider cancelled at once, as it does in debugmode, counts as not sent.
NOTHING_SENT = "Kavenegar took this message as cancelled (status 13), as it does in debugmode: nothing was sent"

# All messages of a batch in one row: for each row, SQLite releases Python's lock and has to wait for it among threads.
# As bytes, which orjson reads without a detour through text. The index of batches has ids in order.
_COLUMNS = [f"CAST(json_group_array({field}) AS BLOB)" for field in ("localid", "phone", "line", "text", "id")]
_MESSAGES = f"SELECT {', '.join(_COLUMNS)} FROM message WHERE batch = ?"
_ARCHIVE = """
INSERT INTO earlier_outcome SELECT message, batch, fate, messageid, status, cost, attempts, reason FROM outcome
WHERE message IN (SELECT id FROM message WHERE batch = ?)
"""
_FORGET = "DELETE FROM outcome WHERE message IN (SELECT id FROM message WHERE batch = ?)"


class Result(NamedTuple):
    """The outcome of one message. `cost` in Rial as billed; `attempts` counts requests that held the message."""

    fate: Fate
    messageid: int | None = None
    status: int | None = None
    cost: int | None = None
    attempts: int = 0
    reason: str = ""


class Outcomes(NamedTuple):
    """The outcomes of one batch in columns, each as long as the batch; the fields are those of `Result`."""

    fates: Sequence[Fate]
    messageids: Sequence[int | None]
    statuses: Sequence[int | None]
    costs: Sequence[int | None]
    attempts: Sequence[int]
    reasons: Sequence[str]

    @classmethod
    def of(cls, results: Sequence[Result]) -> Outcomes:
        return cls(*map(list, zip(*results, strict=True)))


def begin_batches(store: Store, run: int, most: int, *, holder: str, now: float, until: float) -> list[Lease]:
    """Lease up to `most` planned batches, whose requests may leave once this is durable; in the caller's transaction.

    Earlier outcomes of what is tried again are archived: until there is a new one, it is in doubt.
    """
    leases = store.take(run, most, holder, now, until)
    for lease in leases:
        if store.write(_ARCHIVE, (lease.batch,)):
            store.write(_FORGET, (lease.batch,))
    return leases


def batch_of(store: Store, number: int) -> Batch:
    """The messages of a batch in their order."""
    ((*columns,),) = store.rows(_MESSAGES, (number,))
    return Batch(MessageColumns(*map(orjson.loads, columns)))


def settle_batches(
    store: Store, outcomes: Sequence[tuple[Lease, Batch, Outcomes]], texts: Mapping[int, str], now: float
) -> None:
    """Record what became of whole batches that are leased; in the caller's transaction. Raises `LeaseLost`.

    `texts` are the provider's texts for status codes.
    """
    store.settle([lease for lease, _, _ in outcomes], now)
    for lease, batch, found in outcomes:
        size = len(batch)
        rows = zip(
            batch.columns.ids, [lease.batch] * size, *found[:-1], (r or None for r in found.reasons), strict=True
        )
        store.insert("INSERT INTO outcome", list(rows))
    put_texts(store, texts)


def record(store: Store, results: Mapping[int, Result], texts: Mapping[int, str], now: float) -> None:
    """Record what became of single messages, by their numbers; in the caller's transaction.

    What the provider has accepted can never become anything else this way. A batch all of whose messages have an
    outcome is settled.
    """
    taken = ", ".join(f"'{fate}'" for fate in TAKEN)
    store.write_many(
        "INSERT INTO outcome SELECT id, batch, ?, ?, ?, ?, ?, ? FROM message WHERE id = ?"
        " ON CONFLICT (message) DO UPDATE SET fate = excluded.fate, messageid = excluded.messageid,"
        " status = excluded.status, cost = excluded.cost, attempts = excluded.attempts, reason = excluded.reason"
        f" WHERE outcome.fate NOT IN ({taken})",
        [(*result[:-1], result.reason or None, message) for message, result in results.items()],
    )
    store.write_many(
        "UPDATE batch SET state = 'settled', settled = ?, holder = NULL, lease_until = NULL WHERE state = 'sending'"
        " AND id = (SELECT batch FROM message WHERE id = ?)"
        " AND NOT EXISTS (SELECT 1 FROM message WHERE batch = batch.id AND id NOT IN (SELECT message FROM outcome))",
        [(now, message) for message in results],
    )
    put_texts(store, texts)


def put_texts(store: Store, texts: Mapping[int, str]) -> None:
    """Keep the provider's texts for status codes; in the caller's transaction."""
    store.write_many(
        "INSERT INTO status_text VALUES (?, ?) ON CONFLICT (status) DO UPDATE SET text = excluded.text"
        " WHERE text <> excluded.text",
        list(texts.items()),
    )
