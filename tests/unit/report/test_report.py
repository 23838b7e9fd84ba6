"""A report tells every row, whatever happened in between."""

from __future__ import annotations

import pytest

from kaverun.errors import ReportError
from kaverun.ledger.batches import NOTHING_SENT, Result, put_texts
from kaverun.ledger.runs import run_called
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate
from kaverun.report.folder import appearing
from kaverun.report.report import Ended, Stop
from kaverun.report.write import close_run
from tests.ledger_rows import ACCEPTED, given_left_out, given_messages, given_run, message
from tests.unit.report.conftest import SCOPE

FIRST, SECOND, THIRD = (f"20261123T06215{n}Z-8f2dc5" for n in (1, 2, 3))
REJECTED = Result(Fate.REJECTED, status=6, attempts=2, reason="Kavenegar answered 411")


def shown(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


def test_a_row_carries_what_the_provider_said_and_the_line_it_went_out_by(store, closed):
    with store.transaction():
        put_texts(store, {1: "در صف ارسال"})
    given_messages(store, SCOPE, 1, run_id=FIRST, shared=Shared(date=1_800_003_600))
    given_left_out(store, SCOPE, 2, "duplicate of row 1")
    report, rows, _ = closed(FIRST)
    assert rows[0] == {
        "row": "1", "key": "1", "phone": "09260000001", "line": "10004346", "action": "send", "outcome": "accepted",
        "reason": "", "localid": "1", "messageid": "1001", "status": "1", "statustext": "در صف ارسال", "cost": "120",
        "parts": "1", "attempts": "1", "text": "سلام", "file": "", "file_line": "", "generation": "0", "price": "120",
        "date": "2027-01-15T09:00:00Z", "batch": "1", "fate": "accepted", "spelling": "",
    }  # fmt: skip
    assert shown(rows, "row", "action", "outcome", "reason")[1] == ("2", "skip", "", "duplicate of row 1")
    assert (report.status, report.exit_code, report.cost, report.parts) == ("completed", 0, 120, 1)


def test_served_rows_show_what_an_earlier_run_sent_to_them(store, closed):
    (number, _) = given_messages(store, SCOPE, 2, run_id=FIRST)
    with store.transaction():
        store.write("UPDATE message SET remark = 'sent by an earlier run with another text' WHERE id = ?", (number,))
    report, rows, _ = closed(SECOND)
    assert shown(rows, "action", "outcome", "reason", "messageid", "cost", "text") == [
        ("done", "", "sent by an earlier run with another text", "1001", "120", "سلام"),
        ("done", "", "sent by an earlier run", "1002", "120", "سلام"),
    ]
    assert (report.counts.done, report.counts.send, report.cost) == (2, 0, 0)
    assert report.notes == ("1 recipient served earlier got another text than the file has now, and no second message",)


def test_a_batch_without_an_outcome_is_unknown_and_what_was_never_begun_not_sent(store, closed):
    given_messages(store, SCOPE, [message(1), message(2)], None, run_id=FIRST)
    given_messages(store, SCOPE, [message(3)], None, run_id=FIRST, begun=None)
    report, rows, _ = closed(FIRST, failed=True)
    assert shown(rows, "outcome", "reason") == [
        ("unknown", ""), ("unknown", ""), ("not_sent", "the run ended before this message was sent"),
    ]  # fmt: skip
    assert (report.status, report.exit_code, report.unsent_cost) == ("failed", 3, 120)


def test_a_doubt_of_an_earlier_run_that_stays_is_unknown_and_what_it_found_is_done(store, closed):
    given_messages(store, SCOPE, [message(1)], None, run_id=FIRST)
    given_messages(store, SCOPE, [message(2)], Result(Fate.UNKNOWN, reason="too old to look up"), run_id=FIRST)
    given_messages(store, SCOPE, [message(3)], run_id=FIRST)
    report, rows, _ = closed(SECOND)
    assert shown(rows, "action", "outcome", "reason") == [
        ("send", "unknown", "in doubt after an earlier run, and not looked up by this one"),
        ("send", "unknown", "too old to look up"),
        ("done", "", "sent by an earlier run"),
    ]
    assert report.batches == ()


def test_each_run_reports_its_own_attempt_at_a_message(store, closed):
    given_run(store, SCOPE, FIRST)
    given_run(store, SCOPE, SECOND)
    (number,) = given_messages(store, SCOPE, [message(1)], REJECTED, run_id=FIRST)
    given_messages(store, SCOPE, [message(1, id=number)], run_id=THIRD)
    first, rows, _ = closed(FIRST)
    assert shown(rows, "outcome", "status", "attempts", "reason") == [("rejected", "6", "2", "Kavenegar answered 411")]
    assert [(line.size, line.rejected) for line in first.batches] == [(1, 1)]
    _, rows, _ = closed(SECOND)
    assert shown(rows, "action", "outcome", "status", "attempts", "reason") == [
        ("send", "not_sent", "", "", "the run ended before this message was sent")
    ]
    assert shown(closed(THIRD)[1], "outcome", "messageid") == [("accepted", "1001")]


def test_of_several_attempts_a_run_reports_its_own_and_none_of_a_later_run(store, closed):
    (number,) = given_messages(store, SCOPE, 1, REJECTED._replace(reason="once"), run_id=FIRST)
    given_messages(store, SCOPE, [message(1, id=number)], REJECTED._replace(reason="twice"), run_id=SECOND)
    given_messages(store, SCOPE, [message(1, id=number)], REJECTED._replace(reason="thrice"), run_id=THIRD)
    assert [shown(closed(run)[1], "reason") for run in (FIRST, SECOND, THIRD)] == [
        [("once",)], [("twice",)], [("thrice",)],
    ]  # fmt: skip


def test_what_is_planned_again_and_not_begun_was_not_sent_unless_it_stays_unknown(store, closed):
    tried = given_messages(
        store, SCOPE, [message(1), message(2)], [REJECTED, Result(Fate.UNKNOWN, attempts=1)], run_id=FIRST
    )
    given_messages(store, SCOPE, [message(3)], None, run_id=SECOND, begun=None)
    with store.transaction():
        store.write("UPDATE message SET batch = 2 WHERE id IN (?, ?)", tried)
    assert shown(closed(SECOND)[1], "row", "outcome", "attempts") == [
        ("1", "not_sent", ""), ("2", "unknown", "1"), ("3", "not_sent", ""),
    ]  # fmt: skip


def test_what_was_cancelled_after_its_run_still_counts_as_accepted_by_it(store, closed):
    fates = [Result(fate, status=13, cost=120, attempts=1) for fate in (Fate.CANCELLED, Fate.CANCELLING)]
    given_messages(store, SCOPE, 2, fates, run_id=FIRST)
    report, rows, _ = closed(FIRST)
    assert shown(rows, "outcome", "status", "reason") == [
        ("accepted", "13", "accepted, and cancelled since"),
        ("accepted", "13", "accepted, and perhaps cancelled since: that was cut off"),
    ]
    assert (report.status, report.counts.accepted) == ("completed", 2)
    assert shown(closed(SECOND)[1], "action", "reason")[0] == ("done", "sent by an earlier run, and cancelled since")


def test_what_debugmode_cancelled_at_once_was_not_sent(store, closed):
    given_messages(store, SCOPE, 1, Result(Fate.CANCELLED, status=13, attempts=1, reason=NOTHING_SENT), run_id=FIRST)
    assert shown(closed(FIRST)[1], "outcome", "reason") == [("not_sent", NOTHING_SENT)]


def test_an_excluded_person_keeps_the_messageid_of_what_was_sent_before(store, closed):
    sent, rejected, lost = given_messages(store, SCOPE, 3, [ACCEPTED, REJECTED, Result(Fate.UNKNOWN)], run_id=FIRST)
    with store.transaction():
        store.write("UPDATE message SET row = NULL")
    for row, number in enumerate((sent, rejected, lost), 1):
        given_left_out(store, SCOPE, row, "is on opt-outs.csv", message=number)
    report, rows, _ = closed(SECOND)
    assert shown(rows, "row", "action", "reason", "messageid", "status", "text") == [
        ("1", "skip", "is on opt-outs.csv; sent by an earlier run", "1001", "1", "سلام"),
        ("2", "skip", "is on opt-outs.csv", "", "", "سلام"),
        ("3", "skip", "is on opt-outs.csv; an earlier run may have sent it", "", "", "سلام"),
    ]
    assert (report.counts.rows, report.counts.skip, report.counts.gone) == (3, 3, 0)
    assert shown(closed(FIRST)[1], "row", "action", "outcome") == [
        ("1", "send", "accepted"), ("2", "send", "rejected"), ("3", "send", "unknown"),
    ]  # fmt: skip


def test_who_is_no_longer_on_the_list_follows_after_its_rows_and_is_counted_apart(store, closed):
    gone = given_messages(store, SCOPE, 3, [ACCEPTED, REJECTED, Result(Fate.UNKNOWN)], run_id=FIRST)
    with store.transaction():
        store.write("UPDATE message SET row = NULL")
    given_messages(store, SCOPE, [message(4, row=1)], run_id=SECOND)
    report, rows, document = closed(SECOND)
    assert shown(rows, "row", "key", "action", "outcome", "reason", "messageid") == [
        ("1", "4", "send", "accepted", "", "1004"),
        ("", "1", "done", "", "no longer on the list; sent by an earlier run", "1001"),
        ("", "3", "send", "unknown", "no longer on the list; an earlier run may have sent it", ""),
    ]
    assert (report.counts.rows, report.counts.done, report.counts.gone) == (1, 0, 2)
    assert document["counts"]["gone"] == 2
    assert report.status == "completed"
    assert shown(closed(FIRST)[1], "action", "outcome", "reason") == [
        ("send", "accepted", "no longer on the list"),
        ("send", "rejected", "no longer on the list; Kavenegar answered 411"),
        ("send", "unknown", "no longer on the list"),
    ]
    assert len(gone) == 3


def test_a_message_that_was_cancelled_and_sent_again_is_one_row_of_each_run(store, closed):
    given_messages(store, SCOPE, [message(1)], Result(Fate.CANCELLED, status=13), run_id=FIRST)
    with store.transaction():
        store.write("UPDATE message SET row = NULL")
    given_messages(store, SCOPE, [message(1, localid=99, generation=1)], run_id=SECOND)
    assert shown(closed(SECOND)[1], "row", "localid", "generation") == [("1", "99", "1")]
    assert shown(closed(FIRST)[1], "row", "localid", "reason") == [("1", "1", "accepted, and cancelled since")]


def test_people_who_were_planned_by_a_later_run_are_not_in_an_earlier_report(store, closed):
    given_messages(store, SCOPE, 1, run_id=FIRST)
    given_messages(store, SCOPE, [message(2)], run_id=SECOND)
    assert shown(closed(FIRST)[1], "row") == [("1",)]


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
def test_the_exit_code_says_what_became_of_the_run(store, closed, fates, changed, status, code):
    given_messages(store, SCOPE, 2, [Result(fate) for fate in fates], run_id=FIRST)
    report, *_ = closed(FIRST, **changed)
    assert (report.status, report.exit_code) == (status, code)
    run = run_called(store, FIRST)
    assert (run.status, run.exit_code, run.finished) == (status, code, 1_800_000_009.5)
    assert run.report == str(report.folder)


def test_the_json_holds_the_totals_under_their_contracted_keys(store, closed):
    shared = Shared(1_800_003_600, 1, "eid", True, "evening")
    given_messages(
        store, SCOPE, 1, run_id=FIRST, shared=shared, kaverun="1.0", who="sara", host="ci", revision="c0ffee",
        key_column="id",
    )  # fmt: skip
    with store.transaction():
        store.write("INSERT INTO input VALUES (1, 'exclude', 'opt-outs.csv', 'd1', 7)")
    _, _, document = closed(FIRST, notes=("a note",))
    assert document["counts"]["accepted"] == 1
    assert document["scheduled_for"] == "2027-01-15T09:00:00.000+00:00"
    assert document["finished_at"] == "2027-01-15T08:00:09.500+00:00"
    assert document["batches"] == [
        {"batch": 1, "size": 1, "accepted": 1, "rejected": 0, "unknown": 0, "not_sent": 0,
         "begun": "2027-01-15T08:00:00.000+00:00"}
    ]  # fmt: skip
    assert document["notes"] == ["a note"]
    assert [document[key] for key in ("kaverun", "commit", "host", "who")] == ["1.0", "c0ffee", "ci", "sara"]
    assert [document[key] for key in ("channel", "type", "tag", "hide", "policy")] == [
        "sms",
        "1",
        "eid",
        True,
        "evening",
    ]
    assert document["key_column"] == "id"
    assert document["inputs"] == [{"role": "exclude", "path": "opt-outs.csv", "digest": "d1", "rows": 7}]
    for key in ("version", "campaign", "occurrence", "run_id", "digest", "status", "parts", "cost", "stop"):
        assert key in document


def test_what_an_older_ledger_never_recorded_is_null(store, closed):
    given_messages(store, SCOPE, 1, run_id=FIRST)
    _, _, document = closed(FIRST)
    assert [document[key] for key in ("kaverun", "commit", "host", "who")] == [None] * 4


def test_a_report_tells_scheduled_messages_of_earlier_runs(store, closed):
    given_messages(store, SCOPE, 2, run_id=FIRST, shared=Shared(date=1_800_100_000))
    assert closed(SECOND)[0].notes == ("scheduled by earlier runs and still to go out: 2 messages",)


def test_only_the_files_of_the_campaign_s_formats_are_written(store, tmp_path):
    given_messages(store, SCOPE, 1, run_id=FIRST)
    report = close_run(store, given_run(store, SCOPE, FIRST), Ended(1.0), tmp_path, ("json",))
    assert [file.name for file in report.folder.iterdir()] == ["report.json"]
    assert report.counts.accepted == 1


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


def test_a_run_is_on_record_although_its_report_cannot_be_written(store, tmp_path):
    given_messages(store, SCOPE, 1, run_id=FIRST)
    (tmp_path / "nowruz").write_text("in the way")
    with pytest.raises(ReportError, match=f"draw it with `kaverun report {FIRST}`"):
        close_run(store, given_run(store, SCOPE, FIRST), Ended(1.0), tmp_path, ("json", "csv"))
    run = run_called(store, FIRST)
    assert (run.status, run.exit_code) == ("completed", 0)
