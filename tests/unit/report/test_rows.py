"""Rows are chosen and summed up by SQL as Python would, one by one: compared on drawn lists, to the byte."""

from __future__ import annotations

import csv
import io
from collections import Counter
from random import Random

import pytest

from kaverun.ledger.batches import NOTHING_SENT, Result, put_texts
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.fate import Fate
from kaverun.report.messages_csv import write_messages
from kaverun.report.rows import Extent
from kaverun.report.table import COLUMNS, CampaignRow, ReportRow, cells, columns_of
from kaverun.report.totals import totals
from kaverun.text.csv_cells import safe_cell
from tests import schema_checks
from tests.ledger_rows import given_left_out, given_messages, given_run, message
from tests.unit.report.conftest import SCOPE

PIECES = ("سلام", "x", "😀", ",", '"', "\n", "\r", "\r\n", "=", "+98", "-", "@", "\t", "%", "%s", "'", " ", "\u200c")
TEXTS = {1: "در صف ارسال", 4: '=odd, "one"', 13: "50%"}
SIZE = 20  # of a batch
CANCELLED = (Fate.CANCELLED, Fate.CANCELLING)
FATES = (*(Fate.ACCEPTED,) * 6, Fate.REJECTED, Fate.NOT_SENT, Fate.UNKNOWN, None, *CANCELLED)
RUN_IDS = ("20261123T062151Z-8f2dc5", "20261123T062152Z-8f2dc5")
NEVER_TRIED = "the run ended before this message was sent"


class Scene:
    """A drawn list that an earlier run came to in part, and this one then too."""

    def __init__(self, seed):
        self.draw, self.store = Random(seed), SqliteStore.empty()
        with self.store.transaction():
            put_texts(self.store, TEXTS)
        self.rows = {}
        people = range(1, self.draw.choice((2, 50, 400)))
        self.left_out = {row for row in people if self.draw.random() < 0.1}
        served = [row for row in people if row not in self.left_out and self.draw.random() < 0.4]
        self._run(0, served)
        again = [
            row for row in served if self.rows[row][1] not in ("accepted", *CANCELLED) and self.draw.random() < 0.6
        ]
        new = [row for row in people if row not in self.left_out and row not in served]
        self._run(1, sorted(new + again))
        for row in self.left_out:
            self.reason = self._text(3)
            given_left_out(self.store, SCOPE, row, self.reason)
            self.rows[row] = ("skip", self.reason)

    def _text(self, most):
        return "".join(self.draw.choices(PIECES, k=self.draw.randint(0, most)))

    def _run(self, run, people):
        given_run(self.store, SCOPE, RUN_IDS[run])
        for start in range(0, len(people), SIZE):
            rows = people[start : start + SIZE]
            planned = self.draw.random() < 0.1
            drawn = [None] * len(rows) if planned else [self._result() for _ in rows]
            messages = [self._message(row) for row in rows]
            begun = None if planned else 1.0
            numbers = given_messages(
                self.store, SCOPE, messages, drawn, run_id=RUN_IDS[run], begun=begun
            )  # fmt: skip
            ((batch,),) = self.store.rows("SELECT max(id) FROM batch")
            for row, number, one, result in zip(rows, numbers, messages, drawn, strict=True):
                fate = ("planned" if planned else "sending") if result is None else result.fate
                self.rows[row] = ("send", fate, one._replace(id=number), result or Result(Fate.SENDING), run, batch)

    def _message(self, row):
        if row in self.rows:
            return self.rows[row][2]
        draw = self.draw
        return message(row, key=self._text(2), line=draw.choice(("", "3000", "=1")), text=self._text(6),
                       parts=draw.randint(1, 3))  # fmt: skip

    def _result(self):
        fate, draw = self.draw.choice(FATES), self.draw
        if fate is None:
            return None
        if fate in (Fate.ACCEPTED, *CANCELLED):
            messageid = draw.randint(1, 10**9)
            reason = NOTHING_SENT if fate == Fate.CANCELLED and draw.random() < 0.3 else ""
            return Result(fate, messageid, draw.choice((1, 4, 99, None)), draw.choice((120, 150, None)), 1, reason)
        return Result(fate, None, None, None, draw.randint(1, 3), self._text(2))

    def told(self, row):
        """Action, outcome, reason and result of a row in the report of the second run."""
        _, fate, _, result, run, _ = self.rows[row]
        if fate == Fate.CANCELLED and result.reason == NOTHING_SENT:
            fate = Fate.NOT_SENT
        if run == 0 and fate in ("planned", Fate.REJECTED, Fate.NOT_SENT):
            return "send", "not_sent", NEVER_TRIED, result._replace(status=None, attempts=0)
        if fate == "planned":
            return "send", "not_sent", NEVER_TRIED, result
        if fate == "sending":
            words = "" if run else "in doubt after an earlier run, and not looked up by this one"
            return "send", "unknown", words, result
        if run == 1:
            since = {Fate.CANCELLED: "accepted, and cancelled since",
                     Fate.CANCELLING: "accepted, and perhaps cancelled since: that was cut off"}  # fmt: skip
            return "send", "accepted" if fate in CANCELLED else str(fate), since.get(fate, result.reason), result
        if fate == Fate.UNKNOWN:
            return "send", "unknown", result.reason, result
        since = {Fate.CANCELLED: ", and cancelled since",
                 Fate.CANCELLING: ", and perhaps cancelled since: that was cut off"}  # fmt: skip
        return "done", "", f"sent by an earlier run{since.get(fate, '')}", result

    def cells(self, row):
        if self.rows[row][0] == "skip":
            return [
                row,
                row,
                f"0926{row:07d}",
                "",
                "skip",
                "",
                safe_cell(self.rows[row][1]),
                *[""] * 9,
                row + 1,
                *[""] * 6,
            ]
        _, fate, one, _, _, batch = self.rows[row]
        action, outcome, reason, result = self.told(row)
        known = ["" if value is None else value for value in (result.status, result.cost)]
        return [
            row, safe_cell(one.key), one.phone, safe_cell(one.line), action, outcome, safe_cell(reason), one.localid,
            result.messageid or "", known[0], safe_cell(TEXTS.get(result.status, "")), known[1], one.parts,
            result.attempts or "", safe_cell(one.text), "", "", 0, 120 * one.parts, "", batch,
            fate, "",
        ]  # fmt: skip


@pytest.fixture(params=range(10))
def scene(request):
    made = Scene(request.param)
    yield made
    made.store.close()


def test_every_row_is_written_as_if_it_were_alone(scene, tmp_path):
    expected = io.StringIO(newline="")
    writer = csv.writer(expected)
    writer.writerow(COLUMNS)
    writer.writerows(map(scene.cells, sorted(scene.rows)))
    write_messages(tmp_path / "messages.csv", scene.store, Extent(1, 2))
    assert (tmp_path / "messages.csv").read_bytes() == b"\xef\xbb\xbf" + expected.getvalue().encode()


def test_the_columns_are_those_that_the_schema_of_a_row_names():
    assert columns_of(Extent(1, 2)) == tuple(ReportRow.__annotations__)
    assert columns_of(Extent(1)) == tuple(CampaignRow.__annotations__)


@pytest.mark.parametrize(("run", "definition"), [(2, "ReportRow"), (None, "CampaignRow")])
def test_every_row_is_as_the_schema_says(scene, run, definition):
    extent = Extent(1, run)
    for row in cells(scene.store, extent, guarded=False):
        assert schema_checks.faults("report", dict(zip(columns_of(extent), row, strict=True)), definition) == []


def test_the_sums_are_those_of_the_rows(scene):
    found = totals(scene.store, Extent(1, 2))
    rows = [(row, *scene.told(row)) for row in scene.rows if scene.rows[row][0] != "skip"]
    outcomes = Counter(outcome for _, _, outcome, _, _ in rows)
    for name in ("accepted", "rejected", "unknown", "not_sent"):
        assert getattr(found.counts, name) == outcomes[name]
    assert found.counts.rows == len(scene.rows)
    assert found.counts.skip == len(scene.left_out)
    accepted = [(scene.rows[row][2], result) for row, _, outcome, _, result in rows if outcome == "accepted"]
    assert found.parts == sum(one.parts for one, _ in accepted)
    costs = [result.cost for _, result in accepted if result.cost is not None]
    assert found.cost == (sum(costs) if costs or not accepted else None)
    assert found.unsent_cost == sum(
        120 * scene.rows[row][2].parts for row, _, outcome, *_ in rows if outcome == "not_sent"
    )
    assert found.statuses == Counter(result.status or 0 for _, result in accepted)
    reasons = Counter((outcome, reason) for _, _, outcome, reason, _ in rows if outcome in ("rejected", "unknown"))
    assert [reason.messages for reason in found.reasons] == [n for _, n in reasons.most_common(5)]
    assert all(reasons[reason.outcome, reason.words] == reason.messages for reason in found.reasons)
    of_batch = Counter((scene.rows[row][5], outcome) for row, _, outcome, *_ in rows if scene.rows[row][4] == 1)
    assert [(line.batch, line.size, line.accepted, line.unknown) for line in found.batches] == [
        (batch, sum(n for (number, _), n in of_batch.items() if number == batch), of_batch[batch, "accepted"],
         of_batch[batch, "unknown"])
        for batch in sorted({batch for batch, _ in of_batch})
    ]  # fmt: skip


def test_each_line_is_billed_for_its_own_rows(scene):
    rows = [(scene.rows[row][2], scene.told(row)) for row in scene.rows if scene.rows[row][0] != "skip"]
    accepted = [(one, result) for one, (_, outcome, _, result) in rows if outcome == "accepted"]
    found = totals(scene.store, Extent(1, 2)).lines
    assert sum(bill.messages for bill in found) == len(accepted)
    for bill in found:
        own = [(one, result.cost) for one, result in accepted if one.line == bill.line]
        billed = [cost for _, cost in own if cost is not None]
        assert (bill.messages, bill.parts) == (len(own), sum(one.parts for one, _ in own))
        assert bill.planned_cost == sum(120 * one.parts for one, _ in own)
        assert (bill.not_told, bill.billed_cost) == (len(own) - len(billed), sum(billed) if billed else None)
        both = [cost - 120 * one.parts for one, cost in own if cost is not None]
        assert bill.difference == (sum(both) if both else None)


def test_merged_runs_name_each_person_once_with_the_final_status(scene, tmp_path):
    write_messages(tmp_path / "all.csv", scene.store, Extent(1))
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["row"]) for row in rows] == sorted(scene.rows)
    assert {row["action"] for row in rows} <= {"send", "skip"}
    for row in rows:
        told = scene.rows[int(row["row"])]
        if told[0] == "send" and told[1] == Fate.ACCEPTED:
            assert (row["outcome"], row["messageid"]) == ("accepted", str(told[3].messageid))
