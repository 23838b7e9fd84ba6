"""Each input row with what became of it: the plan's rows joined with the ledger's outcomes, a block at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from kaverun.columns import Columns
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Ledger
from kaverun.plan.plan import IN_DOUBT_CAUSE, Action, Entry, Plan
from kaverun.plan.served import IN_DOUBT, Fate


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What many rows of a report have in common, so that it is looked at once for all of them.

    Those of a block share one object, compared by identity: its values are not looked at again for each row.
    `outcome` is accepted, rejected, unknown, not_sent, or "" for rows that were not to be sent; `batch` is the ledger's
    number of their batch in this run, 0 for none. `planned` and `billed` are costs in Rial.
    """

    action: Action
    outcome: str
    reason: str
    line: str
    parts: int
    planned: int | None
    status: int | None
    billed: int | None
    attempts: int
    batch: int


class Lines(NamedTuple):
    """Some input rows in the report, in columns of one length. Where there is none a localid is 0, a messageid None."""

    rows: Sequence[int]
    keys: Sequence[str]
    phones: Sequence[str]
    localids: Sequence[int]
    texts: Sequence[str]
    messageids: Sequence[int | None]
    kinds: Sequence[Kind]


# What is known of one message: its messageid, then what it may have in common with others: fate, status, cost,
# attempts, reason, and the number of its batch in this run. No named tuple: a million of them take as long as all else.
_Common = tuple[int, int | None, int | None, int, str, int]
_Outcome = tuple[int | None, _Common]

_OWN = itemgetter(*map(Entry._fields.index, ("row", "key", "phone", "localid", "text")))
_SHARED = itemgetter(*map(Entry._fields.index, ("action", "reason", "line", "parts", "cost")))
_ACTION, _CAUSE, _LOCALID, _POSITION = map(Entry._fields.index, ("action", "cause", "localid", "position"))


def lines(plan: Plan, ledger: Ledger, run_id: str) -> Iterator[Lines]:
    """Every input row in its order; memory does not grow with them.

    Both sides are in plan order, so they are merged without an index. Only what was in doubt was sent after all
    others: it is kept in memory, as it is at most what was in flight when an earlier run died.
    """
    coming = _outcomes_of_run(ledger, run_id)
    last = dict(deque(_outcomes_of_run(ledger, run_id), plan.totals.in_doubt)) if plan.totals.in_doubt else {}
    awaited, outcome = next(coming, _NO_MORE)
    for columns in plan.spool.columns():
        outcomes: list[_Outcome] = []
        for localid in columns[_LOCALID]:
            if localid == awaited:
                outcomes.append(outcome)
                awaited, outcome = next(coming, _NO_MORE)
            else:
                outcomes.append(last.get(localid, _NO_ANSWER))
        yield _lines(columns, _with_earlier(columns, outcomes, ledger))


def _outcomes_of_run(ledger: Ledger, run_id: str) -> Iterator[tuple[int, _Outcome]]:
    """Localid and outcome of everything a run intended, in plan order."""
    for batch, localids, outcomes in ledger.outcomes_of_run(run_id):
        yield from zip(localids, _each(outcomes, batch), strict=True)


def _each(outcomes: Iterable[Sequence[Any]], batch: int) -> Iterator[_Outcome]:
    """From columns as in `Outcomes`."""
    fates, messageids, *others = outcomes
    return zip(messageids, zip(fates, *others, repeat(batch), strict=False), strict=True)


def _with_earlier(columns: Columns, outcomes: list[_Outcome], ledger: Ledger) -> list[_Outcome]:
    """The outcomes with what holds of earlier runs for the rows that have none of this one."""
    if _NO_ANSWER not in outcomes:
        return outcomes
    others = (position for position, outcome in zip(columns[_POSITION], outcomes, strict=True) if outcome is _NO_ANSWER)
    earlier = _earlier(ledger, filter(None, others))
    rows = zip(outcomes, columns[_ACTION], columns[_CAUSE], columns[_POSITION], strict=True)
    return [
        _not_taken_up(action, cause, earlier.get(position, _NO_ANSWER)) if outcome is _NO_ANSWER else outcome
        for outcome, action, cause, position in rows
    ]


def _earlier(ledger: Ledger, positions: Iterable[int]) -> dict[int, _Outcome]:
    """What earlier runs made of messages, by position; those of one batch mostly stand side by side."""
    found: dict[int, _Outcome] = {}
    for batch, of_batch in groupby(sorted(positions), lambda position: position // POSITIONS_PER_BATCH):
        wanted = list(of_batch)
        span = range(wanted[0], wanted[-1] + 1)
        start = batch * POSITIONS_PER_BATCH
        columns = (column[span.start - start : span.stop - start] for column in ledger.outcomes(batch))
        found.update(zip(span, _each(columns, 0), strict=True))
    return found


def _not_taken_up(action: Action, cause: str, earlier: _Outcome) -> _Outcome:
    """What holds for a row that this run did not come to: an earlier run's answer or doubt, if any."""
    fate = earlier[1][0]
    if action != "send" or fate in _STILL_HOLDS:
        return earlier
    return _STILL_IN_DOUBT if fate == Fate.SENDING and cause == IN_DOUBT_CAUSE else _NEVER_TRIED


def _lines(columns: Columns, outcomes: list[_Outcome]) -> Lines:
    messageids, common = zip(*outcomes, strict=True)
    shared = list(zip(*_SHARED(columns), common, strict=True))
    kinds = {values: _kind(*values) for values in set(shared)}
    rows, keys, phones, localids, texts = _OWN(columns)
    return Lines(rows, keys, phones, localids, texts, messageids, [kinds[values] for values in shared])


def _kind(action: Action, reason: str, line: str, parts: int, cost: int | None, common: _Common) -> Kind:
    fate, status, billed, attempts, answer, batch = common
    if action != "send":
        return Kind(action, "", reason, line, parts, cost, status, billed, attempts, 0)
    if fate == Fate.CANCELLED:
        # The run had it accepted; what came later shows in its status and reason.
        fate, answer = Fate.ACCEPTED, _TAKEN_BACK
    elif fate in IN_DOUBT:
        # An intent without an outcome is in doubt: the request may have left.
        fate = Fate.UNKNOWN
    return Kind(action, Fate(fate).word, answer, line, parts, cost, status, billed, attempts, batch)


def _without_answer(fate: Fate, reason: str = "") -> _Outcome:
    return None, (fate, None, None, 0, reason, 0)


# What an earlier run left in doubt has its answer there; a rejected one was to be tried again and was not.
_STILL_HOLDS = (Fate.ACCEPTED, Fate.UNKNOWN)
_TAKEN_BACK = "accepted, and cancelled since"
_NO_ANSWER = _without_answer(Fate.SENDING)
_STILL_IN_DOUBT = _without_answer(Fate.SENDING, "in doubt after an earlier run, and not looked up by this one")
_NEVER_TRIED = _without_answer(Fate.NOT_SENT, "the run ended before this message was sent")
# No localid is negative.
_NO_MORE = (-1, _NO_ANSWER)
