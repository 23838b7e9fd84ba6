"""A report tells every row, whatever happened in between."""

from __future__ import annotations

import csv
import json

import pytest

from kaverun.blocks import blocks
from kaverun.ledger.protocol import Result, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import batches_to_send, message_of
from kaverun.plan.fates import SENT_OTHERWISE
from kaverun.plan.plan import IN_DOUBT_CAUSE, Entry, Plan, Totals
from kaverun.plan.served import Fate
from kaverun.plan.spool import Spool
from kaverun.report.folder import appearing
from kaverun.report.report import Ended, Stop
from kaverun.report.write import write_report

RUN = RunRecord("run-2", "nowruz", "once", "loopback", "d", 1_800_003_600, 1_800_000_000.0)


def entry(row, action="send", position=0, text="سلام", reason=""):
    localid = 1_000 + row if action in ("send", "done") else 0
    return Entry(row, f"k{row}", f"0926{row:07d}", "", action, "", reason, text, "ucs2", 4, 1, None, localid, position)


def make_plan(entries):
    spool = Spool()
    for one in entries:
        spool.append(one)
    return Plan("nowruz", "sms", "once", "d", None, "Asia/Tehran", Totals(), (), None, (), (), (), spool)


@pytest.fixture
def ledger(tmp_path):
    opened = SqliteLedger.open(tmp_path / "ledger.db")
    yield opened
    opened.close()


def accepted(messageid, cost=120):
    return Result(Fate.ACCEPTED, messageid, 1, cost, 1)


def written(tmp_path, ledger, plan, **changed):
    report = write_report(tmp_path / "reports", plan, ledger, RUN, Ended(1_800_000_009.5, **changed), "3000")
    with (report.folder / "messages.csv").open(encoding="utf-8-sig", newline="") as file:
        return report, list(csv.DictReader(file))


def test_a_row_carries_what_the_provider_said_and_the_line_it_went_out_by(tmp_path, ledger):
    plan = make_plan([entry(1), entry(2, "skip", reason="duplicate of row 1")])
    ledger.begin(RUN)
    (number,) = ledger.intend("run-2", list(batches_to_send(plan, 200)), 1.0)
    ledger.record([(number, {0: accepted(77)})], {1: "در صف ارسال"}, 2.0)
    report, rows = written(tmp_path, ledger, plan)
    assert rows[0] == {
        "row": "1", "key": "k1", "phone": "09260000001", "line": "3000", "action": "send", "outcome": "accepted",
        "reason": "", "localid": "1001", "messageid": "77", "status": "1", "statustext": "در صف ارسال", "cost": "120",
        "parts": "1", "attempts": "1", "text": "سلام",
    }  # fmt: skip
    assert (rows[1]["action"], rows[1]["outcome"], rows[1]["reason"]) == ("skip", "", "duplicate of row 1")
    assert (report.status, report.exit_code, report.cost, report.parts) == ("completed", 0, 120, 1)


def test_served_rows_show_the_messageid_of_the_run_that_sent_them(tmp_path, ledger):
    first = RUN._replace(run_id="run-1")
    ledger.begin(first)
    (number,) = ledger.intend("run-1", list(blocks(map(message_of, [entry(1)]), 200)), 1.0)
    ledger.record([(number, {0: accepted(77)})], {}, 2.0)
    ledger.begin(RUN)
    _, rows = written(tmp_path, ledger, make_plan([entry(1, "done", number * 256)]))
    assert (rows[0]["action"], rows[0]["outcome"], rows[0]["messageid"]) == ("done", "", "77")


def test_a_row_that_was_sent_with_another_text_shows_what_was_sent_and_not_what_the_file_says_now(tmp_path, ledger):
    old = [entry(row, text=f"old {row}")._replace(line="3000") for row in range(1, 5)]
    ledger.begin(RUN._replace(run_id="run-1"))
    (number,) = ledger.intend("run-1", list(blocks(map(message_of, old), 200)), 1.0)
    ledger.record([(number, {0: accepted(70), 1: accepted(71), 2: accepted(72)})], {}, 2.0)
    ledger.begin(RUN)
    new = [
        entry(1, "done", number * 256, "new", SENT_OTHERWISE["text"])._replace(phone="09350000001", line="4000"),
        entry(2, "done", number * 256 + 1, "old 2", "sent by an earlier run"),
        entry(3, "send", number * 256 + 2, "new")._replace(cause=IN_DOUBT_CAUSE),
        entry(4, "send", number * 256 + 3, "new")._replace(cause=IN_DOUBT_CAUSE),
        entry(5, text="new"),
    ]
    _, rows = written(tmp_path, ledger, make_plan(new))
    assert [row["text"] for row in rows] == ["old 1", "old 2", "old 3", "old 4", "new"]
    assert [row["messageid"] for row in rows] == ["70", "71", "72", "", ""]
    assert (rows[0]["phone"], rows[0]["line"], rows[0]["reason"]) == (
        "09260000001", "3000", "sent by an earlier run with another text"
    )  # fmt: skip


def test_what_this_run_sent_again_after_a_doubt_shows_the_text_of_this_run(tmp_path, ledger):
    ledger.begin(RUN._replace(run_id="run-1"))
    (number,) = ledger.intend("run-1", [[message_of(entry(1, text="old"))]], 1.0)
    plan = make_plan([entry(1, "send", number * 256, "new")._replace(cause=IN_DOUBT_CAUSE)])
    plan = plan._replace(totals=Totals(in_doubt=1))
    ledger.begin(RUN)
    (again,) = ledger.intend("run-2", list(batches_to_send(plan, 200)), 3.0, closing=[number * 256])
    ledger.record([(again, {0: accepted(80)})], {}, 4.0)
    _, rows = written(tmp_path, ledger, plan)
    assert (rows[0]["text"], rows[0]["messageid"]) == ("new", "80")


def test_an_intent_without_an_outcome_is_unknown_and_what_was_never_tried_not_sent(tmp_path, ledger):
    plan = make_plan([entry(1), entry(2), entry(3)])
    ledger.begin(RUN)
    ledger.intend("run-2", [next(batches_to_send(plan, 2))], 1.0)
    report, rows = written(tmp_path, ledger, plan, failed=True)
    assert [row["outcome"] for row in rows] == ["unknown", "unknown", "not_sent"]
    assert (report.status, report.exit_code) == ("failed", 3)


def test_a_doubt_that_was_resolved_shows_what_was_found(tmp_path, ledger):
    ledger.begin(RUN._replace(run_id="run-1"))
    (number,) = ledger.intend("run-1", list(blocks(map(message_of, [entry(1), entry(2)]), 200)), 1.0)
    ledger.record([(number, {0: accepted(77, None), 1: Result(Fate.NOT_SENT)})], {}, 2.0)
    ledger.begin(RUN)
    plan = make_plan([entry(1, position=number * 256), entry(2, position=number * 256 + 1)])
    (second,) = ledger.intend("run-2", list(blocks(map(message_of, [entry(2)]), 200)), 3.0)
    ledger.record([(second, {0: accepted(78)})], {}, 4.0)
    report, rows = written(tmp_path, ledger, plan)
    assert [(row["outcome"], row["messageid"], row["cost"]) for row in rows] == [
        ("accepted", "77", ""), ("accepted", "78", "120"),
    ]  # fmt: skip
    assert report.status == "completed"


def test_what_was_cancelled_after_its_run_still_counts_as_accepted_by_it(tmp_path, ledger):
    plan = make_plan([entry(1)])
    ledger.begin(RUN)
    (number,) = ledger.intend("run-2", list(batches_to_send(plan, 200)), 1.0)
    ledger.record([(number, {0: accepted(77)})], {}, 2.0)
    ledger.mark_cancelled([number * 256], {13: "لغو شده"})
    report, rows = written(tmp_path, ledger, plan)
    assert (rows[0]["outcome"], rows[0]["status"], rows[0]["statustext"]) == ("accepted", "13", "لغو شده")
    assert rows[0]["reason"] == "accepted, and cancelled since"
    assert (report.status, report.counts.accepted) == ("completed", 1)


@pytest.mark.parametrize(
    ("fates", "changed", "status", "code"),
    [
        ([Fate.ACCEPTED, Fate.ACCEPTED], {}, "completed", 0),
        ([Fate.ACCEPTED, Fate.REJECTED], {}, "partial", 3),
        ([Fate.REJECTED, Fate.REJECTED], {}, "partial", 1),
        ([Fate.UNKNOWN, Fate.NOT_SENT], {}, "partial", 3),
        ([Fate.ACCEPTED, Fate.NOT_SENT], {"interrupted": True}, "interrupted", 130),
        ([Fate.ACCEPTED, Fate.ACCEPTED], {"interrupted": True}, "completed", 0),
        ([Fate.ACCEPTED, Fate.NOT_SENT], {"stop": Stop(418, "no credit")}, "stopped", 3),
        ([Fate.NOT_SENT, Fate.NOT_SENT], {"stop": Stop(418, "no credit")}, "stopped", 1),
    ],
)
def test_the_exit_code_says_what_became_of_the_run(tmp_path, ledger, fates, changed, status, code):
    plan = make_plan([entry(1), entry(2)])
    ledger.begin(RUN)
    (number,) = ledger.intend("run-2", list(batches_to_send(plan, 200)), 1.0)
    ledger.record(
        [(number, {index: Result(fate, 5 if fate is Fate.ACCEPTED else None) for index, fate in enumerate(fates)})],
        {},
        2.0,
    )
    report, _ = written(tmp_path, ledger, plan, **changed)
    assert (report.status, report.exit_code) == (status, code)


def test_the_json_holds_the_totals_under_their_contracted_keys(tmp_path, ledger):
    plan = make_plan([entry(1)])
    ledger.begin(RUN)
    (number,) = ledger.intend("run-2", list(batches_to_send(plan, 200)), 1.0)
    ledger.record([(number, {0: accepted(77)})], {}, 2.0)
    report, _ = written(tmp_path, ledger, plan, notes=("a note",))
    document = json.loads((report.folder / "report.json").read_text())
    assert document["counts"]["accepted"] == 1
    assert document["scheduled_for"] == "2027-01-15T09:00:00.000+00:00"
    assert document["finished_at"] == "2027-01-15T08:00:09.500+00:00"
    assert document["batches"] == [
        {"batch": number, "size": 1, "accepted": 1, "rejected": 0, "unknown": 0, "not_sent": 0}
    ]
    assert document["notes"] == ["a note"]
    for key in ("version", "campaign", "occurrence", "run_id", "digest", "status", "parts", "cost", "stop"):
        assert key in document


def test_a_report_appears_whole_or_not_at_all_and_is_never_overwritten(tmp_path):
    folder = tmp_path / "run"

    def break_off():
        with appearing(folder) as draft:
            (draft / "a").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert list(tmp_path.iterdir()) == []
    with appearing(folder) as draft:
        (draft / "a").write_text("whole")
        assert not folder.exists()
    with pytest.raises(OSError, match="not empty"), appearing(folder) as draft:
        (draft / "b").write_text("another")
    assert [file.name for file in folder.iterdir()] == ["a"]
