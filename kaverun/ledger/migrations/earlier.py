"""Ledgers of schemas 1 to 6, which kept a batch in one row, as rows of today."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from sqlite3 import Connection
from typing import Any, NamedTuple

import orjson

from kaverun.ledger.damage import Damaged
from kaverun.ledger.migrations.decoding import Held, of_columns, of_rows
from kaverun.ledger.schema import TABLES
from kaverun.message.identity import localids_of
from kaverun.recipients.keys import normal_key

# What is read and written at a time; a batch held at most 200 messages.
_BATCHES_AT_ONCE = 50
# The number of a batch times this, plus the place in it: a message's number.
_PLACES = 256
# A message was cancelled and sent again at most so often.
_GENERATIONS = 100

_OUT_OF_THE_WAY = """
DROP INDEX run_of_campaign;
DROP INDEX batch_of_run;
ALTER TABLE run RENAME TO old_run;
ALTER TABLE batch RENAME TO old_batch;
ALTER TABLE outcome RENAME TO old_outcome;
ALTER TABLE status_text RENAME TO old_status_text
"""
_GONE = ("old_run", "old_batch", "old_outcome", "old_status_text", "batch_state", "delivery", "respelled")

_RUNS = """
INSERT INTO provider (name) SELECT provider FROM old_run GROUP BY provider ORDER BY min(id);
INSERT INTO occurrence (campaign, name, provider, rehearsal)
SELECT campaign, occurrence, provider.id, max(occurrence = run_id) FROM old_run JOIN provider ON name = old_run.provider
GROUP BY campaign, occurrence, provider.id ORDER BY min(old_run.id);
INSERT INTO run (id, run_id, occurrence, kind, status, started, finished, digest, key_column)
SELECT old_run.id, run_id, occurrence.id, CASE status WHEN 'found' THEN 'found' ELSE 'apply' END,
    CASE status WHEN 'found' THEN 'completed' ELSE status END, started, finished, digest, {key_column}
FROM old_run JOIN provider ON provider.name = old_run.provider JOIN occurrence ON occurrence.provider = provider.id
    AND occurrence.campaign = old_run.campaign AND occurrence.name = old_run.occurrence;
INSERT INTO status_text SELECT status, text FROM old_status_text
"""
_BATCHES = """
SELECT old_batch.id, old_batch.run, occurrence.campaign, occurrence.name, occurrence.id, occurrence.provider,
    old_run.date, {handling}, intended, settled, localids, {values}
FROM old_batch JOIN run ON run.id = old_batch.run JOIN occurrence ON occurrence.id = run.occurrence
JOIN old_run ON old_run.id = run.id {joined}
WHERE old_batch.id > ? ORDER BY old_batch.id LIMIT ?
"""
_OF_ROWS = "payload", "JOIN batch_state ON batch_state.batch = old_batch.id"
_OF_COLUMNS = "routes, texts, columns, {statuses}", "LEFT JOIN old_outcome ON old_outcome.batch = old_batch.id"
_STATUSES = "(SELECT statuses FROM delivery WHERE delivery.batch = old_batch.id)"
_OUTCOMES = """
SELECT position - :first, fate, messageid, status, cost, attempts, coalesce(reason, '') FROM old_outcome
WHERE position BETWEEN :first AND :first + 255
"""
_BATCH = """
INSERT INTO batch (id, run, state, date, type, tag, hide, policy, begun, settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_MESSAGE = """
INSERT INTO message (
    id, occurrence, provider, localid, key, spelling, generation, phone, line, text, parts, row, run, batch
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_OUTCOME = "INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

# Of several attempts to send a message one counts: the first that was accepted; else one whose cancellation was begun
# or confirmed, which a later failure does not open again; else the last that is in doubt, of which a later failure
# proves nothing; else the last.
_ATTEMPTS = """
CREATE TEMP TABLE attempt AS
SELECT message.id, first_value(message.id) OVER (
    PARTITION BY provider, localid ORDER BY {weight} DESC, CASE WHEN {weight} > 1 THEN message.id ELSE -message.id END
) AS counting, first_value(message.run) OVER (PARTITION BY provider, localid ORDER BY message.id) AS run
FROM (SELECT provider, localid FROM message GROUP BY provider, localid HAVING count(*) > 1)
JOIN message USING (provider, localid) LEFT JOIN outcome ON outcome.message = message.id
"""
_WEIGHT = """CASE coalesce(outcome.fate, 'unknown') WHEN 'accepted' THEN 4 WHEN 'cancelling' THEN 3
WHEN 'cancelled' THEN 2 WHEN 'unknown' THEN 1 ELSE 0 END"""
# What an attempt in doubt was closed with, as not sent, when a later batch took its message up again.
_TAKEN_UP_AGAIN = "in doubt until it was taken up again by a later batch"
_ONE_EACH = """
INSERT INTO earlier_outcome
SELECT counting, message.batch, CASE WHEN fate IS NULL OR reason = '{taken_up_again}' THEN 'unknown' ELSE fate END,
    messageid, status, cost, coalesce(attempts, 0), reason
FROM temp.attempt JOIN message ON message.id = attempt.id LEFT JOIN outcome ON outcome.message = message.id
WHERE attempt.id <> counting;
DELETE FROM outcome WHERE message IN (SELECT id FROM temp.attempt WHERE id <> counting);
DELETE FROM message WHERE id IN (SELECT id FROM temp.attempt WHERE id <> counting);
UPDATE message SET run = attempt.run FROM temp.attempt WHERE attempt.id = message.id;
DROP TABLE temp.attempt
"""
_SETTLED = f"""
UPDATE batch SET state = 'settled' WHERE state = 'sending' AND NOT EXISTS (
    SELECT 1 FROM message WHERE message.id BETWEEN batch.id * {_PLACES} AND batch.id * {_PLACES} + {_PLACES - 1}
    AND message.id NOT IN (SELECT message FROM outcome)
)
"""


class _Batch(NamedTuple):
    """A batch as it was; what is in it is by itself."""

    number: int
    run: int
    campaign: str
    name: str
    occurrence: int
    provider: int
    date: int | None
    handling: str | None
    begun: float
    settled: float | None


_OF_BATCH = len(_Batch._fields)


def become_rows(connection: Connection, schema: int) -> None:
    """Bring a ledger of one of these schemas to that of today; raises `Damaged` where a value cannot be read."""
    try:
        _carry_out(connection, _OUT_OF_THE_WAY)
        statements = TABLES.split(";\n")
        indexes = [each for each in statements if each.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))]
        _carry_out(connection, *(each for each in statements if each not in indexes))
        _carry_out(connection, _RUNS.format(key_column="key_column" if schema >= 5 else "NULL"))
        pages = _batches_of_rows(connection) if schema < 3 else _batches_of_columns(connection, schema)
        _write_messages(connection, pages)
        _carry_out(connection, *(f"DROP TABLE IF EXISTS {name}" for name in _GONE))
        _keep_one_of_each(connection)
        # Sorted at once they take half as long as entry by entry.
        _carry_out(connection, *indexes)
    except (
        *(zlib.error, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError),
        *(sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError),
    ) as error:
        raise Damaged(f"a value in it is not as it was written ({error})") from error


def _batches_of_rows(connection: Connection) -> Iterator[list[tuple[_Batch, Held]]]:
    values, joined = _OF_ROWS
    query = _BATCHES.format(handling="NULL", values=values, joined=joined)
    for page in _pages(connection, query):
        found = []
        for *batch, localids, payload in page:
            rows = connection.execute(_OUTCOMES, {"first": batch[0] * _PLACES}).fetchall()
            outcomes = {index: tuple(result) for index, *result in rows}
            found.append((_Batch(*batch), of_rows(localids, payload, outcomes)))
        yield found


def _batches_of_columns(connection: Connection, schema: int) -> Iterator[list[tuple[_Batch, Held]]]:
    values, joined = _OF_COLUMNS
    query = _BATCHES.format(
        handling="handling" if schema >= 6 else "NULL",
        values=values.format(statuses=_STATUSES if schema >= 4 else "NULL"),
        joined=joined,
    )
    for page in _pages(connection, query):
        yield [(_Batch(*row[:_OF_BATCH]), of_columns(*row[_OF_BATCH:])) for row in page]


def _pages(connection: Connection, query: str) -> Iterator[list[tuple[Any, ...]]]:
    last = 0
    while page := connection.execute(query, (last, _BATCHES_AT_ONCE)).fetchall():
        yield page
        last = page[-1][0]


def _write_messages(connection: Connection, pages: Iterator[list[tuple[_Batch, Held]]]) -> None:
    """Write every attempt to send a message as if it were one."""
    for page in pages:
        for batch, held in page:
            state = "sending" if None in held.fates else "settled"
            shared = (batch.date, *_handling(batch.handling))
            connection.execute(_BATCH, (batch.number, batch.run, state, *shared, batch.begun, batch.settled))
        connection.executemany(_MESSAGE, (row for batch, held in page for row in _messages(batch, held)))
        connection.executemany(_OUTCOME, (row for batch, held in page for row in _outcomes(batch, held)))
    ((lost,),) = connection.execute("SELECT count(*) FROM old_batch WHERE id NOT IN (SELECT id FROM batch)")
    if lost:
        raise ValueError(f"what belongs to {lost} batches is missing")


def _handling(recorded: str | None) -> tuple[Any, ...]:
    """Type, tag, hide and policy of a run's messages; None where they were not recorded."""
    if not recorded:
        return (None,) * 4
    handling = orjson.loads(recorded)
    kind = handling["type"]
    return (kind if kind is None else str(kind), handling["tag"], handling["hide"], handling["policy"])


def _messages(batch: _Batch, held: Held) -> Iterator[tuple[Any, ...]]:
    whose = (batch.occurrence, batch.provider)
    identities = _identities(batch.campaign, batch.name, held.keys, held.localids)
    columns = zip(held.localids, identities, held.phones, held.lines, held.texts, held.parts, held.rows, strict=True)
    for number, (localid, identity, *others) in enumerate(columns, batch.number * _PLACES):
        yield number, *whose, localid, *identity, *others, batch.run, batch.number


def _outcomes(batch: _Batch, held: Held) -> Iterator[tuple[Any, ...]]:
    for number, (fate, *known, reason) in enumerate(zip(*held[7:], strict=True), batch.number * _PLACES):
        if fate is not None:
            yield number, batch.number, fate, *known, reason or None


def _identities(
    campaign: str, occurrence: str, keys: list[str], localids: list[int]
) -> Iterator[tuple[str, str | None, int]]:
    """Of each message its key in normal form, the form that was hashed where that is another one, and its generation.

    Before schema 5 keys were hashed as their lists wrote them. Where no generation explains a localid the key alone
    leads to the message, as it does where there is a spelling.
    """
    for key, localid, first in zip(keys, localids, localids_of(campaign, occurrence, keys), strict=True):
        form = normal_key(key)
        if localid == first:
            yield form, None if form == key else key, 0
            continue
        found = (
            (form, None if hashed == form else hashed, generation)
            for hashed in dict.fromkeys((key, form))
            for generation in range(_GENERATIONS)
            if localids_of(campaign, occurrence, [hashed], generation) == [localid]
        )
        yield next(found, (form, key, 0))


def _keep_one_of_each(connection: Connection) -> None:
    """Of several attempts to send a message keep the one that counts; the others are its earlier outcomes."""
    connection.execute("CREATE INDEX attempts ON message (provider, localid)")
    _carry_out(connection, _ATTEMPTS.format(weight=_WEIGHT), _ONE_EACH.format(taken_up_again=_TAKEN_UP_AGAIN))
    _carry_out(connection, "DROP INDEX attempts", _SETTLED)


def _carry_out(connection: Connection, *scripts: str) -> None:
    for script in scripts:
        for statement in script.split(";\n"):
            connection.execute(statement)
