"""Maintaining a ledger: what it holds, whether it is sound, and forgetting what nobody needs any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kaverun.ledger.store import Store
from kaverun.message.identity import localids_of


class Held(NamedTuple):
    """What a ledger holds of an occurrence; times are unix seconds, None if there was no run."""

    campaign: str
    occurrence: str
    provider: str
    runs: int
    messages: int
    accepted: int
    in_doubt: int
    planned: int
    first: float | None
    last: float | None


class Forgotten(NamedTuple):
    """How many messages and rows that were left out lost their texts and numbers, of how many occurrences."""

    occurrences: int
    messages: int
    left_out: int


_HELD = """
SELECT occurrence.campaign, occurrence.name, provider.name,
    (SELECT count(*) FROM run WHERE run.occurrence = occurrence.id),
    count(message.id), count(*) FILTER (WHERE outcome.fate IN ('accepted', 'cancelling')),
    count(*) FILTER (WHERE outcome.fate = 'unknown' OR (outcome.fate IS NULL AND batch.state = 'sending')),
    count(*) FILTER (WHERE outcome.fate IS NULL AND batch.state = 'planned'),
    (SELECT min(started) FROM run WHERE run.occurrence = occurrence.id),
    (SELECT max(started) FROM run WHERE run.occurrence = occurrence.id)
FROM occurrence JOIN provider ON provider.id = occurrence.provider
LEFT JOIN message ON message.occurrence = occurrence.id
LEFT JOIN outcome ON outcome.message = message.id LEFT JOIN batch ON batch.id = message.batch
GROUP BY occurrence.id ORDER BY occurrence.campaign, occurrence.id
"""
#: Sentences for what should never happen, each with a query that counts it.
_INVARIANTS = {
    "messages are in no batch": "SELECT count(*) FROM message WHERE batch IS NULL",
    "messages are in a batch that does not exist": (
        "SELECT count(*) FROM message WHERE batch NOT IN (SELECT id FROM batch)"
    ),
    "outcomes are of messages that do not exist": (
        "SELECT count(*) FROM outcome WHERE message NOT IN (SELECT id FROM message)"
    ),
    "messages of settled batches have no outcome": (
        "SELECT count(*) FROM message JOIN batch ON batch.id = message.batch"
        " WHERE state = 'settled' AND message.id NOT IN (SELECT message FROM outcome)"
    ),
    "batches are of runs that do not exist": "SELECT count(*) FROM batch WHERE run NOT IN (SELECT id FROM run)",
}
# Occurrences whose runs all ended before a time, with nothing planned, in doubt or still to go out.
_FINISHED = """
SELECT occurrence.id FROM occurrence WHERE NOT EXISTS (
    SELECT 1 FROM run WHERE run.occurrence = occurrence.id AND coalesce(run.finished, run.started) >= :before
) AND NOT EXISTS (
    SELECT 1 FROM message JOIN batch ON batch.id = message.batch LEFT JOIN outcome ON outcome.message = message.id
    WHERE message.occurrence = occurrence.id AND (
        batch.state <> 'settled' OR coalesce(outcome.fate, '') IN ('unknown', 'cancelling')
        OR coalesce(batch.date, 0) >= :before
    )
)
"""


def held(store: Store) -> list[Held]:
    """What the ledger holds, by campaign."""
    return [Held(*values) for values in store.rows(_HELD)]


def faults(store: Store) -> Iterator[str]:
    """What is wrong with a ledger, in sentences; nothing if it is sound."""
    for (words,) in store.rows("PRAGMA integrity_check"):
        if words != "ok":
            yield f"SQLite: {words}"
    for words, query in _INVARIANTS.items():
        ((count,),) = store.rows(query)
        if count:
            yield f"{count:,} {words}"


def prune(store: Store, before: float) -> Forgotten:
    """Erase texts and numbers of occurrences that ended before a time (unix seconds); durable when it returns.

    Localids, fates and figures stay, so that nobody is sent a second message. Whatever looks people up by number no
    longer finds them: `history`, frequency caps, and the check for numbers that come under other keys.
    """
    store.write("PRAGMA secure_delete = ON")
    with store.transaction():
        finished = [number for (number,) in store.rows(_FINISHED, {"before": before})]
        messages = left_out = occurrences = 0
        for number in finished:
            _keep_hashes(store, number)
            erased = store.write(
                "UPDATE message SET key = CASE WHEN key LIKE '#%' THEN key ELSE '' END, phone = '', text = '',"
                " spelling = CASE WHEN spelling IS NOT NULL THEN '' END, remark = NULL"
                " WHERE occurrence = ? AND (phone <> '' OR text <> '')",
                (number,),
            )
            rows = store.write(
                "UPDATE left_out SET key = '', phone = '' WHERE occurrence = ? AND (key <> '' OR phone <> '')",
                (number,),
            )
            messages, left_out, occurrences = messages + erased, left_out + rows, occurrences + bool(erased or rows)
    return Forgotten(occurrences, messages, left_out)


def _keep_hashes(store: Store, occurrence: int) -> None:
    """If a localid is not the one of the key itself, replace the key by the localid that it leads to today."""
    ((campaign, name),) = store.rows("SELECT campaign, name FROM occurrence WHERE id = ?", (occurrence,))
    rows = store.rows(
        "SELECT id, key FROM message WHERE occurrence = ? AND (generation > 0 OR spelling IS NOT NULL)"
        " AND key NOT LIKE '#%'",
        (occurrence,),
    )
    localids = localids_of(campaign, name, [key for _, key in rows])
    store.write_many(
        "UPDATE message SET key = ? WHERE id = ?",
        [(f"#{localid}", number) for (number, _), localid in zip(rows, localids, strict=True)],
    )
