"""Writes a plan to the ledger: its messages in planned batches, and the rows left out. Inside one transaction.

The plan is the temporary view `planned` over an attached plan file, with the table `decision`, or over what an earlier
run wrote (see `kaverun.planning.actions`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from kaverun.ledger.store import Store
from kaverun.message.batch import Shared


class Work(NamedTuple):
    """What a run has to do: its numbers in the ledger, what all its batches share, and the most messages in one.

    `default_line` is the account's, for messages that name none. `resend` are the keys of recipients to send to even
    though an earlier outcome is unknown.
    """

    run: int
    occurrence: int
    provider: int
    channel: str
    shared: Shared
    size: int
    default_line: str = ""
    resend: Collection[str] = ()

    def values(self) -> dict[str, Any]:
        """Values by the names that statements use; a type is a number or a word."""
        own = {name: value for name, value in self._asdict().items() if name not in ("shared", "resend")}
        kind = self.shared.type
        return {**own, **self.shared._asdict(), "type": None if kind is None else str(kind)}


_PLANNED = (
    "SELECT batch.id FROM batch JOIN run ON run.id = batch.run"
    " WHERE run.occurrence = :occurrence AND batch.state = 'planned'"
)
# What an earlier run planned but never began goes back to the batch of its outcome if it was tried before that;
# otherwise it takes its place in this plan, or is dropped.
_RELEASE = f"""
UPDATE message SET batch = (SELECT outcome.batch FROM outcome WHERE outcome.message = message.id)
WHERE batch IN ({_PLANNED}) AND id IN (SELECT message FROM outcome)
"""
_DROP = f"""
DELETE FROM message WHERE batch IN ({_PLANNED}) AND id NOT IN (SELECT message FROM outcome)
AND id NOT IN (SELECT message FROM temp.decision WHERE action = 'send')
"""
_EMPTY = f"""
DELETE FROM batch WHERE id IN ({_PLANNED}) AND NOT EXISTS (SELECT 1 FROM message WHERE message.batch = batch.id)
"""
_GONE = """
UPDATE message SET row = NULL WHERE occurrence = :occurrence AND row IS NOT NULL
AND id NOT IN (SELECT message FROM temp.decision WHERE action IN ('send', 'done'))
"""
_PLACES = """
UPDATE message SET row = listed.row, source = listed.source, file_line = listed.file_line, remark = listed.remark
FROM (
    SELECT decision.message, row.row, main.source.id AS source, row.file_line,
        CASE WHEN decision.action = 'done' THEN nullif(decision.reason, life.reason) END AS remark
    FROM temp.decision JOIN plan.row ON row.row = decision.row JOIN plan.source AS named ON named.id = row.source
    JOIN main.source ON main.source.path = named.path
    JOIN temp.life ON life.fate = decision.fate AND life.again = (decision.generation > 0)
    WHERE decision.action IN ('send', 'done')
) AS listed
WHERE message.id = listed.message AND message.occurrence = :occurrence AND (
    message.row IS NOT listed.row OR message.source IS NOT listed.source OR message.file_line IS NOT listed.file_line
    OR message.remark IS NOT listed.remark
)
"""
# What was certainly not sent gets the text that the file has now.
_TEXTS = """
UPDATE message SET phone = row.phone, line = coalesce(nullif(row.line, ''), :default_line), text = row.text,
    encoding = row.encoding, units = row.units, parts = row.parts, price = row.price
FROM temp.decision JOIN plan.row ON row.row = decision.row
WHERE message.id = decision.message AND decision.action = 'send'
AND (
    decision.fate IN ('planned', 'rejected', 'not_sent')
    OR (decision.fate = 'unknown' AND row.key IN (SELECT key FROM temp.resend))
)
"""
_NEW = """
INSERT INTO message (
    occurrence, provider, localid, key, generation, phone, line, text, encoding, units, parts, price, row, source,
    file_line, run, batch
)
SELECT :occurrence, :provider, planned.localid, planned.key, planned.generation, planned.phone,
    coalesce(nullif(planned.line, ''), :default_line), planned.text, planned.encoding, planned.units, planned.parts,
    planned.cost, planned.row, main.source.id, planned.file_line, :run,
    :first + (row_number() OVER (ORDER BY planned.row) - 1) / :size
FROM temp.planned JOIN main.source ON main.source.path = planned.file
WHERE planned.action = 'send' AND planned.message = 0
"""
_AGAIN = """
UPDATE message SET batch = found.batch FROM (
    SELECT planned.message, :first + (row_number() OVER (ORDER BY planned.row) - 1) / :size AS batch
    FROM temp.planned WHERE planned.action = 'send' AND planned.message > 0
    AND (planned.fate IN ({fates}) OR (planned.fate = 'unknown' AND planned.key IN (SELECT key FROM temp.resend)))
) AS found WHERE message.id = found.message
"""
_BATCHES = """
WITH RECURSIVE place (id) AS (SELECT :first UNION ALL SELECT id + 1 FROM place WHERE id < :last)
INSERT INTO batch (id, run, state, channel, date, type, tag, hide, policy)
SELECT id, :run, 'planned', :channel, :date, :type, :tag, :hide, :policy FROM place
"""
_SOURCES = "INSERT INTO source (path) SELECT path FROM plan.source WHERE true ORDER BY id ON CONFLICT DO NOTHING"
_LEFT_OUT = """
INSERT INTO left_out SELECT :occurrence, planned.row, main.source.id, planned.file_line, planned.key, planned.phone,
    planned.action, planned.cause, planned.reason,
    CASE WHEN planned.fate <> 'planned' THEN nullif(planned.message, 0) END
FROM temp.planned JOIN main.source ON main.source.path = planned.file
WHERE planned.action IN ('skip', 'invalid') OR (:rehearsal AND planned.action = 'done')
"""
_LINES = f"""
UPDATE message SET line = :default_line WHERE batch IN ({_PLANNED}) AND line = coalesce((
    SELECT default_line FROM run WHERE occurrence = :occurrence AND kind = 'apply' AND id < :run
    ORDER BY id DESC LIMIT 1
), '')
"""


def write_plan(store: Store, work: Work, *, rehearsal: bool = False) -> None:
    """Copy the attached plan file into the ledger. What was never begun gets its text, or is dropped.

    A rehearsal, which has its own occurrence, also leaves out people who were really served.
    """
    values = work.values()
    _follow_list(store, values, rehearsal=rehearsal)
    with _named(store, work.resend):
        store.write(_TEXTS, values)
        _plan_again(store, values, "'planned', 'rejected', 'not_sent'")
    with _indexes_made_afterwards(store):
        first = _next_batch(store)
        new = store.write(_NEW, {**values, "first": first})
    _make_batches(store, values, first, new)
    store.write(_EMPTY, values)


def follow_list(store: Store, occurrence: int) -> None:
    """Update where people are on the list, and who is left out, from the attached plan file, which sends nothing."""
    values = {"occurrence": occurrence}
    _follow_list(store, values, rehearsal=False)
    store.write(_EMPTY, values)


def _follow_list(store: Store, values: dict[str, Any], *, rehearsal: bool) -> None:
    store.write(_SOURCES)
    for statement in (_RELEASE, _DROP, _GONE, _PLACES, "DELETE FROM left_out WHERE occurrence = :occurrence"):
        store.write(statement, values)
    store.write(_LEFT_OUT, {**values, "rehearsal": int(rehearsal)})


def go_on(store: Store, work: Work, *, names_lines: bool) -> None:
    """Take over what the run before left: its planned batches as they are, and what has to be tried again.

    Without `names_lines` messages go out from the account's line, which may be a different one by now.
    """
    values = work.values()
    with _named(store, work.resend):
        if not names_lines:
            store.write(_LINES, values)
        store.write(f"UPDATE batch SET run = :run, date = :date WHERE id IN ({_PLANNED})", values)
        _plan_again(store, values, "'rejected', 'not_sent'")
        store.write(_EMPTY, values)


def _plan_again(store: Store, values: dict[str, Any], fates: str) -> None:
    """Put messages that are in the ledger and still to be sent into batches of this run."""
    first = _next_batch(store)
    again = store.write(_AGAIN.format(fates=fates), {**values, "first": first})
    _make_batches(store, values, first, again)


def _next_batch(store: Store) -> int:
    ((last,),) = store.rows("SELECT coalesce(max(id), 0) FROM batch")
    return int(last) + 1


def _make_batches(store: Store, values: dict[str, Any], first: int, messages: int) -> None:
    if messages:
        store.write(_BATCHES, {**values, "first": first, "last": first + (messages - 1) // values["size"]})


@contextmanager
def _named(store: Store, keys: Collection[str]) -> Iterator[None]:
    store.write("CREATE TEMP TABLE resend (key TEXT PRIMARY KEY)")
    store.write_many("INSERT INTO temp.resend VALUES (?) ON CONFLICT DO NOTHING", [(key,) for key in keys])
    yield
    store.write("DROP TABLE temp.resend")


@contextmanager
def _indexes_made_afterwards(store: Store) -> Iterator[None]:
    """Create the indexes of messages at the end if most messages are new.

    Entry by entry in random order, indexes that do not fit into the cache take 12 s a million; sorted at once, 7 s.
    """
    ((known, new),) = store.rows(
        "SELECT (SELECT count(*) FROM message),"
        " (SELECT count(*) FROM temp.planned WHERE planned.action = 'send' AND planned.message = 0)"
    )
    made = []
    if new > max(known, 10_000):
        made = store.rows("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'message' AND type = 'index'")
    for name, _ in made:
        store.write(f"DROP INDEX {name}")
    yield
    for _, statement in made:
        store.write(statement)
