"""The rows of a plan that was decided against a ledger, read from the temporary view `planned`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kaverun.blocks import blocks
from kaverun.ledger.store import Store
from kaverun.message.batch import Message
from kaverun.plan.plan import Entry

_ENTRIES = f"SELECT {', '.join(Entry._fields)} FROM temp.planned ORDER BY row"
_MESSAGES = (
    "SELECT localid, phone, line, text, row, key, parts, generation, message FROM temp.planned WHERE action = 'send'"
)
_TOGETHER = 500


class PlannedRows:
    """See `kaverun.plan.plan.Rows`. The plan can be read as long as its ledger is open and decides nothing again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def entries(self) -> Iterator[Entry]:
        return map(Entry._make, self._store.each(_ENTRIES))

    def to_send(self, numbers: Sequence[int] | None = None) -> Iterator[Message]:
        if numbers is None:
            return map(Message._make, self._store.each(f"{_MESSAGES} ORDER BY row"))
        return self._numbered(numbers)

    def _numbered(self, numbers: Sequence[int]) -> Iterator[Message]:
        wanted = set(numbers)
        rows = self._store.each("SELECT row FROM temp.planned WHERE action = 'send' ORDER BY row")
        chosen = [row for number, (row,) in enumerate(rows) if number in wanted]
        for some in blocks(chosen, _TOGETHER):
            which = f" AND row IN ({', '.join('?' * len(some))}) ORDER BY row"
            yield from map(Message._make, self._store.rows(_MESSAGES + which, some))
