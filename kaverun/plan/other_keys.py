"""Numbers that have the message already and would get it again, as their keys are others now.

Nobody can tell from a list whether another key is another person, or the same one after a spreadsheet took the zeros
off or somebody chose another column. Where it looks like the latter nothing is sent (design, *Identity*).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.campaign.excerpt import excerpt
from kaverun.campaign.loader import LoadedCampaign
from kaverun.plan.limits import Verdict
from kaverun.plan.plan import Entry, Rows
from kaverun.plan.served import Served
from kaverun.recipients.phone import as_number, mask
from kaverun.recipients.seen import FirstSeen, Met

#: What `lifted` holds where other keys are other people this time.
AS_NEW_PEOPLE = "as_new_people"

_ACTION, _CAUSE, _POSITION, _PHONE, _KEY = map(Entry._fields.index, ("action", "cause", "position", "phone", "key"))
# How a number that was served is on the list now: under keys that nobody ever had, or under others, or both.
_NEW, _KNOWN = 1, 2
_TOGETHER = 500


class _Again(NamedTuple):
    """Numbers that were served: how many are on the list, how many of them come under keys alone that nobody had, and
    how many come under such a key at all, the first of them with that key.
    """

    listed: int
    renamed: int
    again: int
    phone: str
    key: str


def is_new(entry: Entry) -> bool:
    """Whether a row is to be sent to somebody of whom the ledger knows nothing."""
    return entry.action == "send" and not entry.cause and not entry.position


def judge_keys(loaded: LoadedCampaign, served: Served, rows: Rows, lifted: Collection[str]) -> Verdict:
    """Whether people who were served come under other keys; `rows` hold some of whom the ledger knows nothing.

    It is another key column than last time by which anybody would get it again, or more than half of the numbers that
    were served and are on the list come under keys of nobody who was served.
    """
    recipients = loaded.campaign.recipients
    column, before = recipients.key_column, served.key_column
    if recipients.same_number == "new" or column == before == "":
        return Verdict((), ())
    found = _counted(served, rows)
    moved = "" if before is None or column == before else _moved(column, before)
    if not found.again or not (moved or 2 * found.renamed > found.listed):
        return Verdict((), ())
    words = _words(found, served, moved)
    if AS_NEW_PEOPLE in lifted:
        problem = loaded.document.problem(f"{words}: sent as to new people", "recipients", "key", severity="warning")
        return Verdict((), (problem,))
    return Verdict((loaded.document.problem(f"{words}: {_REMEDY}", "recipients", "key"),), ())


_REMEDY = (
    "put the column or the keys back as they were; if these are other people, give --as-new-people this once, "
    "or write `recipients.same_number: new` for good"
)


def _counted(served: Served, rows: Rows) -> _Again:
    numbers, example = FirstSeen(), ("", "")
    met = (Met(as_number(phone), order, "", 0) for order, (phone, _) in enumerate(served.addressees()))
    addressees = 0
    for block in blocks(met, _TOGETHER):
        numbers.meet(block)
        addressees += len(block)
    how = bytearray(addressees)  # by the first addressee with a number
    for columns in rows.columns():
        found = numbers.find(map(as_number, filter(None, columns[_PHONE])))
        of_rows = zip(*(columns[place] for place in (_ACTION, _CAUSE, _POSITION, _PHONE, _KEY)), strict=True)
        for action, cause, position, phone, key in of_rows if found else ():
            if action not in ("send", "done") or not (first := found.get(as_number(phone))):
                continue
            if action == "send" and not cause and not position:
                how[first.row] |= _NEW
                example = example if example[0] else (phone, key)
            else:
                how[first.row] |= _KNOWN
    renamed, both = how.count(_NEW), how.count(_NEW | _KNOWN)
    return _Again(renamed + both + how.count(_KNOWN), renamed, renamed + both, *example)


def _words(found: _Again, served: Served, moved: str) -> str:
    people = f"{found.again:,} people who have" if found.again > 1 else "somebody who has"
    old = next(key for phone, key in served.addressees() if phone == found.phone)
    example = f"{mask(found.phone)} had the key {excerpt(old)} and has {excerpt(found.key)} now"
    why = moved or f"{found.renamed:,} of {found.listed:,} numbers on the list that were served have another key"
    return f"{why}, and {people} the message already would get it again, e.g. {example}"


def _moved(now: str, before: str) -> str:
    return f"keys come from {_column(now)} now and came from {_column(before)} when the last messages went out"


def _column(name: str) -> str:
    return f"the column '{name}'" if name else "the number itself"
