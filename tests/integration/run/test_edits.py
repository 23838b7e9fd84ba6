"""An edit after scheduling: nothing old goes out unseen, and a rest gets the new text; enforced by the run itself."""

from __future__ import annotations

import sqlite3

import pytest

from kaverun.errors import LimitExceeded

from .conftest import CAMPAIGN

LATER = CAMPAIGN + "schedule: {at: 2040-01-01 10:00}\n"


def test_who_opted_out_after_scheduling_is_cancelled_before_anything_else_is_sent(bench):
    bench = bench(people=5, campaign=LATER)
    bench.apply()
    bench.campaign = LATER.replace("recipients: members.csv", "recipients: {csv: members.csv, exclude: off.csv}")
    (bench.folder / "off.csv").write_text("phone\n09260000003\n", encoding="utf-8")
    bench.write_list(range(7))
    shown = []
    with pytest.raises(LimitExceeded, match=r"1 scheduled message of 5 .* \(1 excluded\).*`kaverun cancel"):
        bench.apply(show=shown.append)
    assert [plan.past.differing for plan in shown] == [1]
    assert bench.live() == dict.fromkeys(range(5), 1)
    assert bench.cancel().cancelled == 5
    report, rows = bench.apply()
    assert report.exit_code == 0
    assert bench.live() == dict.fromkeys([0, 1, 2, 4, 5, 6], 1)
    assert rows[3]["reason"].endswith("off.csv:2; sent by an earlier run, and cancelled since")


def test_an_edit_of_what_went_out_is_noted_and_the_report_keeps_the_text_that_was_sent(bench):
    bench = bench(people=3)
    bench.apply()
    bench.write_list(range(4), text="عزیز")
    report, rows = bench.apply()
    assert [rows[n]["text"] for n in range(4)] == ["نام 0 سلام", "نام 1 سلام", "نام 2 سلام", "عزیز 3 سلام"]
    assert "3 recipients served earlier got another text than the file has now, and no second message" in report.notes
    assert bench.received() == dict.fromkeys(range(4), 1)


@pytest.mark.parametrize(
    ("edit", "kind"),
    [("type: 0", "another type"), ("tag: spring", "another tag"), ("hide: true", "hide"), ("policy: eve", "policy")],
)
def test_another_type_tag_hide_or_policy_of_what_is_scheduled_is_refused_until_it_is_cancelled(bench, edit, kind):
    bench = bench(people=3, campaign=LATER)
    bench.apply()
    bench.campaign = LATER.replace('message: "{{ name }} سلام"', f'message: {{text: "{{{{ name }}}} سلام", {edit}}}')
    bench.write_list(range(3))
    with pytest.raises(LimitExceeded, match=rf"3 scheduled messages of 3 .* \(3 .*{kind}.*\).*`kaverun cancel"):
        bench.apply()
    assert bench.live() == dict.fromkeys(range(3), 1)


def test_how_messages_were_sent_before_it_was_recorded_is_no_difference(bench):
    bench = bench(people=3, campaign=LATER)
    bench.apply()
    connection = sqlite3.connect(bench.folder / "ledger.db")
    connection.execute("UPDATE batch SET type = NULL, tag = NULL, hide = NULL, policy = NULL")
    connection.commit()
    connection.close()
    report, _ = bench.apply()
    assert (report.exit_code, report.counts.done) == (0, 3)
    assert bench.live() == dict.fromkeys(range(3), 1)
