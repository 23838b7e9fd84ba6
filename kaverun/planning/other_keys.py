"""Numbers that have the message already and would get it again, as their keys are others now.

Nobody can tell from a list whether another key is another person, or the same one after a spreadsheet took the zeros
off or somebody chose another column. Where it looks like the latter nothing is sent (design, *Identity*).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from kaverun.campaign.loader import LoadedCampaign
from kaverun.ledger.store import Store
from kaverun.planning.limits import Verdict
from kaverun.text.excerpt import excerpt
from kaverun.text.phone import mask

#: What `lifted` holds where other keys are other people this time.
AS_NEW_PEOPLE = "as_new_people"

_REMEDY = (
    "put the column or the keys back as they were; if these are other people, give --as-new-people this once, "
    "or write `recipients.same_number: new` for good"
)
# Rows to send to somebody of whom the ledger knows nothing.
_NEW = "planned.action = 'send' AND planned.cause = '' AND planned.message = 0"
# Numbers that were served, or may have been.
_SERVED = """
SELECT message.phone FROM message LEFT JOIN outcome ON outcome.message = message.id
LEFT JOIN batch ON batch.id = message.batch WHERE message.occurrence = :occurrence
AND coalesce(outcome.fate, batch.state) IN ('accepted', 'cancelling', 'unknown', 'sending')
"""
# Of the served numbers on the list: whether they come under a key that nobody had, and whether under one that was.
_LISTED = f"""
SELECT planned.phone, max({_NEW}) AS renamed, max(NOT ({_NEW})) AS known,
    min(CASE WHEN {_NEW} THEN planned.row END) AS row
FROM temp.planned WHERE planned.action IN ('send', 'done') AND planned.phone IN ({_SERVED}) GROUP BY planned.phone
"""
_COUNTED = f"""
SELECT count(*), coalesce(sum(renamed AND NOT known), 0), coalesce(sum(renamed), 0), min(row) FROM ({_LISTED})
"""
_LAST_COLUMN = """
SELECT key_column FROM run WHERE occurrence = ?
AND EXISTS (SELECT 1 FROM batch WHERE batch.run = run.id AND begun IS NOT NULL) ORDER BY id DESC LIMIT 1
"""


class _Again(NamedTuple):
    """Numbers that were served: how many are on the list, how many of them come under keys alone that nobody had, and
    how many come under such a key at all, the first row of them.
    """

    listed: int
    renamed: int
    again: int
    row: int | None


def judge_keys(loaded: LoadedCampaign, store: Store, occurrence: int, lifted: Collection[str]) -> Verdict:
    """Whether people who were served come under other keys.

    It is another key column than last time by which anybody would get it again, or more than half of the numbers that
    were served and are on the list come under keys of nobody who was served.
    """
    recipients = loaded.campaign.recipients
    column, before = recipients.key_column, next((one for (one,) in store.rows(_LAST_COLUMN, (occurrence,))), None)
    if recipients.same_number == "new" or column == before == "" or not _any_new(store, occurrence):
        return Verdict((), ())
    ((*counted,),) = store.rows(_COUNTED, {"occurrence": occurrence})
    found = _Again(*counted)
    moved = "" if before is None or column == before else _moved(column, before)
    if not found.again or not (moved or 2 * found.renamed > found.listed):
        return Verdict((), ())
    words = _words(found, store, occurrence, moved)
    if AS_NEW_PEOPLE in lifted:
        problem = loaded.document.problem(f"{words}: sent as to new people", "recipients", "key", severity="warning")
        return Verdict((), (problem,))
    return Verdict((loaded.document.problem(f"{words}: {_REMEDY}", "recipients", "key"),), ())


def _any_new(store: Store, occurrence: int) -> bool:
    """Whether, with anybody served before, there are rows to send to somebody unknown."""
    anybody = store.rows("SELECT 1 FROM message WHERE occurrence = ? LIMIT 1", (occurrence,))
    return bool(anybody and store.rows(f"SELECT 1 FROM temp.planned WHERE {_NEW} LIMIT 1"))


def _words(found: _Again, store: Store, occurrence: int, moved: str) -> str:
    people = f"{found.again:,} people who have" if found.again > 1 else "somebody who has"
    ((phone, key),) = store.rows("SELECT phone, key FROM temp.planned WHERE row = ?", (found.row,))
    ((old,),) = store.rows(
        f"SELECT key FROM message WHERE occurrence = :occurrence AND phone = :phone AND phone IN ({_SERVED})"
        " ORDER BY id LIMIT 1",
        {"occurrence": occurrence, "phone": phone},
    )
    example = f"{mask(phone)} had the key {excerpt(old)} and has {excerpt(key)} now"
    why = moved or f"{found.renamed:,} of {found.listed:,} numbers on the list that were served have another key"
    return f"{why}, and {people} the message already would get it again, e.g. {example}"


def _moved(now: str, before: str) -> str:
    return f"keys come from {_column(now)} now and came from {_column(before)} when the last messages went out"


def _column(name: str) -> str:
    return f"the column '{name}'" if name else "the number itself"
