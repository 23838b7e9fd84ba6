"""The tables of a ledger, schema 7. `docs/ledger.md` explains them to people; names and meanings are a contract."""

from __future__ import annotations

#: The schema that this version writes; SQLite's `user_version` and the last row of `migration` hold a ledger's.
SCHEMA = 7

TABLES = """
CREATE TABLE migration (
    version INTEGER PRIMARY KEY,
    at REAL NOT NULL,                   -- unix seconds
    kaverun TEXT NOT NULL               -- the version that made it
) STRICT;

CREATE TABLE provider (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE occurrence (
    id INTEGER PRIMARY KEY,
    campaign TEXT NOT NULL,
    name TEXT NOT NULL,                 -- once, or the run's id where it was a rehearsal
    provider INTEGER NOT NULL REFERENCES provider (id),
    rehearsal INTEGER NOT NULL DEFAULT 0,
    UNIQUE (campaign, name, provider)
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    occurrence INTEGER NOT NULL REFERENCES occurrence (id),
    kind TEXT NOT NULL,                 -- apply; found: its messages were found at the provider; imported: in reports
    status TEXT NOT NULL,               -- running, completed, partial, stopped, interrupted, failed
    exit_code INTEGER,
    started REAL NOT NULL,              -- unix seconds
    finished REAL,
    digest TEXT NOT NULL,               -- of its plan
    key_column TEXT,                    -- where keys come from: '' the number itself, NULL not recorded
    default_line TEXT,                  -- the account's, where the campaign names none
    planned_cost INTEGER,               -- Rial; NULL without a tariff
    kaverun TEXT,                       -- version
    revision TEXT,                      -- commit of the campaign's repository
    host TEXT,
    who TEXT,                           -- the user that ran it
    stop_code INTEGER,                  -- why it stopped early: the provider's code, 0 for another reason
    stop_reason TEXT,
    credit INTEGER,                     -- Rial left, where that was why
    notes TEXT NOT NULL DEFAULT '[]',   -- JSON list of sentences
    plan TEXT,                          -- JSON: what else a run needs that goes on with it
    report TEXT                         -- folder of its report
) STRICT;
CREATE INDEX run_of_occurrence ON run (occurrence);

CREATE TABLE input (
    run INTEGER NOT NULL REFERENCES run (id),
    role TEXT NOT NULL,                 -- campaign, template, partial, list, exclude, tariff, variables
    path TEXT NOT NULL,                 -- from the root of the repository
    digest TEXT NOT NULL,               -- BLAKE2b-128
    rows INTEGER,                       -- of a list
    PRIMARY KEY (run, role, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE source (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id),
    state TEXT NOT NULL,                -- planned; sending: handed over, in doubt until settled; settled
    channel TEXT,
    date INTEGER,                       -- when the provider is asked to send, unix seconds; NULL at once
    type TEXT,
    tag TEXT,
    hide INTEGER,
    policy TEXT,
    begun REAL,                         -- unix seconds
    settled REAL,
    holder TEXT,                        -- who may send it
    lease_until REAL,
    token INTEGER NOT NULL DEFAULT 0    -- grows with every lease: what an earlier holder learnt late is not taken
) STRICT;
CREATE INDEX batch_of_run ON batch (run, state);

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    occurrence INTEGER NOT NULL REFERENCES occurrence (id),
    provider INTEGER NOT NULL REFERENCES provider (id),
    localid INTEGER NOT NULL,
    key TEXT NOT NULL,                  -- in its normal form
    spelling TEXT,                      -- how the key was hashed, where that was not its normal form
    generation INTEGER NOT NULL DEFAULT 0,
    phone TEXT NOT NULL,
    line TEXT NOT NULL,
    text TEXT NOT NULL,
    encoding TEXT,
    units INTEGER,
    parts INTEGER,
    price INTEGER,                      -- Rial by the tariff
    row INTEGER,                        -- of the list today; NULL: no longer on it
    source INTEGER REFERENCES source (id),
    file_line INTEGER,
    remark TEXT,                        -- how it differs from the list today, in words
    run INTEGER NOT NULL REFERENCES run (id),       -- that planned it first
    batch INTEGER REFERENCES batch (id)             -- the last one it is or was in
) STRICT;
CREATE UNIQUE INDEX message_localid ON message (provider, localid);
CREATE INDEX message_phone ON message (phone);
CREATE INDEX message_row ON message (occurrence, row);
CREATE INDEX message_batch ON message (batch);
CREATE INDEX message_key ON message (occurrence, key) WHERE generation > 0 OR spelling IS NOT NULL;

CREATE TABLE outcome (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    batch INTEGER NOT NULL REFERENCES batch (id),
    fate TEXT NOT NULL,                 -- accepted, rejected, unknown, not_sent, cancelling, cancelled
    messageid INTEGER,
    status INTEGER,
    cost INTEGER,                       -- Rial as billed
    attempts INTEGER NOT NULL,
    reason TEXT
) STRICT;
CREATE INDEX outcome_messageid ON outcome (messageid) WHERE messageid IS NOT NULL;

CREATE TABLE earlier_outcome (
    message INTEGER NOT NULL REFERENCES message (id),
    batch INTEGER NOT NULL REFERENCES batch (id),
    fate TEXT NOT NULL,                 -- rejected, not_sent, unknown: a later batch took the message up again
    messageid INTEGER,
    status INTEGER,
    cost INTEGER,
    attempts INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (message, batch)
) STRICT, WITHOUT ROWID;

CREATE TABLE left_out (
    occurrence INTEGER NOT NULL REFERENCES occurrence (id),
    row INTEGER NOT NULL,
    source INTEGER REFERENCES source (id),
    file_line INTEGER,
    key TEXT NOT NULL,
    phone TEXT NOT NULL,                -- '' where it is not a mobile number
    action TEXT NOT NULL,               -- skip, invalid
    cause TEXT NOT NULL,                -- two or three words
    reason TEXT NOT NULL,               -- a sentence
    message INTEGER REFERENCES message (id),        -- that an earlier run sent to the same person
    PRIMARY KEY (occurrence, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX left_out_phone ON left_out (phone) WHERE phone <> '';

CREATE TABLE status_text (status INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE VIEW history AS
SELECT occurrence.campaign, occurrence.name AS occurrence, provider.name AS provider, message.key, message.phone,
    message.line, message.text, message.parts, message.price, source.path AS file, message.file_line, message.row,
    coalesce(outcome.fate, batch.state) AS fate, outcome.messageid, outcome.status, status_text.text AS statustext,
    outcome.cost, outcome.attempts, outcome.reason, batch.date, batch.tag, batch.begun, run.run_id,
    message.generation, message.localid, message.id AS message
FROM message
JOIN occurrence ON occurrence.id = message.occurrence JOIN provider ON provider.id = message.provider
LEFT JOIN batch ON batch.id = message.batch LEFT JOIN run ON run.id = batch.run
LEFT JOIN source ON source.id = message.source LEFT JOIN outcome ON outcome.message = message.id
LEFT JOIN status_text ON status_text.status = outcome.status
"""
