"""Each input row with what became of it: the plan's rows joined with the ledger's outcomes, a block at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from operator import itemgetter
from typing import Any, NamedTuple

from kaverun.columns import Columns
from kaverun.ledger.protocol import NOTHING_SENT, POSITIONS_PER_BATCH, Ledger, Outcomes
from kaverun.plan.fates import SENT_OTHERWISE
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
_Outcome = tuple[int | None, int, int | None, int | None, int, str, int]
#: The same of many messages, in columns.
_Outcomes = Sequence[Sequence[Any]]

_OWN = itemgetter(*map(Entry._fields.index, ("row", "key", "phone", "localid", "text")))
_SHARED = itemgetter(*map(Entry._fields.index, ("action", "reason", "line", "parts", "cost")))
_ACTION, _CAUSE, _REASON = map(Entry._fields.index, ("action", "cause", "reason"))
_LOCALID, _POSITION = map(Entry._fields.index, ("localid", "position"))
_OF_MESSAGE = tuple(map(Entry._fields.index, ("phone", "line", "text")))
_OTHERWISE = frozenset(SENT_OTHERWISE.values())


def lines(plan: Plan, ledger: Ledger, run_id: str) -> Iterator[Lines]:
    """Every input row in its order; memory does not grow with them.

    Both sides are in plan order, so they are merged without an index. Only what was in doubt was sent after all
    others: it is kept in memory, as it is at most what was in flight when an earlier run died.
    """
    last: dict[int, _Outcome] = {}
    if plan.totals.in_doubt:
        rows = (pair for some in _outcomes_of_run(ledger, run_id) for pair in _each(*some))
        last = dict(deque(rows, plan.totals.in_doubt))
    coming = _Coming(_outcomes_of_run(ledger, run_id), last)
    for columns in plan.spool.columns():
        outcomes = coming.whole(columns[_LOCALID])
        if outcomes is None and coming.has_none_of(columns[_LOCALID]):
            outcomes = _of_one_batch(columns, ledger)
        if outcomes is None:
            each = _with_earlier(columns, coming.each(columns[_LOCALID]), ledger)
            outcomes = [*zip(*each, strict=True)]
        yield _lines(_as_handed_over(columns, outcomes, ledger), outcomes)


def _outcomes_of_run(ledger: Ledger, run_id: str) -> Iterator[tuple[Sequence[int], _Outcomes]]:
    """Localids and outcomes of everything a run intended, batch by batch in plan order."""
    for batch, localids, outcomes in ledger.outcomes_of_run(run_id):
        yield localids, _columns(outcomes, batch)


def _columns(outcomes: Outcomes, batch: int) -> _Outcomes:
    fates, messageids, *others = outcomes
    return [messageids, fates, *others, [batch] * len(fates)]


def _each(localids: Iterable[int], outcomes: _Outcomes) -> Iterator[tuple[int, _Outcome]]:
    return zip(localids, zip(*outcomes, strict=True), strict=True)


class _Coming:
    """The outcomes of a run, going along with the rows of its plan. `last` are those that were sent after all."""

    def __init__(self, batches: Iterator[tuple[Sequence[int], _Outcomes]], last: Mapping[int, _Outcome]) -> None:
        self._batches = batches
        self._last = last
        self._localids: list[int] = []
        self._outcomes: list[list[Any]] = [[] for _ in _NO_ANSWER]

    def whole(self, localids: list[int]) -> _Outcomes | None:
        """Where the next outcomes are those of just these rows, as they nearly always are."""
        rows = len(localids)
        self._look_ahead(rows)
        if self._localids[:rows] != localids:
            return None
        whole = [column[:rows] for column in self._outcomes]
        self._go_on(rows)
        return whole

    def has_none_of(self, localids: list[int]) -> bool:
        """Whether the run did nothing about these rows; `whole` was asked for them before, and has looked ahead."""
        if self._localids and self._localids[0] in localids:
            return False
        return not self._last or self._last.keys().isdisjoint(localids)

    def each(self, localids: list[int]) -> list[_Outcome]:
        """One for each row; where the run has none, what comes last, or none."""
        found, place = [], 0
        self._look_ahead(len(localids))
        ahead = [*_each(self._localids, self._outcomes), _NO_MORE]
        for localid in localids:
            coming, outcome = ahead[place]
            if localid == coming:
                place += 1
                found.append(outcome)
            else:
                found.append(self._last.get(localid, _NO_ANSWER))
        self._go_on(place)
        return found

    def _look_ahead(self, rows: int) -> None:
        """Have so many at hand, as far as there are."""
        while len(self._localids) < rows and (batch := next(self._batches, None)):
            localids, outcomes = batch
            self._localids += localids
            for column, more in zip(self._outcomes, outcomes, strict=True):
                column += more

    def _go_on(self, rows: int) -> None:
        for column in (self._localids, *self._outcomes):
            del column[:rows]


def _of_one_batch(columns: Columns, ledger: Ledger) -> _Outcomes | None:
    """What earlier runs made of rows that were not to be sent, where those stand side by side in one batch."""
    positions = columns[_POSITION]
    batch, start = divmod(positions[0], POSITIONS_PER_BATCH)
    end = start + len(positions)
    if not batch or end > POSITIONS_PER_BATCH or "send" in columns[_ACTION]:
        return None
    if positions != [*range(positions[0], positions[0] + len(positions))]:
        return None
    return _earlier_columns(ledger, batch, start, end)


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
        found.update(_each(span, _earlier_columns(ledger, batch, span.start - start, span.stop - start)))
    return found


def _earlier_columns(ledger: Ledger, batch: int, start: int, end: int) -> _Outcomes:
    """What earlier runs made of the messages from one place of a batch to before another."""
    columns = _columns(ledger.outcomes(batch), 0)
    return columns if end - start == len(columns[0]) else [column[start:end] for column in columns]


def _not_taken_up(action: Action, cause: str, earlier: _Outcome) -> _Outcome:
    """What holds for a row that this run did not come to: an earlier run's answer or doubt, if any."""
    fate = earlier[1]
    if action != "send" or fate in _STILL_HOLDS:
        return earlier
    return _STILL_IN_DOUBT if fate == Fate.SENDING and cause == IN_DOUBT_CAUSE else _NEVER_TRIED


def _as_handed_over(columns: Columns, outcomes: _Outcomes, ledger: Ledger) -> Columns:
    """With what an earlier run sent, or may have sent, in rows of which the file says something else by now."""
    rows = [*_handed_over_otherwise(columns, outcomes)] if any(columns[_POSITION]) else []
    if not rows:
        return columns
    messages = ledger.messages({columns[_POSITION][row] for row in rows})
    changed = [list(column) if place in _OF_MESSAGE else column for place, column in enumerate(columns)]
    for row in rows:
        message = messages[columns[_POSITION][row]]
        for place, value in zip(_OF_MESSAGE, (message.phone, message.line, message.text), strict=True):
            changed[place][row] = value
    return changed


def _handed_over_otherwise(columns: Columns, outcomes: _Outcomes) -> Iterator[int]:
    actions, reasons, positions = columns[_ACTION], columns[_REASON], columns[_POSITION]
    if "send" not in actions and _OTHERWISE.isdisjoint(reasons):
        return
    fates, batches = outcomes[1], outcomes[-1]
    for row, (action, reason, position) in enumerate(zip(actions, reasons, positions, strict=True)):
        of_earlier_run = position and not batches[row]
        if of_earlier_run and (fates[row] != Fate.NOT_SENT if action == "send" else reason in _OTHERWISE):
            yield row


def _lines(columns: Columns, outcomes: _Outcomes) -> Lines:
    messageids, *common = outcomes
    shared = [*_SHARED(columns), *common]
    rows, keys, phones, localids, texts = _OWN(columns)
    # Only what differs is looked at row by row.
    differing = [column for column in shared if column.count(column[0]) < len(column)]
    cases = [*zip(*differing, strict=True)] if differing else [()] * len(rows)
    examples = dict(zip(cases, count(), strict=False))
    kinds = {case: _kind(*(column[row] for column in shared)) for case, row in examples.items()}
    return Lines(rows, keys, phones, localids, texts, messageids, [*map(kinds.__getitem__, cases)])


def _kind(
    action: Action,
    reason: str,
    line: str,
    parts: int,
    cost: int | None,
    fate: int,
    status: int | None,
    billed: int | None,
    attempts: int,
    answer: str,
    batch: int,
) -> Kind:
    if action != "send":
        return Kind(action, "", reason, line, parts, cost, status, billed, attempts, 0)
    if fate == Fate.CANCELLED and answer == NOTHING_SENT:
        fate = Fate.NOT_SENT
    elif fate in _TAKEN_BACK:
        # The run had it accepted; what came later shows in its status and reason.
        fate, answer = Fate.ACCEPTED, _TAKEN_BACK[fate]
    elif fate in IN_DOUBT:
        # An intent without an outcome is in doubt: the request may have left.
        fate = Fate.UNKNOWN
    return Kind(action, Fate(fate).word, answer, line, parts, cost, status, billed, attempts, batch)


def _without_answer(fate: Fate, reason: str = "") -> _Outcome:
    return None, fate, None, None, 0, reason, 0


# What an earlier run left in doubt has its answer there; a rejected one was to be tried again and was not.
_STILL_HOLDS = (Fate.ACCEPTED, Fate.CANCELLING, Fate.UNKNOWN)
_TAKEN_BACK: dict[int, str] = {
    Fate.CANCELLED: "accepted, and cancelled since",
    Fate.CANCELLING: "accepted, and perhaps cancelled since: that was cut off",
}
_NO_ANSWER = _without_answer(Fate.SENDING)
_STILL_IN_DOUBT = _without_answer(Fate.SENDING, "in doubt after an earlier run, and not looked up by this one")
_NEVER_TRIED = _without_answer(Fate.NOT_SENT, "the run ended before this message was sent")
# No localid is negative.
_NO_MORE = (-1, _NO_ANSWER)
