"""Adds what reports say to a ledger, which may be empty, or know more by now.

A report of one run comes as rows of the temporary table `reported`, and the batches that the run began in
`reported_batch`. Nothing is lost: a message that the ledger has as accepted stays accepted, and one in doubt is settled
only by a report of what the provider has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kaverun.kavenegar.codes import CANCELLED, FINAL_STATUSES
from kaverun.ledger.runs import Input, Run, begin, occurrence_made, run_called, update
from kaverun.ledger.store import Store
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate

#: A table for the rows of reports; `place` is their line in the file. `fate` is one that an outcome may have; `batch`
#: is NULL for what was never in a request. `reason` is that of the outcome, `listed` what a row itself says.
TABLES = (
    "CREATE TEMP TABLE reported (report INTEGER, place INTEGER, localid INTEGER, row INTEGER, key TEXT, spelling TEXT,"
    " generation INTEGER, phone TEXT, line TEXT, text TEXT, parts INTEGER, price INTEGER, file TEXT, file_line INTEGER,"
    " action TEXT, listed TEXT, fate TEXT, messageid INTEGER, status INTEGER, cost INTEGER, attempts INTEGER,"
    " reason TEXT, date INTEGER, batch INTEGER, PRIMARY KEY (report, place)) WITHOUT ROWID",
    "CREATE TEMP TABLE reported_batch (report INTEGER, batch INTEGER, begun REAL, sent INTEGER,"
    " PRIMARY KEY (report, batch)) WITHOUT ROWID",
    "CREATE TEMP TABLE gain (known TEXT, reported TEXT, attempt INTEGER, PRIMARY KEY (known, reported))",
    "CREATE TEMP TABLE incoming (place INTEGER PRIMARY KEY, message INTEGER NOT NULL, own INTEGER NOT NULL, known TEXT,"
    " held INTEGER, wins INTEGER NOT NULL, batch INTEGER)",
)
#: Created once all rows are there.
INDEXES = (
    "CREATE INDEX temp.reported_localid ON reported (report, localid)",
    "CREATE INDEX temp.reported_own ON reported (report, batch)",
)
NAMES = ("reported", "reported_batch", "gain", "incoming")

_SURE = (Fate.ACCEPTED, Fate.CANCELLING, Fate.CANCELLED)
_FAILED = (Fate.REJECTED, Fate.NOT_SENT)
#: What is learnt from a report, by the fate that the ledger has: somebody who may have a message never becomes somebody
#: who does not, unless the provider itself said that it was cancelled.
_GAINS: dict[Fate, tuple[Fate, ...]] = {
    Fate.PLANNED: (*_SURE, Fate.UNKNOWN, Fate.REJECTED),
    Fate.SENDING: _SURE,
    Fate.UNKNOWN: _SURE,
    Fate.REJECTED: _SURE,
    Fate.NOT_SENT: _SURE,
    Fate.ACCEPTED: (Fate.CANCELLED,),
    Fate.CANCELLING: (Fate.CANCELLED,),
    Fate.CANCELLED: (),
}
_KNOWN = "coalesce(outcome.fate, batch.state)"
# A message may be on several rows, all but one of them duplicates. If the run is new to the ledger, so are its
# attempts: only then does a later failure, or doubt, come after the known failures.
_INCOMING = f"""
INSERT INTO temp.incoming
SELECT reported.place, coalesce(message.id, 0), reported.batch IS NULL OR own.batch IS NOT NULL, {_KNOWN},
    CASE WHEN {_KNOWN} IN ('accepted', 'cancelling') OR (batch.state <> 'planned' AND (
        (reported.batch IS NOT NULL AND own.batch IS NULL) OR batch.run = :run
    )) THEN batch.id END,
    message.id IS NULL OR EXISTS (
        SELECT 1 FROM temp.gain WHERE gain.known = {_KNOWN} AND gain.reported = reported.fate
        AND (NOT attempt OR (:new AND (reported.fate = 'unknown' OR own.batch IS NOT NULL)))
    ), NULL
FROM (
    SELECT min(place) AS place FROM temp.reported WHERE report = :report AND localid IS NOT NULL GROUP BY localid
) AS first
CROSS JOIN temp.reported ON reported.report = :report AND reported.place = first.place
LEFT JOIN temp.reported_batch AS own ON own.report = :report AND own.batch = reported.batch
LEFT JOIN message ON message.provider = :provider AND message.localid = reported.localid
LEFT JOIN outcome ON outcome.message = message.id LEFT JOIN batch ON batch.id = message.batch
"""
_OF_EARLIER_RUNS = "SELECT 1 FROM temp.incoming WHERE wins AND NOT own AND held IS NULL LIMIT 1"
_BATCH_SIZE = 200
_COMING = "temp.incoming CROSS JOIN temp.reported ON reported.report = :report AND reported.place = incoming.place"
_NUMBERED = f"""
UPDATE temp.incoming SET batch = numbered.batch FROM (
    SELECT place, :last + dense_rank() OVER (ORDER BY own, batch IS NULL, batch, date, piece) AS batch FROM (
        SELECT incoming.place, own, reported.batch, reported.date, (row_number() OVER (
            PARTITION BY own, reported.batch, reported.date ORDER BY incoming.place
        ) - 1) / {_BATCH_SIZE} AS piece FROM {_COMING} WHERE wins AND held IS NULL
    )
) AS numbered WHERE numbered.place = incoming.place
"""
# Only their own reports say when batches of earlier runs were handed over.
_BATCHES = f"""
INSERT INTO batch (id, run, state, channel, date, type, tag, hide, policy, begun, settled)
SELECT incoming.batch, CASE WHEN own THEN :run ELSE :earlier END, 'settled', CASE WHEN own THEN :channel END,
    reported.date, CASE WHEN own THEN :type END, CASE WHEN own THEN :tag END, CASE WHEN own THEN :hide END,
    CASE WHEN own THEN :policy END, begun.begun, CASE WHEN own THEN :ended END
FROM {_COMING} LEFT JOIN temp.reported_batch AS begun ON begun.report = :report AND begun.batch = reported.batch
WHERE wins AND held IS NULL GROUP BY incoming.batch, own, reported.date, begun.begun
"""
_SOURCES = """
INSERT INTO source (path) SELECT DISTINCT file FROM temp.reported WHERE report = :report AND file IS NOT NULL
ON CONFLICT DO NOTHING
"""
_MESSAGES = f"""
INSERT INTO message (
    occurrence, provider, localid, key, spelling, generation, phone, line, text, parts, price, source, file_line, run,
    batch
)
SELECT :occurrence, :provider, localid, key, spelling, generation, phone, line, text, parts, price, source.id,
    file_line, CASE WHEN own THEN :run ELSE :earlier END, incoming.batch
FROM {_COMING} LEFT JOIN source ON source.path = reported.file WHERE incoming.message = 0 ORDER BY incoming.place
"""
_FOUND = f"""
UPDATE temp.incoming SET message = found.message FROM (
    SELECT incoming.place, message.id AS message
    FROM {_COMING} JOIN main.message ON message.provider = :provider AND message.localid = reported.localid
    WHERE incoming.message = 0
) AS found WHERE found.place = incoming.place
"""
_CHANGED = "SELECT message FROM temp.incoming WHERE wins AND known IS NOT NULL"
_ARCHIVE = """
INSERT INTO earlier_outcome
SELECT outcome.message, outcome.batch, fate, messageid, status, cost, attempts, reason
FROM outcome JOIN temp.incoming ON incoming.message = outcome.message
WHERE wins AND known IS NOT NULL AND outcome.batch <> incoming.batch ON CONFLICT DO NOTHING
"""
_FORGET = f"DELETE FROM outcome WHERE message IN ({_CHANGED})"
# The text next to a messageid is the one that was sent.
_TEXTS = f"""
UPDATE message SET batch = sent.target, phone = sent.phone, line = sent.line, text = sent.text, parts = sent.parts,
    price = sent.price, encoding = NULL, units = NULL
FROM (SELECT incoming.message, incoming.batch AS target, reported.* FROM {_COMING}
    WHERE wins AND known NOT IN ('accepted', 'cancelling')) AS sent
WHERE message.id = sent.message
"""
_OUTCOMES = f"""
INSERT INTO outcome
SELECT incoming.message, incoming.batch, fate, messageid, status, cost, attempts, reason FROM {_COMING} WHERE wins
"""
_FINAL = f"({', '.join(map(str, sorted(FINAL_STATUSES)))})"
_IS_NEWS = f"""(
    outcome.status IS NULL OR (outcome.status NOT IN {_FINAL} AND (
        sent.status IN {_FINAL} OR sent.status > outcome.status
    ))
)"""
_STATUSES = f"""
UPDATE outcome SET status = CASE WHEN sent.status IS NOT NULL AND {_IS_NEWS} THEN sent.status ELSE outcome.status END,
    cost = coalesce(outcome.cost, sent.cost)
FROM (SELECT incoming.message, reported.status, reported.cost FROM {_COMING}
    WHERE NOT wins AND known IN ('accepted', 'cancelling') AND reported.fate IN ('accepted', 'cancelling')) AS sent
WHERE outcome.message = sent.message
AND ((sent.status IS NOT NULL AND {_IS_NEWS}) OR (outcome.cost IS NULL AND sent.cost IS NOT NULL))
"""
# The next generation is sent only once a cancellation is proved; a report may be from before that.
_REPLACED = f"""
UPDATE outcome SET fate = 'cancelled', status = {CANCELLED}, reason = 'its successor is in a report'
WHERE fate IN ('accepted', 'cancelling') AND message IN (
    SELECT message.id FROM message AS next JOIN message ON message.occurrence = next.occurrence
    AND message.key = next.key AND message.generation < next.generation
    WHERE next.occurrence = :occurrence AND next.generation > 0
)
"""
_OF_OCCURRENCE = "run IN (SELECT id FROM run WHERE occurrence = :occurrence)"
_EMPTY = f"""
DELETE FROM batch WHERE state = 'planned' AND {_OF_OCCURRENCE}
AND NOT EXISTS (SELECT 1 FROM message WHERE message.batch = batch.id)
"""
_SETTLED = f"""
UPDATE batch SET state = 'settled', settled = :ended, holder = NULL, lease_until = NULL
WHERE state = 'sending' AND {_OF_OCCURRENCE} AND NOT EXISTS (
    SELECT 1 FROM message WHERE message.batch = batch.id AND message.id NOT IN (SELECT message FROM outcome)
)
"""
_LISTED = "report = :report AND row IS NOT NULL AND action IN ('send', 'done')"
_GONE = f"""
UPDATE message SET row = NULL WHERE occurrence = :occurrence AND row IS NOT NULL
AND localid NOT IN (SELECT localid FROM temp.reported WHERE {_LISTED})
"""
# The row of what was cancelled and sent again is that of its successor.
_PLACES = f"""
UPDATE message SET row = listed.row, source = listed.source, file_line = listed.file_line, remark = listed.listed
FROM (
    SELECT reported.localid, reported.row, source.id AS source, reported.file_line, reported.listed
    FROM temp.reported LEFT JOIN main.source ON source.path = reported.file WHERE {_LISTED}
) AS listed
WHERE message.provider = :provider AND message.localid = listed.localid AND NOT EXISTS (
    SELECT 1 FROM message AS next WHERE next.occurrence = :occurrence AND next.key = message.key
    AND (next.generation > 0 OR next.spelling IS NOT NULL) AND next.generation > message.generation
)
"""
_LEFT_OUT = """
INSERT INTO left_out
SELECT :occurrence, reported.row, source.id, reported.file_line, reported.key, reported.phone, action, '', listed,
    message.id
FROM temp.reported LEFT JOIN source ON source.path = reported.file
LEFT JOIN message ON message.provider = :provider AND message.localid = reported.localid
WHERE report = :report AND action IN ('skip', 'invalid')
"""
_LATER = "SELECT 1 FROM run WHERE occurrence = :occurrence AND started > :started AND id <> :run LIMIT 1"


class Reported(NamedTuple):
    """A report whose rows are in the temporary tables under the number `report`; `texts` describe statuses."""

    report: int
    run: Run
    inputs: tuple[Input, ...]
    channel: str | None
    shared: Shared
    texts: Mapping[int, str]


class Gained(NamedTuple):
    """What the ledger learnt from a report: a run, messages, and news of messages that it knew."""

    run: bool
    messages: int
    outcomes: int
    statuses: int


def prepare(store: Store) -> None:
    """Create the temporary tables, empty except for the rules of what is learnt from a report."""
    for statement in TABLES:
        store.write(statement)
    gains = [(known, fate, 0) for known, fates in _GAINS.items() for fate in fates]
    attempts = [(known, fate, 1) for known in _FAILED for fate in (Fate.UNKNOWN, *_FAILED)]
    store.write_many(
        "INSERT INTO temp.gain VALUES (?, ?, ?)",
        [(known.value, fate.value, attempt) for known, fate, attempt in (*gains, *attempts)],
    )


def take_in(store: Store, reported: Reported) -> Gained:
    """Learn what a report says; in the caller's transaction, for reports in the order of their runs.

    Messages of earlier runs that are in no earlier report and not in the ledger belong to a separate run.
    """
    run = reported.run
    known = run_called(store, run.run_id)
    values = _values(store, reported, known.number if known else 0)
    unfinished = known is not None and known.status == "running"
    store.write("DELETE FROM temp.incoming")
    _write(store, values | {"new": int(known is None or unfinished)}, _INCOMING)
    values["earlier"] = _earlier_run(store, run) if store.rows(_OF_EARLIER_RUNS) else 0
    values["run"] = known.number if known else begin(store, run, reported.inputs)
    if unfinished:
        ended = ("status", "exit_code", "finished", "stop_code", "stop_reason", "credit", "notes")
        update(store, values["run"], **{name: getattr(run, name) for name in ended})
    store.write("UPDATE temp.incoming SET batch = held WHERE wins AND held IS NOT NULL")
    _write(store, values, _NUMBERED, _BATCHES, _SOURCES)
    messages = _write(store, values, _MESSAGES)
    _write(store, values, _FOUND, _ARCHIVE)
    ((outcomes,),) = store.rows(f"SELECT count(*) FROM ({_CHANGED})")
    _write(store, values, _FORGET, _TEXTS, _OUTCOMES)
    statuses = _write(store, values, _STATUSES)
    _write(store, values, _REPLACED, _EMPTY, _SETTLED)
    if known is None and not store.rows(_LATER, values):
        store.write("DELETE FROM left_out WHERE occurrence = ?", (values["occurrence"],))
        _write(store, values, _GONE, _PLACES, _LEFT_OUT)
    store.write_many("INSERT INTO status_text VALUES (?, ?) ON CONFLICT DO NOTHING", list(reported.texts.items()))
    return Gained(known is None, messages, outcomes, statuses)


def _values(store: Store, reported: Reported, number: int) -> dict[str, Any]:
    """Values by the names that statements use."""
    run, shared = reported.run, reported.shared
    occurrence = occurrence_made(store, run.scope)
    ((provider,),) = store.rows("SELECT provider FROM occurrence WHERE id = ?", (occurrence,))
    ((last,),) = store.rows("SELECT coalesce(max(id), 0) FROM batch")
    return {
        "report": reported.report,
        "occurrence": occurrence,
        "provider": provider,
        "run": number,
        "last": last,
        "started": run.started,
        "ended": run.finished or run.started,
        "channel": reported.channel,
        "tag": shared.tag,
        "hide": int(shared.hide),
        "policy": shared.policy,
        "type": None if shared.type is None else str(shared.type),
    }


def _earlier_run(store: Store, run: Run) -> int:
    """The run that stands for all those before the first report; its number comes before that of the report's run."""
    run_id = f"{run.run_id}-earlier"
    known = run_called(store, run_id)
    if known:
        return known.number
    earlier = Run(
        run_id, run.scope, "", run.started, kind="imported", status="completed", finished=run.started,
        key_column=run.key_column,
    )  # fmt: skip
    return begin(store, earlier)


def _write(store: Store, values: dict[str, Any], *statements: str) -> int:
    """Execute statements; returns how many rows the last one changed."""
    return [store.write(statement, values) for statement in statements][-1]
