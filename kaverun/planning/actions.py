"""A plan against a ledger: what becomes of each row, decided by joins. The result is the temporary view `planned`.

Its columns are the fields of an `Entry`, then the generation. The rows are those of an attached plan file, or those
that an earlier run wrote into the ledger.
"""

from __future__ import annotations

from kaverun.ledger.runs import occurrence_of
from kaverun.ledger.store import Store
from kaverun.message.fate import Fate
from kaverun.message.identity import localids_of
from kaverun.message.scope import Scope
from kaverun.planning.fates import DECISIONS

#: What is known of a message, where its `outcome` and `batch` are joined: without an outcome, its batch's state.
FATE = "coalesce(outcome.fate, batch.state)"
KNOWN = "LEFT JOIN outcome ON outcome.message = message.id LEFT JOIN batch ON batch.id = message.batch"
_DECISION = """
CREATE TEMP TABLE decision (
    row INTEGER PRIMARY KEY, message INTEGER NOT NULL, fate TEXT NOT NULL, generation INTEGER NOT NULL,
    localid INTEGER NOT NULL, action TEXT NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL
)
"""
_LIFE = (
    "CREATE TEMP TABLE life (fate TEXT, again INTEGER, action TEXT, cause TEXT, reason TEXT, PRIMARY KEY (fate, again))"
)
# A localid is the hash of a key, so that it leads from a row to its message; of later generations, and of keys that
# were hashed as their lists wrote them, the key itself does, or what a ledger that forgot it keeps (`ledger.care`).
_BY_LOCALID = """
SELECT row.row, message.id AS message, message.generation, message.localid
FROM plan.row CROSS JOIN message ON message.provider = :provider AND message.localid = row.localid
WHERE message.occurrence = :occurrence
"""
_BY_KEY = """
SELECT row.row, message.id, message.generation, message.localid
FROM plan.row CROSS JOIN message ON message.occurrence = :occurrence AND message.key IN (row.key, '#' || row.localid)
WHERE (message.generation > 0 OR message.spelling IS NOT NULL) AND row.localid <> 0
"""
_ANY_BY_KEY = (
    "SELECT 1 FROM message WHERE occurrence = :occurrence AND (generation > 0 OR spelling IS NOT NULL) LIMIT 1"
)
# What was or may have been sent counts first, then what is to be sent again; of what was cancelled the last.
_WEIGHT = f"""
CASE {FATE} WHEN 'accepted' THEN 0 WHEN 'cancelling' THEN 1 WHEN 'unknown' THEN 2 WHEN 'sending' THEN 2
WHEN 'cancelled' THEN 4 ELSE 3 END
"""
_ONE_EACH = f"""
SELECT found.* FROM (
    SELECT found.*, row_number() OVER (
        PARTITION BY found.row ORDER BY {_WEIGHT}, message.generation DESC, message.id DESC
    ) AS place
    FROM ({_BY_LOCALID} UNION {_BY_KEY}) AS found JOIN message ON message.id = found.message {KNOWN}
) AS found WHERE place = 1
"""
# A row that is left out says so, whatever there is; it only names a message that there was.
_DECIDED = f"""
INSERT INTO temp.decision
SELECT found.row, found.message, {FATE}, found.generation, found.localid,
    CASE row.action WHEN 'send' THEN life.action ELSE row.action END,
    CASE row.action WHEN 'send' THEN life.cause ELSE row.cause END,
    CASE row.action WHEN 'send' THEN life.reason ELSE row.reason END
FROM ({{found}}) AS found JOIN plan.row ON row.row = found.row JOIN message ON message.id = found.message {KNOWN}
JOIN temp.life ON life.fate = {FATE} AND life.again = (found.generation > 0)
"""
_FROM_FILE = """
CREATE TEMP VIEW planned AS
SELECT row.row, (SELECT path FROM plan.source WHERE source.id = row.source) AS file, row.file_line, row.key, row.phone,
    row.line,
    coalesce(decision.action, row.action) AS action, coalesce(decision.cause, row.cause) AS cause,
    coalesce(decision.reason, row.reason) AS reason, row.text, row.encoding, row.units, row.parts, row.price AS cost,
    CASE row.action WHEN 'send' THEN coalesce(decision.localid, row.localid) ELSE 0 END AS localid,
    coalesce(decision.message, 0) AS message, coalesce(decision.generation, 0) AS generation, decision.fate
FROM plan.row LEFT JOIN temp.decision ON decision.row = row.row
"""
_FROM_LEDGER = f"""
CREATE TEMP VIEW planned AS
SELECT message.row, source.path AS file, message.file_line, message.key, message.phone,
    {{line}} AS line, life.action, life.cause, coalesce(message.remark, life.reason) AS reason,
    message.text, coalesce(message.encoding, '') AS encoding, coalesce(message.units, 0) AS units,
    coalesce(message.parts, 0) AS parts, message.price AS cost, message.localid, message.id AS message,
    message.generation, life.fate
FROM main.message LEFT JOIN main.source ON source.id = message.source {KNOWN}
JOIN temp.life ON life.fate = {FATE} AND life.again = (message.generation > 0)
WHERE message.occurrence = {{occurrence}} AND message.row IS NOT NULL
UNION ALL
SELECT left_out.row, source.path, left_out.file_line, left_out.key, left_out.phone, '', left_out.action, left_out.cause,
    left_out.reason, '', '', 0, 0, NULL, 0, coalesce(left_out.message, 0), 0, NULL
FROM main.left_out LEFT JOIN main.source ON source.id = left_out.source WHERE left_out.occurrence = {{occurrence}}
"""
# Rows whose next generation is named at once.
_TOGETHER = 5_000


def decide(store: Store, scope: Scope) -> None:
    """Decide the rows of the attached plan file against a ledger: as the file has them where that knows nothing."""
    _begin(store)
    store.write(_DECISION)
    store.write(_FROM_FILE)
    occurrence = occurrence_of(store, scope)
    if not occurrence:
        return
    ((provider,),) = store.rows("SELECT provider FROM occurrence WHERE id = ?", (occurrence,))
    values = {"occurrence": occurrence, "provider": provider}
    found = _ONE_EACH if store.rows(_ANY_BY_KEY, values) else _BY_LOCALID
    store.write(_DECIDED.format(found=found), values)
    _name_next_generations(store, scope)


def rehearse(store: Store, scope: Scope) -> None:
    """Give every row to send a localid of a rehearsal's occurrence, as if nothing was known of it."""
    last = 0
    rows = (
        "SELECT row, key FROM plan.row WHERE action = 'send' AND row > ? AND row NOT IN"
        f" (SELECT row FROM temp.decision WHERE action <> 'send') ORDER BY row LIMIT {_TOGETHER}"
    )
    decision = DECISIONS[Fate.PLANNED, False]
    while found := store.rows(rows, (last,)):
        localids = localids_of(scope.campaign, scope.occurrence, [key for _, key in found])
        store.write_many(
            "INSERT INTO temp.decision VALUES (?, 0, ?, 0, ?, ?, ?, ?) ON CONFLICT (row) DO UPDATE SET message = 0,"
            " fate = excluded.fate, generation = 0, localid = excluded.localid, action = excluded.action,"
            " cause = excluded.cause, reason = excluded.reason",
            [(row, Fate.PLANNED.value, localid, *decision) for (row, _), localid in zip(found, localids, strict=True)],
        )
        last = found[-1][0]


def recall(store: Store, occurrence: int, *, names_lines: bool) -> None:
    """Take the rows that an earlier run wrote into the ledger; without `names_lines` the account's own is used."""
    _begin(store)
    store.write(_FROM_LEDGER.format(occurrence=int(occurrence), line="message.line" if names_lines else "''"))


def _begin(store: Store) -> None:
    for kind, name in (("VIEW", "planned"), ("TABLE", "decision"), ("TABLE", "life")):
        store.write(f"DROP {kind} IF EXISTS temp.{name}")
    store.write(_LIFE)
    rows = [(fate.value, again, *decision) for (fate, again), decision in DECISIONS.items()]
    store.write_many("INSERT INTO temp.life VALUES (?, ?, ?, ?, ?)", rows)


def _name_next_generations(store: Store, scope: Scope) -> None:
    """A message that was cancelled is followed by another of the next generation."""
    cancelled = (
        "SELECT decision.row, row.key, decision.generation + 1"
        " FROM temp.decision JOIN plan.row ON row.row = decision.row"
        f" WHERE fate = '{Fate.CANCELLED}' AND decision.action = 'send' AND decision.row > ?"
        f" ORDER BY decision.row LIMIT {_TOGETHER}"
    )
    last = 0
    while found := store.rows(cancelled, (last,)):
        named = [
            (localids_of(scope.campaign, scope.occurrence, [key], generation)[0], generation, row)
            for row, key, generation in found
        ]
        store.write_many("UPDATE temp.decision SET message = 0, localid = ?, generation = ? WHERE row = ?", named)
        ((last, *_),) = found[-1:]
