"""Adds messages that were found at the provider to the ledger."""

from __future__ import annotations

from typing import Any

from kaverun.ledger.store import Store

#: A row of the temporary table `found`, in its order: localid, phone, line, text, row, key, parts, generation, fate,
#: messageid, status, reason, and 0.
FoundMessage = tuple[Any, ...]
#: The columns of the temporary table `found`; `message` is the ledger's number once it has one.
COLUMNS = (
    "place INTEGER PRIMARY KEY, localid INTEGER, phone TEXT, line TEXT, text TEXT, row INTEGER, key TEXT,"
    " parts INTEGER, generation INTEGER, fate TEXT, messageid INTEGER, status INTEGER, reason TEXT, message INTEGER"
)
_BATCH = 200
_NUMBER = "SELECT id FROM message WHERE message.provider = :provider AND message.localid = found.localid"
_STATEMENTS = (
    f"UPDATE temp.found SET message = coalesce(({_NUMBER}), 0)",
    """
    INSERT INTO message (occurrence, provider, localid, key, generation, phone, line, text, parts, row, run)
    SELECT :occurrence, :provider, localid, key, generation, phone, line, text, parts,
        CASE generation WHEN (SELECT max(generation) FROM temp.found AS other WHERE other.key = found.key) THEN row END,
        :run
    FROM temp.found WHERE message = 0 ORDER BY place
    """,
    f"UPDATE temp.found SET message = ({_NUMBER}) WHERE message = 0",
    f"""
    INSERT INTO batch (id, run, state, date, begun, settled)
    SELECT DISTINCT :first + (place - 1) / {_BATCH}, :run, 'settled', :date, :now, :now FROM temp.found
    """,
    """
    INSERT INTO earlier_outcome SELECT message, batch, fate, messageid, status, cost, attempts, reason FROM outcome
    WHERE message IN (SELECT message FROM temp.found)
    """,
    "DELETE FROM outcome WHERE message IN (SELECT message FROM temp.found)",
    f"""
    UPDATE message SET batch = :first + (found.place - 1) / {_BATCH} FROM temp.found WHERE message.id = found.message
    """,
    f"""
    INSERT INTO outcome SELECT message, :first + (place - 1) / {_BATCH}, fate, messageid, status, NULL, 0, reason
    FROM temp.found
    """,
)


def take_over(store: Store, run: int, now: float, date: int | None) -> None:
    """Move everything in the temporary table `found` into the ledger, under a run; in the caller's transaction.

    A message that the ledger knew, planned or rejected, gets the outcome; `now` and `date` are in unix seconds.
    """
    ((occurrence, provider, last),) = store.rows(
        "SELECT occurrence.id, provider, (SELECT coalesce(max(id), 0) FROM batch) FROM run"
        " JOIN occurrence ON occurrence.id = run.occurrence WHERE run.id = ?",
        (run,),
    )
    values = {"occurrence": occurrence, "provider": provider, "run": run, "now": now, "date": date, "first": last + 1}
    for statement in _STATEMENTS:
        store.write(statement, {name: value for name, value in values.items() if f":{name}" in statement})
