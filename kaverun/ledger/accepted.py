"""What the provider has of an occurrence, or of one of its runs: everything with a messageid, batch by batch.

Named values of the statements are `occurrence` and `run`, which is None for all runs of the occurrence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from kaverun.ledger.store import Store

#: Its tables and conditions, to be followed by others. An index leads from a batch to its messages: those of other
#: campaigns are not read, nor those of batches that another condition leaves out.
ACCEPTED = """
FROM batch CROSS JOIN run ON run.id = batch.run CROSS JOIN message ON message.batch = batch.id
CROSS JOIN outcome ON outcome.message = message.id
WHERE run.occurrence = :occurrence AND (:run IS NULL OR run.id = :run) AND outcome.messageid IS NOT NULL
"""
#: As many as can be asked for in one request.
PAGE = 500


def accepted_pages(
    store: Store, columns: tuple[str, ...], condition: str, values: Mapping[str, Any]
) -> Iterator[list[list[Any]]]:
    """The ledger's numbers of accepted messages that meet a condition, and columns of them, 500 at a time.

    Their tables may be written meanwhile. A page comes in one row: for each row, SQLite releases Python's lock and has
    to wait for it among threads.
    """
    chosen = ", ".join(f"{name} AS c{place}" for place, name in enumerate(("message.id", *columns)))
    arrays = ", ".join(f"json_group_array(c{place})" for place in range(1 + len(columns)))
    after = "batch.id >= :batch AND (batch.id > :batch OR message.id > :message)"
    query = (
        f"SELECT max(batch), {arrays} FROM (SELECT batch.id AS batch, {chosen} {ACCEPTED} AND {after} AND {condition}"
        f" ORDER BY batch.id, message.id LIMIT {PAGE})"
    )
    batch = message = 0
    while True:
        ((last, *found),) = store.rows(query, {**values, "batch": batch, "message": message})
        if last is None:
            return
        page = [*map(orjson.loads, found)]
        yield page
        batch, message = last, page[0][-1]
