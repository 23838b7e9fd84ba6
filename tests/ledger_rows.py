"""Rows of a ledger for tests that read one, written as runs write them, without a plan or a provider."""

from __future__ import annotations

from collections.abc import Sequence

from kaverun.ledger.batches import Result
from kaverun.ledger.runs import Run, begin, occurrence_of, run_called
from kaverun.ledger.store import Store
from kaverun.message.batch import Message, Shared
from kaverun.message.fate import Fate

BEGAN = 1_800_000_000.0
RUN_ID = "20261123T062155Z-8f2dc5"
ACCEPTED = Result(Fate.ACCEPTED, status=1, cost=120, attempts=1)


def message(number: int, **changes: object) -> Message:
    """The message of a person by their number: row, key, localid and telephone all say it."""
    plain = Message(number, f"0926{number:07d}", "10004346", "سلام", number, str(number), 1)
    return plain._replace(**changes)


def given_run(store: Store, scope, run_id: str = RUN_ID, **fields) -> int:
    """The number of a run, begun where the ledger does not know it; `fields` are those of a `Run`."""
    known = run_called(store, run_id)
    if known:
        return known.number
    with store.transaction():
        return begin(store, Run(run_id, scope, **{"digest": "d", "started": BEGAN, **fields}))


def given_messages(
    store: Store,
    scope,
    messages: int | Sequence[Message],
    results: Result | Sequence[Result | None] | None = ACCEPTED,
    *,
    run_id: str = RUN_ID,
    begun: float | None = BEGAN,
    channel: str = "sms",
    shared: Shared = Shared(),  # noqa: B008 (a value)
    **fields,
) -> list[int]:
    """Messages in one more batch of a run, which is begun where it was not; returns their numbers in the ledger.

    `messages` may be how many people there are, from 1. `results` are what became of them, one for all or one for each;
    None leaves a message in doubt, or planned where `begun` is None too. A messageid that a result does not name is the
    localid + 1000. A message whose `id` is not 0 is taken into the new batch again.
    """
    people = [message(n + 1) for n in range(messages)] if isinstance(messages, int) else list(messages)
    if results is None or isinstance(results, Result):
        results = [results] * len(people)
    settled = None not in results
    state = "settled" if settled else "planned" if begun is None else "sending"
    run = given_run(store, scope, run_id, **fields)
    with store.transaction():
        ((occurrence, provider),) = store.rows(
            "SELECT occurrence.id, provider FROM run JOIN occurrence ON occurrence.id = occurrence WHERE run.id = ?",
            (run,),
        )
        kind = None if shared.type is None else str(shared.type)
        ((batch,),) = store.rows(
            "INSERT INTO batch (run, state, channel, date, type, tag, hide, policy, begun, settled, token)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (run, state, channel, shared.date, kind, shared.tag, int(shared.hide), shared.policy, begun,
             begun if settled else None, int(begun is not None)),
        )  # fmt: skip
        numbers = [_written(store, one, occurrence, provider, run, batch) for one in people]
        for number, one, result in zip(numbers, people, results, strict=True):
            if result is not None:
                _record(store, number, batch, one, result)
    return numbers


def given_left_out(
    store: Store, scope, row: int, reason: str, *, action: str = "skip", message: int | None = None
) -> None:
    """A row of the list that is not sent to, and perhaps the message that its person had before."""
    with store.transaction():
        store.write(
            "INSERT INTO left_out VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)",
            (occurrence_of(store, scope), row, row + 1, str(row), f"0926{row:07d}", action, action, reason, message),
        )


def _written(store: Store, one: Message, occurrence: int, provider: int, run: int, batch: int) -> int:
    if one.id:
        store.write(
            "INSERT INTO earlier_outcome SELECT message, batch, fate, messageid, status, cost, attempts, reason"
            " FROM outcome WHERE message = ?",
            (one.id,),
        )
        store.write("DELETE FROM outcome WHERE message = ?", (one.id,))
        store.write("UPDATE message SET batch = ?, text = ? WHERE id = ?", (batch, one.text, one.id))
        return one.id
    ((number,),) = store.rows(
        "INSERT INTO message (occurrence, provider, localid, key, generation, phone, line, text, encoding, units,"
        " parts, price, row, run, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'ucs2', ?, ?, ?, ?, ?, ?) RETURNING id",
        (occurrence, provider, one.localid, one.key, one.generation, one.phone, one.line, one.text, len(one.text),
         one.parts, 120 * one.parts, one.row, run, batch),
    )  # fmt: skip
    return int(number)


def _record(store: Store, number: int, batch: int, one: Message, result: Result) -> None:
    messageid = result.messageid
    if messageid is None and result.fate in (Fate.ACCEPTED, Fate.CANCELLING, Fate.CANCELLED):
        messageid = one.localid + 1000
    store.write(
        "INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (number, batch, result.fate, messageid, result.status, result.cost, result.attempts, result.reason or None),
    )
