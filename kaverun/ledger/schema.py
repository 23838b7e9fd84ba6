"""The tables of a ledger in SQLite, and how older ones become them."""

# Rows are keyed by position, never by the random localid: appending stays cheap (design, *Measured beforehand*).
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
CREATE TABLE status_text (status INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
"""

# How far a run had come in its list: the row of the last message of a batch.
_SECOND = """
ALTER TABLE batch_state ADD COLUMN last_row INTEGER
"""

#: What brings a ledger from each schema version to the next; the version is SQLite's user_version.
MIGRATIONS = (_FIRST, _SECOND)
