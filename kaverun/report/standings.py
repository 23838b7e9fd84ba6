"""Where messages stand by the ledger, looked up in the order of a report's rows.

No index of the ledger leads from a messageid to its message. But the rows of a report and the batches of the ledger are
in nearly the same order, so most are found by walking along both. What is not near, such as rows that another run sent
in another order, is looked up in a table that is made when it is first needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple, Self

import orjson

from kaverun.blocks import blocks
from kaverun.ledger.protocol import Ledger, Scope, Standing, Standings, StandingsOfBatch

# Messages of the ledger that are kept in sight before and behind the place that the rows have come to.
_IN_SIGHT = 2_000
# How often a report may go on at another place of the ledger: each time it is read until that is found.
_JUMPS = 8
# Messageids in one question to the table.
_ASKED = 500


class Now(NamedTuple):
    """The status of a message in the ledger, and whether it may still change."""

    status: int | None
    is_open: bool


class CurrentStandings:
    """The messages of a scope; use it as a context.

    `wait` is called with the number of a batch before it is read, and with infinity before all are.
    """

    def __init__(
        self, ledger: Ledger, scope: Scope, is_open: Callable[[Standing], bool], wait: Callable[[float], None]
    ) -> None:
        self._ledger = ledger
        self._scope = scope
        self._is_open = is_open
        self._wait = wait
        self._table: Standings | None = None
        self._stack = ExitStack()
        # One object for all messages that are in the same case.
        self._cases: dict[Now, Now] = {}

    def walk(self) -> Walk:
        return Walk(lambda: self._ledger.standings_in_order(self._scope, self._wait), self._now, self._find)

    def _find(self, messageids: Sequence[int]) -> Mapping[int, Now]:
        """Wherever they stand; those the ledger does not have are left out."""
        if self._table is None:
            self._wait(math.inf)
            self._table = self._stack.enter_context(self._ledger.standings(self._scope))
        return {
            messageid: self._now(standing)
            for block in blocks(messageids, _ASKED)
            for messageid, standing in self._table.find(block).items()
        }

    def _now(self, standing: Standing) -> Now:
        now = Now(standing[0], self._is_open(standing))
        return self._cases.setdefault(now, now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._stack.close()


class Walk:
    """Goes along the ledger while the rows of one report pass by.

    `batches` begins at the oldest, `now` judges a standing, `find` finds messageids wherever they stand.
    """

    def __init__(
        self,
        batches: Callable[[], Iterator[StandingsOfBatch]],
        now: Callable[[Standing], Now],
        find: Callable[[Sequence[int]], Mapping[int, Now]],
    ) -> None:
        self._begin = batches
        self._now = now
        self._find = find
        self._batches = batches()
        self._messageids: list[int] = []
        self._standings: list[Now] = []
        # Where in these the rows have come to.
        self._place = 0
        self._jumps = _JUMPS

    def find(self, messageids: Sequence[bytes]) -> Sequence[Now | None]:
        """Where these messages stand, None for those the ledger does not have; messageids are as written in a cell.

        Raises `ValueError` for what is no number.
        """
        self._look_ahead(len(messageids))
        here = slice(self._place, self._place + len(messageids))
        if orjson.dumps(self._messageids[here])[1:-1] == b",".join(messageids):
            self._place += len(messageids)
            return self._standings[here]
        return self._search([*map(int, messageids)])

    def _search(self, messageids: Sequence[int]) -> Sequence[Now | None]:
        if self._jumps and not self._in_sight(messageids):
            self._jump(frozenset(messageids))
        places = {messageid: place for place, messageid in enumerate(self._messageids)}
        near = [places.get(messageid) for messageid in messageids]
        self._place = max((place + 1 for place in near if place is not None), default=self._place)
        far = self._find([messageid for messageid in messageids if messageid not in places]) if None in near else {}
        return [
            far.get(messageid) if place is None else self._standings[place]
            for messageid, place in zip(messageids, near, strict=True)
        ]

    def _in_sight(self, messageids: Sequence[int]) -> bool:
        return not frozenset(messageids).isdisjoint(self._messageids)

    def _jump(self, wanted: frozenset[int]) -> None:
        """Go on where one of these stands, if there is such a place: after this one, else from the beginning."""
        self._jumps -= 1
        for batches in (self._batches, self._begin()):
            for batch in batches:
                if not wanted.isdisjoint(batch.messageids):
                    self._messageids, self._standings, self._place = [], [], 0
                    self._add(batch)
                    self._batches = batches
                    self._look_ahead(len(wanted))
                    return

    def _look_ahead(self, rows: int) -> None:
        """Have so many messages in sight and some more, as far as there are; those far behind are forgotten."""
        while len(self._messageids) < self._place + rows + _IN_SIGHT and (batch := next(self._batches, None)):
            self._add(batch)
        if self._place > 2 * _IN_SIGHT:
            past = self._place - _IN_SIGHT
            del self._messageids[:past], self._standings[:past]
            self._place = _IN_SIGHT

    def _add(self, batch: StandingsOfBatch) -> None:
        now = {status: self._now((status, batch.since)) for status in set(batch.statuses)}
        self._messageids += batch.messageids
        self._standings += map(now.__getitem__, batch.statuses)
