"""Going on with a plan whose run was cut off, without planning, rendering or asking again for what is settled.

The plan of a run is kept beside the ledger. As long as nothing that it was made from has changed, and no other plan of
its occurrence was carried out since, what is left of it follows from the ledger: the rows it never came to, those that
are to be tried again, and what is in doubt.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from kaverun.blocks import blocks
from kaverun.campaign.loader import LoadedCampaign
from kaverun.columns import Columns
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Ledger, Scope
from kaverun.message.parts import measure
from kaverun.message.tariff import Tariff, load_tariff
from kaverun.plan.batches import Message
from kaverun.plan.fates import decision
from kaverun.plan.limits import permitted
from kaverun.plan.plan import Cause, Entry, LineTotals, Past, Plan, Rows, Totals
from kaverun.plan.saved import Basis, basis_of, open_plan, save_plan
from kaverun.plan.served import Fate, Known, Served
from kaverun.run.still_to_send import still_to_send

_ROW, _ACTION, _LINE = (Entry._fields.index(name) for name in ("row", "action", "line"))
_PARTS, _COST, _LOCALID = (Entry._fields.index(name) for name in ("parts", "cost", "localid"))
_NOTHING = LineTotals(0, 0, 0)
# Positions in one question to the ledger.
_ASKED = 500
_DECIDED = slice(_ACTION, _ACTION + 3)


def saved_plan_path(ledger: Path, campaign: str) -> Path:
    """Where the plan of a campaign's last run is kept."""
    return ledger.with_name(f"{ledger.name}.{campaign}.plan")


def keep_for_later(plan: Plan, basis: Basis | None, path: Path) -> None:
    """Keep a plan that is about to be carried out, if what is left of it could be told from the ledger later."""
    if basis and plan.totals.send and not plan.totals.in_doubt and not plan.totals.anew:
        save_plan(plan, basis, path)
    else:
        path.unlink(missing_ok=True)


def continued(
    loaded: LoadedCampaign, ledger: Ledger, path: Path, provider: str, now: float, lifted: Collection[str] = ()
) -> Plan | None:
    """What is left of the plan that earlier runs did not finish; None where it has to be planned anew.

    `lifted` are the rules that do not count this time.
    """
    opened = open_plan(path)
    if opened is None:
        return None
    plan, basis = opened
    if basis_of(loaded, provider, basis.after) != basis:
        return None
    since = ledger.since(Scope(plan.campaign, plan.occurrence, provider), basis.after)
    if since.digests != {plan.digest} or since.cancelled:
        return None
    doubtful = [
        (batch.batch * POSITIONS_PER_BATCH + index, batch.messages[index])
        for batch in ledger.open_batches(plan.campaign, plan.occurrence, provider)
        for index in batch.open
    ]
    tried = sorted(ledger.messages(since.reopened).items(), key=lambda item: item[1].row)
    results = {at: result for some in blocks(since.reopened, _ASKED) for at, result in ledger.results(some).items()}
    tariff = _tariff(loaded)
    reopened = [_open_again(loaded, plan, tariff, *one, results[one[0]].fate) for one in tried]
    in_doubt = [_open_again(loaded, plan, tariff, *one, Fate.SENDING) for one in doubtful]
    until = ledger.last_run()
    rows = _ContinuedRows(
        plan,
        last_row=since.last_row,
        reopened=[[*entry] for entry in reopened],
        doubts={message.localid: Known(Fate.SENDING, position, message.localid) for position, message in doubtful},
        earlier=lambda: ledger.served(plan.campaign, plan.occurrence, provider, until),
    )
    shown = still_to_send(plan, since.last_row, [*reopened, *in_doubt], rows.untouched())
    totals = _totals(plan, rows, [*reopened, *in_doubt], in_doubt=len(doubtful))._replace(worst=shown.worst)
    permission = permitted(loaded, totals, now=now, lifted=lifted)
    return plan._replace(
        spool=rows,
        totals=totals,
        causes=_causes(plan, totals, since.last_row),
        past=_past(plan, totals, permission.date),
        samples=shown.samples,
        longest=shown.longest,
        most_expensive=shown.most_expensive,
        **permission._asdict(),
    )


class _ContinuedRows:
    """The rows of a plan as the ledger decides them now. `earlier` is what was known before this run began."""

    def __init__(
        self,
        plan: Plan,
        *,
        last_row: int,
        reopened: list[list[Any]],
        doubts: Mapping[int, Known],
        earlier: Callable[[], Served],
    ) -> None:
        self._rows: Rows = plan.spool
        self._last_row = last_row
        self._reopened = reopened
        self._doubts = doubts
        self._look_up = earlier
        #: the first block that holds a row no run ever came to
        self.first_block = bisect_right(plan.marks, last_row, key=lambda mark: mark.rows)
        #: the first block that holds none that a run came to
        self.first_untouched = 0
        if last_row:
            reached = bisect_left(plan.marks, last_row, key=lambda mark: mark.rows)
            self.first_untouched = min(reached + 1, len(plan.marks))

    @cached_property
    def _earlier(self) -> Served:
        return self._look_up()

    def columns(self, first: int = 0, where: Callable[[Columns], bool] = lambda columns: True) -> Iterator[Columns]:
        for block in self._rows.columns(first, where):
            if block[_ROW][0] <= self._last_row:
                self._decide(block)
            yield block

    def columns_to_send(self) -> Iterator[Columns]:
        yield from self.columns_again()
        yield from self.untouched()

    def columns_again(self) -> Iterator[Columns]:
        if self._reopened:
            yield [*map(list, zip(*self._reopened, strict=True))]

    def untouched(self) -> Iterator[Columns]:
        """The rows after the last one that any run came to."""
        for block in self._rows.columns(self.first_block):
            first = bisect_right(block[_ROW], self._last_row)
            yield [column[first:] for column in block] if first else block

    def _decide(self, block: Columns) -> None:
        """Put what the ledger knows of rows that were to be sent in its place."""
        actions, causes, reasons = block[_DECIDED]
        find, positions = self._earlier.find, block[-1]
        for index, localid in enumerate(block[_LOCALID]):
            if actions[index] == "send" and (known := self._doubts.get(localid) or find(localid)):
                positions[index] = known.position
                actions[index], causes[index], reasons[index] = decision(known.fate)


def _open_again(
    loaded: LoadedCampaign, plan: Plan, tariff: Tariff | None, position: int, message: Message, fate: Fate
) -> Entry:
    """The row of a message that is to be tried again; its line is the campaign's, not the account's of that day."""
    localid, phone, _, text, row, key, parts = message
    line = _line_of(loaded, message)
    size = measure(text) if plan.channel == "sms" else None
    cost = tariff.price(line, size.encoding, parts, phone) if tariff and size else None
    encoding, units = (size.encoding, size.units) if size else ("", 0)
    return Entry(row, key, phone, line, *decision(fate), text, encoding, units, parts, cost, localid, position)


def _tariff(loaded: LoadedCampaign) -> Tariff | None:
    name = loaded.campaign.tariff
    return None if name is None else load_tariff(loaded.file(name), loaded.shown(name))


def _past(plan: Plan, totals: Totals, date: int | None) -> Past:
    """What was sent since the plan was made waits for the same time as the rest."""
    newly = totals.done - plan.totals.done if date is not None else 0
    return plan.past._replace(scheduled=plan.past.scheduled + newly)


def _line_of(loaded: LoadedCampaign, message: Message) -> str:
    """The line of a message as its campaign has it: "" for the account's own, whichever that was."""
    return message.line if loaded.campaign.senders else ""


def _totals(plan: Plan, rows: _ContinuedRows, open_again: Iterable[Entry], *, in_doubt: int) -> Totals:
    """What is left: the rows nobody came to, from the marks of the plan, and the messages that are open again."""
    lines = _after(plan, rows)
    for entry in open_again:
        lines[entry.line] = _plus(lines.get(entry.line, _NOTHING), LineTotals(1, entry.parts, entry.cost))
    send = sum(line.messages for line in lines.values())
    costs = [line.cost for line in lines.values()]
    return plan.totals._replace(
        send=send,
        done=plan.totals.done + plan.totals.send - send,
        in_doubt=in_doubt,
        parts=sum(line.parts for line in lines.values()),
        cost=None if None in costs or plan.totals.cost is None else sum(cost for cost in costs if cost is not None),
        by_line=dict(sorted(lines.items(), key=lambda item: -item[1].messages)),
    )


def _after(plan: Plan, rows: _ContinuedRows) -> dict[str, LineTotals]:
    """Messages to send by line in the rows that no run came to."""
    if rows.first_block >= len(plan.marks):
        return {}
    total, past = dict(plan.marks[-1].by_line), dict(plan.marks[rows.first_block].by_line)
    lines = {line: _minus(value, past.get(line, _NOTHING)) for line, value in total.items()}
    for row in zip(*next(rows.untouched()), strict=True):
        if row[_ACTION] == "send":
            one = LineTotals(1, row[_PARTS], row[_COST])
            lines[row[_LINE]] = _plus(lines.get(row[_LINE], _NOTHING), one)
    return {line: value for line, value in lines.items() if value.messages}


def _plus(one: LineTotals, other: LineTotals) -> LineTotals:
    cost = None if one.cost is None or other.cost is None else one.cost + other.cost
    return LineTotals(one.messages + other.messages, one.parts + other.parts, cost)


def _minus(one: LineTotals, other: LineTotals) -> LineTotals:
    cost = None if one.cost is None or other.cost is None else one.cost - other.cost
    return LineTotals(one.messages - other.messages, one.parts - other.parts, cost)


def _causes(plan: Plan, totals: Totals, last_row: int) -> tuple[Cause, ...]:
    """Why rows are not sent, with what was sent since the plan was made."""
    action, cause, reason = decision(Fate.ACCEPTED)
    served = [one for one in plan.causes if (one.action, one.cause) == (action, cause)]
    others = [one for one in plan.causes if one not in served]
    if not totals.done:
        return tuple(others)
    example = served[0].example if served else f"rows up to {last_row:,}: {reason}"
    return tuple(sorted([*others, Cause(action, cause, totals.done, example)], key=lambda one: -one.rows))
