"""Cancelling messages: which may be cancelled, which are about to be, and the results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from kaverun.kavenegar.codes import CANCELLED
from kaverun.ledger.batches import put_texts
from kaverun.ledger.store import Store
from kaverun.message.fate import LIVE, Fate

_PAGE = 500
_REVOCABLE = """
SELECT message.id, outcome.messageid, outcome.status, outcome.cost, batch.date, message.phone, message.key
FROM message JOIN outcome ON outcome.message = message.id JOIN batch ON batch.id = outcome.batch
WHERE message.occurrence = :occurrence AND outcome.fate IN ({fates}) AND batch.run = coalesce(:run, batch.run)
AND message.id > :last ORDER BY message.id LIMIT {page}
"""


class Revocable(NamedTuple):
    """An accepted message that may be cancelled: its number, whose it is, and what the ledger knows of it.

    `messageid` is None if the provider never gave one; `cost` is in Rial as billed, None if it is not known;
    `date` is when the provider was asked to send, in unix seconds, None for at once.
    """

    message: int
    messageid: int | None
    status: int | None
    cost: int | None
    date: int | None
    phone: str
    key: str


def revocable(store: Store, occurrence: int, run: int | None = None) -> Iterator[Revocable]:
    """What the provider accepted and has not confirmed as cancelled, of one run or of all, oldest first.

    Read in pages of 500: what comes next may be written meanwhile.
    """
    return _pages(store, occurrence, run, LIVE)


def cancelling(store: Store, occurrence: int) -> Iterator[Revocable]:
    """What the provider was about to be asked to cancel, oldest first."""
    return _pages(store, occurrence, None, (Fate.CANCELLING,))


def _pages(store: Store, occurrence: int, run: int | None, fates: Collection[Fate]) -> Iterator[Revocable]:
    query = _REVOCABLE.format(fates=", ".join(f"'{fate}'" for fate in fates), page=_PAGE)
    last = 0
    while rows := store.rows(query, {"occurrence": occurrence, "run": run, "last": last}):
        yield from map(Revocable._make, rows)
        last = rows[-1][0]


def any_cancelled(store: Store, occurrence: int) -> bool:
    """Whether any message of an occurrence was cancelled, or is about to be."""
    query = (
        "SELECT 1 FROM outcome JOIN message ON message.id = outcome.message"
        " WHERE message.occurrence = ? AND outcome.fate IN ('cancelled', 'cancelling') LIMIT 1"
    )
    return bool(store.rows(query, (occurrence,)))


def intend_to_cancel(store: Store, messages: Collection[int]) -> None:
    """Make it durable that the provider is about to be asked to cancel these accepted messages."""
    with store.transaction():
        store.write_many(
            "UPDATE outcome SET fate = 'cancelling' WHERE message = ? AND fate = 'accepted'",
            [(one,) for one in messages],
        )


def settle_cancelling(
    store: Store,
    cancelled: Collection[int],
    kept: Mapping[int, int | None],
    texts: Mapping[int, str],
    reason: str = "",
) -> None:
    """Make durable what the provider confirmed as cancelled, and what it did not cancel.

    Those that are `kept` have a status instead; if it is None, the provider does not know them, and `reason` says so.
    `texts` are its texts for status codes.
    """
    with store.transaction():
        store.write_many(
            f"UPDATE outcome SET fate = 'cancelled', status = {CANCELLED} WHERE message = ?"
            " AND fate IN ('accepted', 'cancelling')",
            [(one,) for one in cancelled],
        )
        store.write_many(
            "UPDATE outcome SET fate = 'accepted', status = coalesce(?, status),"
            " reason = CASE WHEN ? IS NULL THEN coalesce(nullif(?, ''), reason) ELSE reason END"
            " WHERE message = ? AND fate = 'cancelling'",
            [(status, status, reason, one) for one, status in kept.items()],
        )
        put_texts(store, texts)
