"""Every row of a report, by one query of the ledger: a message and what became of it, or why a row was left out.

Memory does not grow with them, and SQL chooses the wording of each row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from kaverun.ledger.batches import NOTHING_SENT
from kaverun.ledger.store import Row, Store
from kaverun.message.fate import Fate

_COUNTED_AT_ONCE = 100_000
#: Above the number of every run: asks for what became of messages in the end.
ALL_RUNS = 2**62


class Extent(NamedTuple):
    """Whose rows: those of one run by its number, or of an `occurrence` with all its runs merged (`run` None)."""

    occurrence: int
    run: int | None = None

    def values(self) -> dict[str, Any]:
        """As the statements name them."""
        merged = self.run is None
        return {"occurrence": self.occurrence, "run": ALL_RUNS if merged else self.run, "merged": int(merged)}


#: Reason of a message that was in no request yet.
NEVER_TRIED = "the run ended before this message was sent"
_NOT_LOOKED_UP = "in doubt after an earlier run, and not looked up by this one"
_SENT = "sent by an earlier run"
#: What a fate makes of a row: action, outcome, and its reason if it is not the recorded one.
_BY_THIS_RUN: dict[Fate, tuple[str, str, str | None]] = {
    Fate.PLANNED: ("send", "not_sent", NEVER_TRIED),
    # A batch that was begun but has no outcome: the request may have left.
    Fate.SENDING: ("send", "unknown", None),
    Fate.ACCEPTED: ("send", "accepted", None),
    Fate.REJECTED: ("send", "rejected", None),
    Fate.UNKNOWN: ("send", "unknown", None),
    Fate.NOT_SENT: ("send", "not_sent", None),
    # It was accepted in this run; what came later shows in its status and reason.
    Fate.CANCELLING: ("send", "accepted", "accepted, and perhaps cancelled since: that was cut off"),
    Fate.CANCELLED: ("send", "accepted", "accepted, and cancelled since"),
}
#: The same if an earlier run had it; what that one did not send, this one should have tried again, but did not.
_BY_AN_EARLIER_RUN: dict[Fate, tuple[str, str, str | None]] = {
    Fate.PLANNED: ("send", "not_sent", NEVER_TRIED),
    Fate.SENDING: ("send", "unknown", _NOT_LOOKED_UP),
    Fate.ACCEPTED: ("done", "", _SENT),
    Fate.REJECTED: ("send", "not_sent", NEVER_TRIED),
    Fate.UNKNOWN: ("send", "unknown", None),
    Fate.NOT_SENT: ("send", "not_sent", NEVER_TRIED),
    Fate.CANCELLING: ("done", "", f"{_SENT}, and perhaps cancelled since: that was cut off"),
    Fate.CANCELLED: ("done", "", f"{_SENT}, and cancelled since"),
}
#: Text for people that this module chooses; not a recorded reason.
OUR_WORDS = frozenset(
    words
    for life in (_BY_THIS_RUN, _BY_AN_EARLIER_RUN)
    for _, _, words in life.values()
    if words and words != NEVER_TRIED
)
NO_LONGER_LISTED = "no longer on the list"
MAY_HAVE_SENT = "an earlier run may have sent it"
_VERDICTS = """
CREATE TEMP TABLE IF NOT EXISTS verdict (
    fate TEXT, mine INTEGER, action TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT,
    in_vain INTEGER NOT NULL,           -- tried by an earlier run, which has the answers
    PRIMARY KEY (fate, mine)
) WITHOUT ROWID
"""
_TO_SEND = """
SELECT row, id AS message, source, file_line, key, phone, NULL AS action, NULL AS reason, 0 AS gone
FROM message WHERE occurrence = :occurrence AND row IS NOT NULL AND run <= :run
"""
_LEFT_OUT_ROWS = """
SELECT row, message, source, file_line, key, phone, action, reason, 0 AS gone
FROM left_out WHERE occurrence = :occurrence
"""
# What was cancelled and sent again now has its row under the next generation, found by its key (hence `+row`, to use no
# index on row); what is left out has one in `left_out`.
_NEXT = """
FROM message AS next WHERE next.occurrence = message.occurrence AND next.key = message.key
AND (next.generation > 0 OR next.spelling IS NOT NULL) AND next.generation > message.generation
"""
_NO_LONGER = f"""
SELECT (SELECT max(+next.row) {_NEXT}) AS row, id AS message, source, file_line, key, phone, NULL AS action,
    NULL AS reason, 1 + EXISTS (SELECT 1 {_NEXT}) AS gone
FROM message WHERE occurrence = :occurrence AND row IS NULL AND run <= :run
AND id NOT IN (SELECT message FROM left_out WHERE occurrence = :occurrence AND message IS NOT NULL)
"""
# The last known state up to a run: the outcome, the state of a batch without one, or an outcome that a later run
# archived. A message that is planned again stays unknown, if it was, until its batch is begun.
_KNOWN = """
LEFT JOIN message ON message.id = listed.message
LEFT JOIN batch AS last ON last.id = message.batch AND last.run <= :run
LEFT JOIN outcome ON outcome.message = message.id AND (
    outcome.batch = last.id OR (
        (last.id IS NULL OR (last.state = 'planned' AND outcome.fate = 'unknown'))
        AND (SELECT run FROM batch WHERE id = outcome.batch) <= :run
    )
)
LEFT JOIN earlier_outcome AS earlier ON last.id IS NULL AND outcome.message IS NULL AND earlier.message = message.id
    AND earlier.batch = (
        SELECT max(tried.batch) FROM earlier_outcome AS tried JOIN batch ON batch.id = tried.batch
        WHERE tried.message = message.id AND batch.run <= :run
    )
LEFT JOIN batch ON batch.id = coalesce(outcome.batch, last.id, earlier.batch)
JOIN temp.verdict ON verdict.mine = (batch.run IS :run OR (:merged AND listed.action IS NULL))
    AND verdict.fate = CASE WHEN outcome.fate = 'cancelled' AND outcome.reason = :nothing_sent THEN 'not_sent'
        ELSE coalesce(outcome.fate, last.state, earlier.fate, 'planned') END
"""
#: Whether a row is shown as left out, and whether it is shown as no longer on the list.
_LEFT_OUT = "listed.action IS NOT NULL AND batch.run IS NOT :run"
_GONE = "listed.gone > 0 AND NOT verdict.mine"
# Somebody who may have been sent to is in doubt, on the list or not.
_SERVED = f"{_GONE} AND verdict.outcome <> 'unknown'"
ACTION = f"CASE WHEN {_LEFT_OUT} THEN listed.action WHEN {_SERVED} THEN 'done' ELSE verdict.action END"
OUTCOME = f"CASE WHEN {_LEFT_OUT} OR ({_SERVED}) THEN '' ELSE verdict.outcome END"
_ANSWERED = "coalesce(verdict.reason, outcome.reason, earlier.reason, '')"
REASON = f"""
CASE WHEN {_LEFT_OUT} THEN listed.reason || CASE WHEN listed.action = 'done' THEN ''
    WHEN verdict.action = 'done' THEN '; ' || verdict.reason
    WHEN verdict.outcome = 'unknown' THEN '; {MAY_HAVE_SENT}' ELSE '' END
WHEN listed.gone = 1 THEN '{NO_LONGER_LISTED}' || CASE WHEN {_GONE} AND verdict.outcome = 'unknown'
    THEN '; {MAY_HAVE_SENT}' WHEN {_ANSWERED} = '' THEN '' ELSE '; ' || {_ANSWERED} END
WHEN verdict.action = 'done' THEN coalesce(message.remark, verdict.reason)
ELSE {_ANSWERED} END
"""
MESSAGEID = "coalesce(outcome.messageid, earlier.messageid)"
STATUS = "CASE WHEN verdict.in_vain THEN NULL ELSE coalesce(outcome.status, earlier.status) END"
COST = "coalesce(outcome.cost, earlier.cost)"
ATTEMPTS = "CASE WHEN verdict.in_vain THEN NULL ELSE coalesce(outcome.attempts, earlier.attempts) END"
#: Whether a row follows after the list: an earlier run served somebody who is no longer on it.
IS_GONE = _GONE
# Of those no longer on the list, the ones that an earlier run may have sent are shown, each person once.
_SHOWN = (
    "listed.gone = 0 OR batch.run IS :run"
    " OR (listed.gone = 1 AND (:merged OR verdict.action = 'done' OR verdict.outcome = 'unknown'))"
)


def rows(store: Store, extent: Extent, columns: str, joins: str = "", only: str = "1") -> Iterator[Row]:
    """The rows of a report in the order of the list, then those that are no longer on it.

    `columns` are SQL over what this module names, the row first; `only` is a condition, and `joins` adds
    tables that they need.
    """
    _put_words(store)
    # An index gives both parts in order, and they are merged: nothing is sorted.
    on_the_list = " UNION ALL ".join(_select(part, columns, joins, only) for part in (_TO_SEND, _LEFT_OUT_ROWS))
    yield from store.each(f"{on_the_list} ORDER BY 1", _values(extent))
    yield from store.each(f"{_select(_NO_LONGER, columns, joins, only)} ORDER BY listed.message", _values(extent))


def kinds(store: Store, extent: Extent, columns: str) -> Iterator[tuple[Row, int]]:
    """How many rows have the same `columns`, in SQL as those of `rows`; in any order, a kind possibly several times.

    Counted here, as SQLite would sort all rows to group them, with as much memory again as its cache. A part of them
    at a time, as each batch makes its own kinds: those of ten million recipients took 40 MB.
    """
    _put_words(store)
    for part in (_TO_SEND, _LEFT_OUT_ROWS, _NO_LONGER):
        found = store.each(_select(part, columns), _values(extent))
        while counted := Counter(islice(found, _COUNTED_AT_ONCE)):
            yield from counted.items()


def _put_words(store: Store) -> None:
    store.write(_VERDICTS)
    lives = ((1, _BY_THIS_RUN), (0, _BY_AN_EARLIER_RUN))
    store.write_many(
        "INSERT INTO temp.verdict VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (fate.value, mine, *words, int(not mine and words[1] == "not_sent"))
            for mine, life in lives
            for fate, words in life.items()
        ],
    )


def _select(part: str, columns: str, joins: str = "", only: str = "1") -> str:
    return f"SELECT {columns} FROM ({part}) AS listed {_KNOWN} {joins} WHERE ({_SHOWN}) AND ({only})"


def _values(extent: Extent) -> dict[str, Any]:
    return {**extent.values(), "nothing_sent": NOTHING_SENT}
