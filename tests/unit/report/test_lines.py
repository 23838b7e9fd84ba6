"""Rows are told in blocks as they would be told one by one: compared on drawn lists, to the byte."""

from __future__ import annotations

import csv
import io
from collections import Counter
from random import Random

import pytest

from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import message_of
from kaverun.plan.cells import safe_cell
from kaverun.plan.plan import IN_DOUBT_CAUSE, Entry, Plan, Totals
from kaverun.plan.served import IN_DOUBT, TAKEN, Fate
from kaverun.plan.spool import Spool
from kaverun.report.messages_csv import COLUMNS
from kaverun.report.report import Ended
from kaverun.report.write import write_report

RUN = RunRecord("run-2", "nowruz", "once", "loopback", "d", None, 1_800_000_000.0)
PIECES = ("سلام", "x", "😀", ",", '"', "\n", "\r", "\r\n", "=", "+98", "-", "@", "\t", "%", "%s", "'", " ", "\u200c")
TEXTS = {1: "در صف ارسال", 4: '=odd, "one"', 13: "50%"}
SIZE = 20  # of a batch
FATES = (Fate.ACCEPTED,) * 6 + (
    Fate.REJECTED,
    Fate.NOT_SENT,
    Fate.UNKNOWN,
    Fate.SENDING,
    Fate.CANCELLED,
    Fate.CANCELLING,
)


class Scene:
    """A drawn list that an earlier run came to in part, and this one then too."""

    def __init__(self, folder, seed):
        self.folder, self.draw = folder, Random(seed)
        self.ledger = SqliteLedger.open(folder / "ledger.db")
        rows = [self._entry(row) for row in range(1, self.draw.choice((1, 50, 700)))]
        self.earlier = self._run("run-1", [entry for entry in rows if entry.position])
        places = {localid: place for place, (localid, _) in self.earlier.items()}
        self.rows = [entry._replace(position=places.get(entry.localid, 0)) for entry in rows]
        self.doubtful = {entry.localid for entry in rows if entry.cause == IN_DOUBT_CAUSE}
        to_send = [entry for entry in self.rows if entry.action == "send"]
        certain = [entry for entry in to_send if entry.localid not in self.doubtful]
        came_to = certain[: self.draw.randint(0, len(certain))]
        if self.draw.random() < 0.5:
            # What is in doubt comes after all others, and not all of it.
            came_to = certain + [
                entry for entry in to_send if entry.localid in self.doubtful and self.draw.random() < 0.7
            ]
        self.now = {localid: (place, result) for place, (localid, result) in self._run("run-2", came_to).items()}

    def _text(self, most):
        return "".join(self.draw.choices(PIECES, k=self.draw.randint(0, most)))

    def _entry(self, row):
        """Decided; `position` says only whether an earlier run came to it."""
        draw = self.draw
        phone, key = f"0926{row:07d}", self._text(2) + f"k{row}" * draw.randint(0, 1)
        if draw.random() < 0.2:
            action, reason = draw.choice((("skip", f"duplicate of row {row - 1}"), ("invalid", "no, it is none")))
            return Entry(row, key, self._text(2), "", action, "", reason, "", "", 0, 0, None, 0, 0)
        action, cause, reason, known = draw.choice((
            ("send", "", "", 0), ("send", "", "", 0), ("send", "", "rejected by an earlier run, tried again", 1),
            ("send", IN_DOUBT_CAUSE, "in doubt", 1), ("done", "sent earlier", "sent by an earlier run", 1),
        ))  # fmt: skip
        line, cost = draw.choice(("", "3000", "=1")), draw.choice((120, 240, 240, None))
        return Entry(
            row, key, phone, line, action, cause, reason, self._text(6), "ucs2", 4, draw.randint(1, 3), cost,
            draw.getrandbits(62) + 1, known,
        )  # fmt: skip

    def _run(self, run_id, entries):
        """Hand entries over with drawn outcomes; localid and result by position."""
        self.ledger.begin(RUN._replace(run_id=run_id))
        found = {}
        for start in range(0, len(entries), SIZE):
            messages = [message_of(entry) for entry in entries[start : start + SIZE]]
            (batch,) = self.ledger.intend(run_id, [messages], 1.0)
            results = [self._result(batch, index) for index in range(len(messages))]
            told = {index: result for index, result in enumerate(results) if result.fate is not Fate.SENDING}
            taken_back = [index for index, result in told.items() if result.fate is Fate.CANCELLED]
            cut_off = [index for index, result in told.items() if result.fate is Fate.CANCELLING]
            first = batch * POSITIONS_PER_BATCH
            if told:
                cancelled = {index: told[index]._replace(fate=Fate.ACCEPTED) for index in [*taken_back, *cut_off]}
                self.ledger.record([(batch, told | cancelled)], TEXTS, 2.0)
                self.ledger.intend_to_cancel([first + index for index in cut_off])
                self.ledger.mark_cancelled([first + index for index in taken_back], {})
            for index, (message, result) in enumerate(zip(messages, results, strict=True)):
                result = result._replace(status=13) if index in taken_back else result
                found[first + index] = (message.localid, result)
        return found

    def _result(self, batch, index):
        fate = self.draw.choice(FATES)
        if fate is Fate.SENDING:
            return Result(fate)
        if fate in TAKEN:
            messageid = self.draw.choice((1000 * batch + index, 1000 * batch + index, None))
            return Result(fate, messageid, self.draw.choice((1, 4, 99, None)), self.draw.choice((120, 150, None)), 1)
        return Result(fate, None, None, None, self.draw.randint(1, 3), self._text(2))

    def report(self):
        spool = Spool()
        for entry in self.rows:
            spool.append(entry)
        totals = Totals(in_doubt=len(self.doubtful))
        plan = Plan("nowruz", "sms", "once", "d", None, "Asia/Tehran", totals, (), None, (), (), (), spool)
        return write_report(self.folder / "reports", plan, self.ledger, RUN, Ended(1_800_000_009.5), "3000")

    def told(self, entry):
        """Outcome, reason, result and batch of one row."""
        _, earlier = self.earlier.get(entry.position, (0, Result(Fate.SENDING)))
        if entry.action != "send":
            return "", entry.reason, Result(Fate.NOT_SENT) if earlier.fate is Fate.SENDING else earlier, 0
        place, result = self.now.get(entry.localid) or (0, self._without(entry, earlier))
        if result.fate is Fate.CANCELLED:
            return "accepted", "accepted, and cancelled since", result, place // POSITIONS_PER_BATCH
        if result.fate is Fate.CANCELLING:
            words = "accepted, and perhaps cancelled since: that was cut off"
            return "accepted", words, result, place // POSITIONS_PER_BATCH
        fate = Fate.UNKNOWN if result.fate in IN_DOUBT else result.fate
        return fate.word, result.reason, result, place // POSITIONS_PER_BATCH

    def _without(self, entry, earlier):
        if entry.position and earlier.fate in (Fate.ACCEPTED, Fate.CANCELLING, Fate.UNKNOWN):
            return earlier
        if earlier.fate is Fate.SENDING and entry.cause == IN_DOUBT_CAUSE:
            return Result(Fate.SENDING, reason="in doubt after an earlier run, and not looked up by this one")
        return Result(Fate.NOT_SENT, reason="the run ended before this message was sent")


def cells(entry, outcome, reason, result):
    line = entry.line or "3000" if entry.action in ("send", "done") else ""
    statustext = "" if result.status is None else TEXTS.get(result.status, "")
    known = ["" if value is None else value for value in (result.status, safe_cell(statustext), result.cost)]
    return [
        entry.row, safe_cell(entry.key), entry.phone, safe_cell(line), entry.action, outcome, safe_cell(reason),
        entry.localid or "", result.messageid or "", *known, entry.parts or "", result.attempts or "",
        safe_cell(entry.text),
    ]  # fmt: skip


@pytest.fixture(params=range(12))
def scene(tmp_path, request):
    made = Scene(tmp_path, request.param)
    yield made
    made.ledger.close()


def test_every_row_is_written_as_if_it_were_alone(scene):
    expected = io.StringIO(newline="")
    writer = csv.writer(expected)
    writer.writerow(COLUMNS)
    writer.writerows(cells(entry, *scene.told(entry)[:3]) for entry in scene.rows)
    written = (scene.report().folder / "messages.csv").read_bytes()
    assert written == b"\xef\xbb\xbf" + expected.getvalue().encode()


def test_the_sums_are_those_of_the_rows(scene):
    report = scene.report()
    told = [(entry, *scene.told(entry)) for entry in scene.rows]
    outcomes = Counter(outcome for _, outcome, *_ in told)
    assert {name: getattr(report.counts, name) for name in ("accepted", "rejected", "unknown", "not_sent")} == {
        name: outcomes[name] for name in ("accepted", "rejected", "unknown", "not_sent")
    }
    assert report.counts.rows == len(scene.rows)
    accepted = [(entry, result) for entry, outcome, _, result, _ in told if outcome == "accepted"]
    assert report.parts == sum(entry.parts for entry, _ in accepted)
    costs = [result.cost for _, result in accepted if result.cost is not None]
    assert report.cost == (sum(costs) if costs or not accepted else None)
    unsent = [entry.cost for entry, outcome, *_ in told if outcome == "not_sent"]
    assert report.unsent_cost == (None if None in unsent else sum(unsent))
    reasons = Counter((outcome, reason) for _, outcome, reason, *_ in told if outcome in ("rejected", "unknown"))
    assert [tuple(reason) for reason in report.reasons] == [(*key, rows) for key, rows in reasons.most_common(5)]
    batches = {batch for *_, batch in told if batch}
    of_batch = Counter((batch, outcome) for _, outcome, _, _, batch in told)
    assert [(line.batch, line.size, line.accepted, line.unknown) for line in report.batches] == [
        (batch, sum(rows for (number, _), rows in of_batch.items() if number == batch),
         of_batch[batch, "accepted"], of_batch[batch, "unknown"])
        for batch in sorted(batches)
    ]  # fmt: skip


def test_each_line_is_billed_for_its_own_rows(scene):
    told = [(entry, *scene.told(entry)) for entry in scene.rows]
    accepted = [(entry.line or "3000", entry, result) for entry, outcome, _, result, _ in told if outcome == "accepted"]
    for bill in scene.report().lines:
        own = [(entry, result) for line, entry, result in accepted if line == bill.line]
        pairs = [(entry.cost, result.cost) for entry, result in own]
        both = [billed - planned for planned, billed in pairs if None not in (planned, billed)]
        planned, billed = ([pair[side] for pair in pairs] for side in (0, 1))
        assert (bill.messages, bill.parts) == (len(own), sum(entry.parts for entry, _ in own))
        assert bill.planned_cost == (None if None in planned else sum(planned))
        assert bill.not_told == billed.count(None)
        assert bill.billed_cost == (sum(filter(None, billed)) if bill.not_told < len(own) else None)
        assert bill.difference == (sum(both) if both else None)
