"""What the provider lists, in the temporary table `listed` next to the ledger's own: SQL does the joining, on disk.

First the list is collected, then its messages are attributed, then the questions can be asked. `Whose` names the
messages that are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from kaverun.kavenegar.codes import REFUNDED_STATUSES
from kaverun.ledger.accepted import ACCEPTED, accepted_pages
from kaverun.ledger.store import Store


class Whose(NamedTuple):
    """The messages of an occurrence, or of one of its runs, by the ledger's numbers.

    The list goes back to `reach`, or to `found_reach` for what was found at the provider, and so is older; both in unix
    seconds.
    """

    occurrence: int
    run: int | None
    reach: float
    found_reach: float


class Listed(NamedTuple):
    """A message as the provider lists it.

    `phone` and `line` are in the ledger's form; `likeness` stands for both and the text, `wording` for number and text
    alone. `date` is in unix seconds and `cost` in Rial, None if the list has none.
    """

    messageid: int
    status: int
    cost: int | None
    phone: str
    line: str
    date: int | None
    likeness: int
    wording: int


class Sum(NamedTuple):
    """How many messages, and what they cost in Rial as far as known."""

    messages: int
    cost: int


class RunTimes(NamedTuple):
    """When a run handed its messages over: first and last intent, and the last outcome, None if one is open.

    `date` is when they go out if that was scheduled. `found` says that the run did not send them: they were found at
    the provider, and so are older. All in unix seconds.
    """

    first: float
    last: float
    settled: float | None
    date: int | None
    found: bool


class Kept(NamedTuple):
    """A message that the ledger has, with its status and cost (Rial) there."""

    messageid: int
    phone: str
    line: str
    row: int | None
    status: int | None
    cost: int | None
    listed_cost: int | None


class StatusPair(NamedTuple):
    """How many messages have one status in the ledger and another in the list."""

    ledger: int | None
    listed: int
    messages: int


_TABLE = """
CREATE TEMP TABLE listed (
    messageid INTEGER PRIMARY KEY, status INTEGER NOT NULL, cost INTEGER, phone TEXT NOT NULL, line TEXT NOT NULL,
    date INTEGER, likeness INTEGER NOT NULL, wording INTEGER NOT NULL, owner INTEGER NOT NULL DEFAULT 0
)
"""
# Whose a listed message is; 0 means unknown.
_COMPARED, _ELSEWHERE, _DOUBT = 1, 2, 3
# An index leads from each messageid that is listed to the ledger's message.
_OWN = f"""
UPDATE temp.listed SET owner = coalesce((
    SELECT min(CASE WHEN run.occurrence = :occurrence AND (:run IS NULL OR run.id = :run)
        THEN {_COMPARED} ELSE {_ELSEWHERE} END)
    FROM outcome CROSS JOIN batch ON batch.id = outcome.batch CROSS JOIN run ON run.id = batch.run
    JOIN occurrence ON occurrence.id = run.occurrence
    WHERE outcome.messageid = listed.messageid AND occurrence.provider = (
        SELECT provider FROM occurrence WHERE id = :occurrence
    )
), 0)
"""
_BOTH = f"""
FROM temp.listed CROSS JOIN outcome ON outcome.messageid = listed.messageid
CROSS JOIN message ON message.id = outcome.message
CROSS JOIN batch ON batch.id = outcome.batch CROSS JOIN run ON run.id = batch.run
WHERE listed.owner = {_COMPARED} AND run.occurrence = :occurrence AND (:run IS NULL OR run.id = :run)
"""
_NOT_LISTED = "NOT EXISTS (SELECT 1 FROM temp.listed WHERE listed.messageid = outcome.messageid)"
_OLD = (
    "min(batch.begun, coalesce(batch.date, batch.begun)) < CASE run.kind WHEN 'found' THEN :found_reach ELSE :reach END"
)
# The list may show a refunded cost as 0 (facts page, *Meaning*: which statuses are refunded).
_REFUNDED = ", ".join(map(str, sorted(REFUNDED_STATUSES)))
_OTHER_COST = f"outcome.cost <> listed.cost AND NOT (listed.cost = 0 AND listed.status IN ({_REFUNDED}))"
_KEPT = "outcome.messageid, message.phone, message.line, message.row, outcome.status, outcome.cost"


def run_times(store: Store, whose: Whose) -> list[RunTimes]:
    """When the compared runs took place, oldest first; those that handed nothing over are left out."""
    rows = store.rows(
        "SELECT min(begun), max(begun), CASE WHEN count(settled) = count(*) THEN max(settled) END, date,"
        " run.kind = 'found' FROM batch JOIN run ON run.id = batch.run WHERE run.occurrence = :occurrence"
        " AND (:run IS NULL OR run.id = :run) AND begun IS NOT NULL GROUP BY run.id, date ORDER BY run.id, date",
        whose._asdict(),
    )
    return [RunTimes(first, last, settled, date, bool(found)) for first, last, settled, date, found in rows]


def taken_between(store: Store, provider: str, start: int, end: int) -> Sum:
    """What a provider accepted for all campaigns in a span of unix seconds, by the time it was handed over or due."""
    return _sum(
        store,
        "outcome.cost",
        "FROM batch CROSS JOIN run ON run.id = batch.run JOIN occurrence ON occurrence.id = run.occurrence"
        " JOIN provider ON provider.id = occurrence.provider CROSS JOIN message ON message.batch = batch.id"
        " CROSS JOIN outcome ON outcome.message = message.id WHERE provider.name = :provider"
        " AND coalesce(batch.date, batch.begun) BETWEEN :start AND :end AND outcome.messageid IS NOT NULL",
        {"provider": provider, "start": start, "end": end},
    )


def planned_parts(store: Store, whose: Whose) -> int:
    """The parts of the messages that are compared, as planned."""
    ((parts,),) = store.rows(f"SELECT coalesce(sum(message.parts), 0) {ACCEPTED}", whose._asdict())
    return int(parts)


@contextmanager
def listing(store: Store) -> Iterator[None]:
    """Keep the table while the block runs."""
    store.write(_TABLE)
    try:
        yield
    finally:
        store.write("DROP TABLE temp.listed")


def add(store: Store, listed: Iterable[Listed]) -> None:
    """Add a page of the list. A message that is listed twice counts once."""
    columns = ", ".join(Listed._fields)
    latest = ", ".join(f"{name} = excluded.{name}" for name in Listed._fields[1:])
    store.write_many(
        f"INSERT INTO temp.listed ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        f" ON CONFLICT (messageid) DO UPDATE SET {latest}",
        listed,
    )


def not_listed(store: Store, whose: Whose) -> Iterator[list[int]]:
    """The compared messageids that are not in the list so far, in pages of 500; more may be added meanwhile."""
    for _, messageids in accepted_pages(store, ("outcome.messageid",), _NOT_LISTED, whose._asdict()):
        yield messageids


def settle(store: Store, whose: Whose, doubts: Iterable[int]) -> int:
    """Find out whose the listed messages are. `doubts` are likenesses, or wordings, of what may have been sent.

    Returns how many of the doubts are in the list.
    """
    store.write(_OWN, whose._asdict())
    for column in ("likeness", "wording"):
        store.write(f"CREATE INDEX temp.listed_by_{column} ON listed ({column}) WHERE owner = 0")
    return sum(_claim(store, doubt) for doubt in doubts)


def _claim(store: Store, doubt: int) -> bool:
    ((messageid,),) = store.rows(
        "SELECT min(messageid) FROM temp.listed WHERE owner = 0 AND (likeness = ? OR wording = ?)", (doubt, doubt)
    )
    if messageid is not None:
        store.write(f"UPDATE temp.listed SET owner = {_DOUBT} WHERE messageid = ?", (messageid,))
    return messageid is not None


def kept(store: Store, whose: Whose) -> Sum:
    """The compared messages, by the ledger."""
    return _sum(store, "outcome.cost", ACCEPTED, whose._asdict())


def both(store: Store) -> Sum:
    """Those of them that are listed, with the cost that the list has."""
    return _sum(store, "cost", f"FROM temp.listed WHERE owner = {_COMPARED}")


def all_listed(store: Store) -> Sum:
    """Everything that is listed."""
    return _sum(store, "cost", "FROM temp.listed")


def elsewhere(store: Store) -> Sum:
    """What is listed, and in the ledger for other campaigns or runs."""
    return _sum(store, "cost", f"FROM temp.listed WHERE owner = {_ELSEWHERE}")


def strange(store: Store) -> Sum:
    """What is listed, not in the ledger, and not in doubt there either."""
    return _sum(store, "cost", "FROM temp.listed WHERE owner = 0")


def missing(store: Store, whose: Whose) -> Sum:
    """The compared messages that should be listed and are not."""
    return _sum(store, "outcome.cost", f"{ACCEPTED} AND {_NOT_LISTED} AND NOT ({_OLD})", whose._asdict())


def out_of_reach(store: Store, whose: Whose) -> Sum:
    """The compared messages that are not listed, and may be older than the list reaches."""
    return _sum(store, "outcome.cost", f"{ACCEPTED} AND {_NOT_LISTED} AND {_OLD}", whose._asdict())


def statuses(store: Store, whose: Whose) -> list[StatusPair]:
    """The statuses that differ."""
    rows = store.rows(
        f"SELECT outcome.status, listed.status, count(*) {_BOTH} AND outcome.status IS NOT listed.status"
        " GROUP BY 1, 2 ORDER BY 1, 2",
        whose._asdict(),
    )
    return [StatusPair(*row) for row in rows]


def costs(store: Store, whose: Whose) -> Sum:
    """Messages whose known costs differ: how many, and how much more the list has."""
    return _sum(store, "listed.cost - outcome.cost", f"{_BOTH} AND {_OTHER_COST}", whose._asdict())


def some_missing(store: Store, whose: Whose, most: int) -> list[Kept]:
    """The first messages of `missing`, by messageid."""
    where = f"{ACCEPTED} AND {_NOT_LISTED} AND NOT ({_OLD})"
    return _some_kept(store, f"{_KEPT}, NULL {where}", whose, most)


def some_costs(store: Store, whose: Whose, most: int) -> list[Kept]:
    """The first messages of `costs`, by messageid."""
    return _some_kept(store, f"{_KEPT}, listed.cost {_BOTH} AND {_OTHER_COST}", whose, most)


def some_strange(store: Store, most: int) -> list[Listed]:
    """The first messages of `strange`, by messageid."""
    columns = ", ".join(Listed._fields)
    rows = store.rows(f"SELECT {columns} FROM temp.listed WHERE owner = 0 ORDER BY messageid LIMIT ?", (most,))
    return [Listed(*row) for row in rows]


def _some_kept(store: Store, query: str, whose: Whose, most: int) -> list[Kept]:
    rows = store.rows(f"SELECT {query} ORDER BY outcome.messageid LIMIT :most", {**whose._asdict(), "most": most})
    return [Kept(*row) for row in rows]


def _sum(store: Store, cost: str, where: str, values: dict[str, Any] | None = None) -> Sum:
    ((messages, rial),) = store.rows(f"SELECT count(*), coalesce(sum({cost}), 0) {where}", values or {})
    return Sum(messages, rial)
