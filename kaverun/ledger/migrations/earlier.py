"""The tables of a ledger in SQLite, and how older ones become them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from sqlite3 import Connection

import orjson

from kaverun import columns
from kaverun.ledger.outcomes import fates_in
from kaverun.ledger.payload import addressees_of, localids_of
from kaverun.ledger.protocol import Outcomes, Result
from kaverun.ledger.respelled import respelled
from kaverun.plan.served import Fate

_FIRST = """
CREATE TABLE run (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, campaign TEXT NOT NULL, occurrence TEXT NOT NULL,
    provider TEXT NOT NULL, digest TEXT NOT NULL, date INTEGER, started REAL NOT NULL, finished REAL,
    status TEXT NOT NULL
) STRICT;
CREATE INDEX run_of_campaign ON run (campaign, occurrence, provider);
CREATE TABLE batch (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (id), localids BLOB NOT NULL, payload BLOB NOT NULL
) STRICT;
CREATE INDEX batch_of_run ON batch (run);
CREATE TABLE batch_state (
    batch INTEGER PRIMARY KEY REFERENCES batch (id), intended REAL NOT NULL, settled REAL
) STRICT;
CREATE TABLE outcome (
    position INTEGER PRIMARY KEY, fate INTEGER NOT NULL, messageid INTEGER, status INTEGER, cost INTEGER,
    attempts INTEGER NOT NULL, reason TEXT
) STRICT;
CREATE TABLE status_text (status INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT
"""

# How far a run had come in its list: the row of the last message of a batch.
_SECOND = """
ALTER TABLE batch_state ADD COLUMN last_row INTEGER
"""

# A batch is written once, with its intent; its outcomes are one row of columns (see `outcomes`), found by the number
# of the batch. `fates` has a bit for each fate that is among them. What is short stands before the blobs, so that it
# is read without them.
_THIRD = """
ALTER TABLE batch RENAME TO old_batch;
ALTER TABLE outcome RENAME TO old_outcome;
DROP INDEX batch_of_run;
CREATE TABLE batch (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (id), intended REAL NOT NULL, last_row INTEGER,
    localids BLOB NOT NULL, routes BLOB NOT NULL, texts BLOB NOT NULL
) STRICT;
CREATE INDEX batch_of_run ON batch (run);
CREATE TABLE outcome (
    batch INTEGER PRIMARY KEY REFERENCES batch (id), settled REAL, fates INTEGER NOT NULL, columns BLOB NOT NULL
) STRICT
"""
# Delivery statuses, asked for again and again, of all messages of a batch: where there is a row, those among its
# outcomes are out of date.
_FOURTH = """
CREATE TABLE delivery (batch INTEGER PRIMARY KEY REFERENCES outcome (batch), statuses BLOB NOT NULL) STRICT
"""
# Where the keys of a run come from; and messages that went out while keys were hashed as their lists wrote them, under
# the localids that they have since keys have a normal form.
_FIFTH = """
ALTER TABLE run ADD COLUMN key_column TEXT;
CREATE TABLE respelled (
    localid INTEGER NOT NULL, sent_as INTEGER NOT NULL, batch INTEGER NOT NULL REFERENCES batch (id),
    PRIMARY KEY (localid, sent_as)
) STRICT, WITHOUT ROWID
"""
_OLD_BATCHES = """
SELECT id, run, intended, settled, last_row, localids, payload FROM old_batch JOIN batch_state ON batch = id ORDER BY id
"""
_OLD_OUTCOMES = """
SELECT position % 256, fate, messageid, status, cost, attempts, coalesce(reason, '') FROM old_outcome
WHERE position BETWEEN ? AND ? ORDER BY position
"""
_OLD_TABLES = """
DROP TABLE old_outcome;
DROP TABLE batch_state;
DROP TABLE old_batch
"""


def _statements(script: str) -> Callable[[Connection], None]:
    def carry_out(connection: Connection) -> None:
        for statement in script.split(";"):
            connection.execute(statement)

    return carry_out


def _outcomes_in_columns(connection: Connection) -> None:
    _statements(_THIRD)(connection)
    for number, run, intended, settled, last_row, localids, payload in connection.execute(_OLD_BATCHES):
        phones, lines, texts, *others = orjson.loads(zlib.decompress(payload))
        routes, wording = columns.compressed((phones, lines, *others)), columns.compressed([texts])
        batch = (number, run, intended, last_row, localids, routes, wording)
        connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
        rows = connection.execute(_OLD_OUTCOMES, (number * 256, number * 256 + 255)).fetchall()
        if rows:
            results = {index: Result(Fate(fate), *values) for index, fate, *values in rows}
            outcomes = Outcomes.of(results, len(localids) // 8)
            values = (number, settled, fates_in(outcomes), columns.packed(outcomes))
            connection.execute("INSERT INTO outcome VALUES (?, ?, ?, ?)", values)
    _statements(_OLD_TABLES)(connection)


def _keys_in_normal_form(connection: Connection) -> None:
    _statements(_FIFTH)(connection)
    batches = "SELECT batch.id, localids, routes, campaign, occurrence FROM batch JOIN run ON run.id = run"
    for number, localids, routes, campaign, occurrence in connection.execute(batches):
        found = respelled(campaign, occurrence, localids_of(localids), addressees_of(routes).keys)
        rows = [(localid, sent_as, number) for localid, sent_as in found]
        connection.executemany("INSERT OR IGNORE INTO respelled VALUES (?, ?, ?)", rows)


# How all messages of a run were asked to be handled, beside their date (see `plan.batches.Shared.handling`); NULL where
# it was not recorded.
_SIXTH = "ALTER TABLE run ADD COLUMN handling TEXT"


#: What brings a ledger from each schema version to the next; the version is SQLite's user_version.
MIGRATIONS = (
    _statements(_FIRST),
    _statements(_SECOND),
    _outcomes_in_columns,
    _statements(_FOURTH),
    _keys_in_normal_form,
    _statements(_SIXTH),
)
