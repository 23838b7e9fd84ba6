"""A plan as a rehearsal carries it out: the same people and texts under localids of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kaverun.columns import Columns
from kaverun.plan.identity import localids_of
from kaverun.plan.plan import Entry, Plan, Rows

_ACTION, _KEY, _LOCALID, _POSITION = map(Entry._fields.index, ("action", "key", "localid", "position"))


def rehearsed(plan: Plan, run_id: str) -> Plan:
    """The plan under the run's id in place of its occurrence, so that the real one is met nowhere."""
    rows = _RehearsedRows(plan.spool, plan.campaign, run_id)
    return plan._replace(occurrence=run_id, spool=rows, totals=plan.totals._replace(in_doubt=0))


class _RehearsedRows:
    """The rows to send as if nothing was known of them yet."""

    first_untouched = 0

    def __init__(self, rows: Rows, campaign: str, run_id: str) -> None:
        self._rows = rows
        self._identity = campaign, run_id

    def columns(self, first: int = 0, where: Callable[[Columns], bool] = lambda columns: True) -> Iterator[Columns]:
        return filter(where, map(self._own, self._rows.columns(first)))

    def columns_to_send(self) -> Iterator[Columns]:
        return self.columns()

    def columns_again(self) -> Iterator[Columns]:
        return iter(())

    def _own(self, block: Columns) -> Columns:
        localids = localids_of(*self._identity, block[_KEY])
        for index, action in enumerate(block[_ACTION]):
            if action == "send":
                block[_LOCALID][index], block[_POSITION][index] = localids[index], 0
        return block
