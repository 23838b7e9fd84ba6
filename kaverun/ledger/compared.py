"""The ledger beside the provider's list, in temporary tables: SQLite keeps them on disk and does the joining."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from kaverun.kavenegar.codes import REFUNDED_STATUSES
from kaverun.ledger.listing import CostPair, Listed, Missing, RunTimes, StatusPair, Sum
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Scope
from kaverun.ledger.taken import BATCHES_OF_SCOPE, TAKEN_AT_PROVIDER, TAKEN_IN_SCOPE, Run

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


#: Runs one statement for each of many rows of values.
RunMany = Callable[[str, Iterable[Sequence[object]]], None]


def times(run: Run, scope: Scope) -> list[RunTimes]:
    """See `Ledger.times`."""
    rows = run(
        "SELECT min(intended), max(intended), CASE WHEN count(settled) = count(*) THEN max(settled) END, date,"
        f" run.status = 'found' FROM {BATCHES_OF_SCOPE} GROUP BY run.id ORDER BY run.id",
        scope._asdict(),
    )
    return [RunTimes(first, last, settled, date, bool(found)) for first, last, settled, date, found in rows]


def between(run: Run, provider: str, start: int, end: int) -> Sum:
    """See `Ledger.between`."""
    ((messages, cost),) = run(
        f"SELECT count(*), coalesce(sum(cost), 0) FROM {TAKEN_AT_PROVIDER}"
        " AND coalesce(date, intended) BETWEEN :start AND :end",
        {"provider": provider, "start": start, "end": end},
    )
    return Sum(messages, cost)


@contextmanager
def compared(run: Run, run_many: RunMany, scope: Scope, reach: float, found_reach: float) -> Iterator[Tables]:
    """See `Ledger.compared`."""
    old = "min(intended, coalesce(date, intended)) < CASE run.status WHEN 'found' THEN :found_reach ELSE :reach END"
    run(_KEPT, ())
    run(_LISTED, ())
    try:
        run(
            f"INSERT OR REPLACE INTO temp.kept SELECT messageid, position, outcome.status, cost, {old}"
            f" FROM {TAKEN_IN_SCOPE}",
            {**scope._asdict(), "reach": reach, "found_reach": found_reach},
        )
        yield Tables(run, run_many, scope)
    finally:
        run("DROP TABLE temp.kept", ())
        run("DROP TABLE temp.listed", ())


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
            # The outcomes have no index by messageid: they are read once, from first to last.
            self._own(
                _ELSEWHERE,
                "SELECT outcome.messageid FROM outcome CROSS JOIN temp.listed USING (messageid)"
                f" CROSS JOIN batch ON batch.id = position / {POSITIONS_PER_BATCH} CROSS JOIN run ON run.id = batch.run"
                " WHERE owner = 0 AND provider = :provider",
            )
        for column in ("likeness", "wording"):
            self._run(f"CREATE INDEX temp.listed_by_{column} ON listed ({column}) WHERE owner = 0", ())
        return sum(map(self._claim, doubts))

    def _own(self, owner: int, messageids: str) -> None:
        self._run(
            f"UPDATE temp.listed SET owner = {owner} WHERE owner = 0 AND messageid IN ({messageids})",
            self._scope._asdict(),
        )

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
