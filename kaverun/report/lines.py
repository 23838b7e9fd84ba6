"""Each input row with what became of it: the plan's entries joined with the ledger's outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kaverun.blocks import blocks
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Ledger, Result
from kaverun.plan.plan import IN_DOUBT_CAUSE, Entry, Plan
from kaverun.plan.served import IN_DOUBT, Fate

_BLOCK = 500


class Line(NamedTuple):
    """One input row in the report. `batch` is the ledger's number of its batch in this run, 0 for none.

    `outcome` is accepted, rejected, unknown, not_sent, or "" for a row that was not to be sent.
    """

    entry: Entry
    outcome: str
    reason: str
    result: Result
    batch: int


def lines(plan: Plan, ledger: Ledger, run_id: str) -> Iterator[Line]:
    """Every input row in its order; memory does not grow with them.

    Both sides are in plan order, so they are merged without an index. Only what was in doubt was sent after all
    others: it is kept in memory, as it is at most what was in flight when an earlier run died.
    """
    doubtful = _doubtful(plan, ledger, run_id)
    outcomes = (item for item in _results(ledger, run_id) if item[1] not in doubtful)
    waiting = next(outcomes, None)
    for block in blocks(plan.entries(), _BLOCK):
        earlier = ledger.results([entry.position for entry in block if entry.position])
        for entry in block:
            if entry.action == "send" and waiting and waiting[1] == entry.localid:
                position, _, result = waiting
                waiting = next(outcomes, None)
                yield _sent(entry, result, position // POSITIONS_PER_BATCH)
            elif entry.action == "send":
                position, result = doubtful.get(entry.localid) or (0, _not_taken_up(entry, earlier))
                yield _sent(entry, result, position // POSITIONS_PER_BATCH)
            else:
                yield Line(entry, "", entry.reason, earlier.get(entry.position, _NO_RESULT), 0)


def _results(ledger: Ledger, run_id: str) -> Iterator[tuple[int, int, Result]]:
    """Position, localid and result of everything a run intended, in plan order."""
    for batch, localids, outcomes in ledger.outcomes_of_run(run_id):
        columns = zip(localids, *outcomes, strict=True)
        for position, (localid, fate, *values) in enumerate(columns, batch * POSITIONS_PER_BATCH):
            yield position, localid, Result(Fate(fate), *values)


def _doubtful(plan: Plan, ledger: Ledger, run_id: str) -> dict[int, tuple[int, Result]]:
    """Position and result of what was in doubt before this run and taken up again by it, by localid."""
    if not plan.totals.in_doubt:
        return {}
    in_doubt = {entry.localid for entry in plan.entries() if entry.cause == IN_DOUBT_CAUSE}
    return {
        localid: (position, result) for position, localid, result in _results(ledger, run_id) if localid in in_doubt
    }


def _not_taken_up(entry: Entry, earlier: Mapping[int, Result]) -> Result:
    """What holds for a row to send that this run did not come to: an earlier run's answer or doubt, if any."""
    otherwise = _STILL_IN_DOUBT if entry.cause == IN_DOUBT_CAUSE else _NEVER_TRIED
    result = earlier.get(entry.position, otherwise)
    return result if result.fate in _STILL_HOLDS else _NEVER_TRIED


def _sent(entry: Entry, result: Result, batch: int) -> Line:
    if result.fate is Fate.CANCELLED:
        # The run had it accepted; what came later shows in its status and reason.
        return Line(entry, Fate.ACCEPTED.word, _TAKEN_BACK, result, batch)
    # An intent without an outcome is in doubt: the request may have left.
    fate = Fate.UNKNOWN if result.fate in IN_DOUBT else result.fate
    return Line(entry, fate.word, result.reason, result, batch)


# What an earlier run left in doubt has its answer there; a rejected one was to be tried again and was not.
_STILL_HOLDS = (Fate.ACCEPTED, *IN_DOUBT)
_TAKEN_BACK = "accepted, and cancelled since"
_NO_RESULT = Result(Fate.NOT_SENT)
_STILL_IN_DOUBT = Result(Fate.SENDING, reason="in doubt after an earlier run, and not looked up by this one")
_NEVER_TRIED = Result(Fate.NOT_SENT, reason="the run ended before this message was sent")
