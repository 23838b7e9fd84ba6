"""The ledger beside the provider's list, in temporary tables: SQLite keeps them on disk and does the joining."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from kaverun.kavenegar.codes import REFUNDED_STATUSES
from kaverun.ledger.listing import CostPair, Listed, Missing, RunTimes, StatusPair, Sum
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Scope
from kaverun.ledger.taken import BATCHES_AT_PROVIDER, BATCHES_OF_SCOPE, Run, RunMany, outcomes_of, taken_indexes

_PAGE = 500
_KEPT = """
CREATE TEMP TABLE kept (
    messageid INTEGER PRIMARY KEY, position INTEGER NOT NULL, status INTEGER, cost INTEGER, old INTEGER NOT NULL
)
"""
_LISTED = """
CREATE TEMP TABLE listed (
    messageid INTEGER PRIMARY KEY, status INTEGER NOT NULL, cost INTEGER, phone TEXT NOT NULL, line TEXT NOT NULL,
    date INTEGER, likeness INTEGER NOT NULL, wording INTEGER NOT NULL, owner INTEGER NOT NULL DEFAULT 0
)
"""
# Whose a listed message is; 0 stands for nobody known.
_SCOPE, _ELSEWHERE, _DOUBT = 1, 2, 3
_BOTH = "temp.kept JOIN temp.listed USING (messageid)"
_UNLISTED = "temp.kept WHERE messageid NOT IN (SELECT messageid FROM temp.listed)"
# The list may show a cost that was given back as nothing (facts page, *Meaning*: which statuses are refunded).
_REFUNDED = ", ".join(map(str, sorted(REFUNDED_STATUSES)))
_OTHER_COST = f"kept.cost <> listed.cost AND NOT (listed.cost = 0 AND listed.status IN ({_REFUNDED}))"


def times(run: Run, scope: Scope) -> list[RunTimes]:
    """See `Ledger.times`."""
    settled = "(SELECT settled FROM outcome WHERE batch = batch.id) AS settled"
    rows = run(
        "SELECT min(intended), max(intended), CASE WHEN count(settled) = count(*) THEN max(settled) END, date,"
        f" status = 'found' FROM (SELECT run.id AS number, intended, {settled}, date, run.status AS status"
        f" FROM {BATCHES_OF_SCOPE}) GROUP BY number ORDER BY number",
        scope._asdict(),
    )
    return [RunTimes(first, last, settled, date, bool(found)) for first, last, settled, date, found in rows]


def between(run: Run, provider: str, start: int, end: int) -> Sum:
    """See `Ledger.between`."""
    batches = f"1 FROM {BATCHES_AT_PROVIDER} AND coalesce(date, intended) BETWEEN :start AND :end"
    messages = cost = 0
    for _, outcomes, _ in outcomes_of(run, batches, {"provider": provider, "start": start, "end": end}):
        indexes = taken_indexes(outcomes)
        messages += len(indexes)
        cost += sum(outcomes.costs[index] or 0 for index in indexes)
    return Sum(messages, cost)


@contextmanager
def compared(run: Run, run_many: RunMany, scope: Scope, reach: float, found_reach: float) -> Iterator[Tables]:
    """See `Ledger.compared`."""
    run(_KEPT, ())
    run(_LISTED, ())
    try:
        reaches = {"reach": reach, "found_reach": found_reach}
        run_many("INSERT OR REPLACE INTO temp.kept VALUES (?, ?, ?, ?, ?)", _kept(run, scope._asdict() | reaches))
        yield Tables(run, run_many, scope)
    finally:
        run("DROP TABLE temp.kept", ())
        run("DROP TABLE temp.listed", ())


def _kept(run: Run, values: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """The rows of `kept`: what was taken of a scope, and whether the list may not go back to it."""
    old = "min(intended, coalesce(date, intended)) < CASE run.status WHEN 'found' THEN :found_reach ELSE :reach END"
    for number, outcomes, (is_old,) in outcomes_of(run, f"{old} FROM {BATCHES_OF_SCOPE} ORDER BY batch.id", values):
        first = number * POSITIONS_PER_BATCH
        for index in taken_indexes(outcomes):
            yield outcomes.messageids[index], first + index, outcomes.statuses[index], outcomes.costs[index], is_old


class Tables:
    """See `Comparison`."""

    def __init__(self, run: Run, run_many: RunMany, scope: Scope) -> None:
        self._run = run
        self._run_many = run_many
        self._scope = scope

    def add(self, listed: Iterable[Listed]) -> None:
        columns = ", ".join(Listed._fields)
        self._run_many(f"INSERT OR REPLACE INTO temp.listed ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", listed)

    def not_listed(self) -> Iterator[list[int]]:
        last = -1
        query = f"SELECT messageid FROM {_UNLISTED} AND messageid > ? ORDER BY 1 LIMIT {_PAGE}"
        while page := self._run(query, (last,)):
            yield [messageid for (messageid,) in page]
            ((last,),) = page[-1:]

    def settle(self, doubts: Iterable[int]) -> int:
        self._own(_SCOPE, "SELECT messageid FROM temp.kept")
        if self.strange().messages:
            batches = f"1 FROM {BATCHES_AT_PROVIDER}"
            for _, outcomes, _ in outcomes_of(self._run, batches, self._scope._asdict()):
                held = orjson.dumps([messageid for messageid in outcomes.messageids if messageid is not None])
                self._own(_ELSEWHERE, "SELECT value FROM json_each(:held)", held=held.decode())
        for column in ("likeness", "wording"):
            self._run(f"CREATE INDEX temp.listed_by_{column} ON listed ({column}) WHERE owner = 0", ())
        return sum(map(self._claim, doubts))

    def _own(self, owner: int, messageids: str, **values: str) -> None:
        self._run(f"UPDATE temp.listed SET owner = {owner} WHERE owner = 0 AND messageid IN ({messageids})", values)

    def _claim(self, doubt: int) -> bool:
        ((messageid,),) = self._run(
            "SELECT min(messageid) FROM temp.listed WHERE owner = 0 AND (likeness = ? OR wording = ?)", (doubt, doubt)
        )
        if messageid is not None:
            self._run(f"UPDATE temp.listed SET owner = {_DOUBT} WHERE messageid = ?", (messageid,))
        return messageid is not None

    def kept(self) -> Sum:
        return self._sum("cost", "temp.kept")

    def both(self) -> Sum:
        return self._sum("listed.cost", _BOTH)

    def listed(self) -> Sum:
        return self._sum("cost", "temp.listed")

    def elsewhere(self) -> Sum:
        return self._sum("cost", f"temp.listed WHERE owner = {_ELSEWHERE}")

    def strange(self) -> Sum:
        return self._sum("cost", "temp.listed WHERE owner = 0")

    def missing(self) -> Sum:
        return self._sum("cost", f"{_UNLISTED} AND NOT old")

    def out_of_reach(self) -> Sum:
        return self._sum("cost", f"{_UNLISTED} AND old")

    def statuses(self) -> list[StatusPair]:
        rows = self._run(
            f"SELECT kept.status, listed.status, count(*) FROM {_BOTH} WHERE kept.status IS NOT listed.status"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            (),
        )
        return [StatusPair(*row) for row in rows]

    def costs(self) -> Sum:
        return self._sum("listed.cost - kept.cost", f"{_BOTH} WHERE {_OTHER_COST}")

    def examples_of_missing(self, most: int) -> list[Missing]:
        rows = self._run(
            f"SELECT messageid, position, status, cost FROM {_UNLISTED} AND NOT old ORDER BY 1 LIMIT ?", (most,)
        )
        return [Missing(*row) for row in rows]

    def examples_of_strange(self, most: int) -> list[Listed]:
        columns = ", ".join(Listed._fields)
        rows = self._run(f"SELECT {columns} FROM temp.listed WHERE owner = 0 ORDER BY messageid LIMIT ?", (most,))
        return [Listed(*row) for row in rows]

    def examples_of_costs(self, most: int) -> list[CostPair]:
        rows = self._run(
            f"SELECT messageid, position, kept.cost, listed.cost FROM {_BOTH} WHERE {_OTHER_COST} ORDER BY 1 LIMIT ?",
            (most,),
        )
        return [CostPair(*row) for row in rows]

    def _sum(self, cost: str, where: str) -> Sum:
        ((messages, rial),) = self._run(f"SELECT count(*), coalesce(sum({cost}), 0) FROM {where}", ())
        return Sum(messages, rial)
