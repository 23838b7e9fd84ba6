"""Everything a ledger knows about one number: its messages, in all campaigns, and why it was left out of others."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kaverun.ledger.store import Store


class Event(NamedTuple):
    """A message, an earlier attempt at one, or a row that was left out; None is not applicable or not known.

    `at` is when it was handed over, in unix seconds. `action` is send, or how it was left out: skip or invalid. `file`
    and `file_line` are where its row is, None if it is no longer on the list.
    """

    at: float | None
    campaign: str
    occurrence: str
    provider: str
    run_id: str | None
    action: Literal["send", "skip", "invalid"]
    fate: str | None
    key: str
    line: str | None
    text: str | None
    reason: str | None
    file: str | None
    file_line: int | None
    row: int | None
    messageid: int | None
    status: int | None
    statustext: str | None
    cost: int | None
    date: int | None
    tag: str | None


_OF_NUMBER = """
SELECT * FROM (
SELECT begun, campaign, occurrence, provider, run_id, 'send', fate, key, line, text, reason, file, file_line, row,
    messageid, status, statustext, cost, date, tag, message AS place, 0 AS part
FROM history WHERE phone = :phone
UNION ALL
SELECT batch.begun, history.campaign, history.occurrence, history.provider, run.run_id, 'send', earlier.fate,
    history.key, history.line, NULL, earlier.reason, history.file, history.file_line, history.row, earlier.messageid,
    earlier.status, status_text.text, earlier.cost, batch.date, batch.tag, history.message, 0
FROM history JOIN earlier_outcome AS earlier ON earlier.message = history.message
JOIN batch ON batch.id = earlier.batch JOIN run ON run.id = batch.run
LEFT JOIN status_text ON status_text.status = earlier.status
WHERE history.phone = :phone
UNION ALL
SELECT NULL, occurrence.campaign, occurrence.name, provider.name, NULL, left_out.action, NULL, left_out.key, NULL, NULL,
    left_out.reason, source.path, left_out.file_line, left_out.row, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1
FROM left_out JOIN occurrence ON occurrence.id = left_out.occurrence
JOIN provider ON provider.id = occurrence.provider LEFT JOIN source ON source.id = left_out.source
WHERE left_out.phone = :phone AND left_out.phone <> ''
) ORDER BY part, begun IS NULL, begun, place
"""


def history_of(store: Store, phone: str) -> list[Event]:
    """All of it for a number in its canonical form: what was sent, oldest first, then where it was left out."""
    return [Event(*row[:-2]) for row in store.rows(_OF_NUMBER, {"phone": phone})]
