"""What was handed over is compared with the file of today: nobody is sent twice, and nothing old goes out unseen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.cli.plan_text import plan_text
from kaverun.ledger.batches import Result
from kaverun.ledger.opening import read_ledger
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate
from kaverun.plan.as_json import plan_json
from kaverun.plan.as_markdown import plan_markdown
from tests.ledger_rows import given_messages

from .conftest import SCOPE

LATER = "schedule: {at: 2040-01-01 10:00}\n"
AT = 2_209_012_200
LIST = "recipients: {csv: members.csv, on_invalid: skip}\n"
TEXT = "message: '{{ name }} سلام'\n"
BASIC = LIST + TEXT
PEOPLE = ["سارا", "علی", "مریم", "رضا"]


def members(*names, header="phone,name"):
    return header + "\n" + "".join(f"0926000000{n},{name}\n" for n, name in enumerate(names or PEOPLE))


@pytest.fixture
def handed_over(planned):
    """Plans a campaign, records one outcome for all of it, and returns the ledger that a later plan is made with."""
    store = read_ledger()

    def hand_over(campaign, *, status=2, fate=Fate.ACCEPTED, default_line="", **files):
        plan = planned(campaign, store=store, **files)
        shared = Shared.of(load_campaign(Path("campaign.yaml")).campaign, plan.date)
        messages = list(plan.rows.to_send())
        for n, batch in enumerate(messages[start : start + 3] for start in range(0, len(messages), 3)):
            results = [Result(fate, 1000 * n + place + 1000, status, 120, 1) for place in range(len(batch))]
            sent = [message._replace(line=message.line or default_line) for message in batch]
            given_messages(store, SCOPE, sent, results, shared=shared, run_id=f"run-{plan.digest}")
        return store

    yield hand_over
    store.close()


def kinds(plan):
    return {change.kind: change.messages for change in plan.past.changes}


def reasons(plan):
    return [entry.reason for entry in plan.entries()]


def test_a_scheduled_campaign_that_is_as_it_was_is_not_refused(planned, handed_over):
    store = handed_over(BASIC + LATER, members_csv=members())
    plan = planned(BASIC + LATER, store=store)
    assert (plan.past.scheduled, plan.past.differing, plan.past.edited, plan.refusals) == (4, 0, None, ())
    assert set(reasons(plan)) == {"scheduled by an earlier run for 2040-01-01 10:00"}
    for form in (plan_text, plan_markdown):
        assert "already sent" not in form(plan)
        assert re.search(r"handed over +4|4 handed over earlier", form(plan))


@pytest.mark.parametrize("form", [plan_text, plan_json, plan_markdown])
def test_an_edited_text_of_scheduled_messages_refuses_and_is_shown_old_beside_new(planned, handed_over, form):
    store = handed_over(BASIC + LATER, members_csv=members())
    plan = planned(LIST + "message: '{{ name }} درود'\n" + LATER, store=store)
    assert kinds(plan) == {"text": 4}
    (refusal,) = plan.refusals
    assert (refusal.path, refusal.key) == ("campaign.yaml", "schedule.at")
    assert "4 scheduled messages of 4 would go out otherwise than the file says now (4 another text)" in refusal.what
    assert "`kaverun cancel campaign.yaml`" in refusal.what
    shown = form(plan)
    assert all(words in shown for words in ("0926***0000", "سارا سلام", "سارا درود"))
    assert "09260000000" not in shown
    assert plan.past.edited is None


def test_json_counts_what_differs(planned, handed_over):
    store = handed_over(BASIC + LATER, members_csv=members())
    document = json.loads(plan_json(planned(BASIC + LATER, store=store, members_csv=members("سارا", "x"))))
    assert (document["counts"]["scheduled"], document["counts"]["scheduled_differs"]) == (4, 3)
    assert document["scheduled"]["changes"][0] == {
        "kind": "gone",
        "messages": 2,
        "row": 0,
        "phone": "0926***0002",
        "before": "مریم سلام",
        "now": "no longer on the list",
    }


@pytest.mark.parametrize(
    ("then", "today", "expected"),
    [
        (BASIC + LATER, BASIC + "schedule: {at: 2040-01-02 10:00}\n", {"time": 4}),
        (BASIC + LATER, BASIC, {"time": 4}),
        (BASIC + LATER, LIST + "message: '{{ name }} سلام!'\n", {"text": 4, "time": 4}),
        (BASIC + LATER + "senders: ['3000']\n", BASIC + LATER + "senders: ['4000']\n", {"line": 4}),
        (BASIC + LATER + "senders: ['3000']\n", BASIC + LATER, {}),
        (BASIC + LATER, BASIC + LATER.replace("2040-01-01 10:00", "1418-10-11 10:00"), {}),
        (BASIC + LATER, BASIC + LATER.replace("at:", "quiet_hours: '22:00-08:00', at:"), {}),
        (BASIC, BASIC + LATER, {}),
    ],
)
def test_time_and_line_are_compared_too(planned, handed_over, then, today, expected):
    store = handed_over(then, members_csv=members())
    plan = planned(today, store=store)
    assert kinds(plan) == expected
    assert bool(plan.refusals) == bool(expected)


def test_the_account_s_default_line_differs_from_a_line_that_is_named_later_only_if_it_is_another(planned, handed_over):
    store = handed_over(BASIC + LATER, default_line="3000", members_csv=members())
    assert planned(BASIC + LATER, store=store).refusals == ()
    assert planned(BASIC + LATER + "senders: ['3000']\n", store=store).refusals == ()
    assert kinds(planned(BASIC + LATER + "senders: ['4000']\n", store=store)) == {"line": 4}


def test_who_got_another_number_under_the_same_key_is_said_with_both_masked(planned, handed_over):
    keyed = "recipients: {csv: members.csv, key: name}\n" + TEXT + LATER
    store = handed_over(keyed, members_csv=members())
    plan = planned(keyed, store=store, members_csv=members().replace("09260000001", "09350000001"))
    (change,) = plan.past.changes
    assert (change.kind, change.before, change.now) == ("number", "0926***0001", "0935***0001")


@pytest.mark.parametrize(
    ("recipients", "files", "expected"),
    [
        ("{csv: members.csv, exclude: off.csv}", {"off_csv": "phone\n09260000001\n"}, {"excluded": 1}),
        ("{csv: members.csv, where: name != 'علی'}", {}, {"filtered": 1}),
        ("members.csv", {"members_csv": members("سارا", "", "مریم", "رضا")}, {"empty text": 1}),
        ("members.csv", {"members_csv": members("سارا")}, {"gone": 3}),
        ("members.csv", {"members_csv": members().replace("09260000001", "0926")}, {"gone": 1}),
    ],
)
def test_a_scheduled_person_who_is_left_out_now_refuses_by_the_cause(planned, handed_over, recipients, files, expected):
    text = "message: '{{ name }}'\n"
    store = handed_over(LIST + text + LATER, members_csv=members())
    on_invalid = "" if recipients.startswith("{") else "{csv: members.csv, on_invalid: skip}"
    plan = planned(f"recipients: {on_invalid or recipients}\n" + text + LATER, store=store, **files)
    assert kinds(plan) == expected
    assert "kaverun cancel" in plan.refusals[0].what
    if "gone" not in expected:
        (left_out,) = [entry for entry in plan.entries() if entry.action in ("skip", "invalid")]
        assert "an earlier run scheduled a message for 2040-01-01 10:00 (messageid 1001)" in left_out.reason
        assert left_out.localid == 0


def test_who_is_left_out_in_one_row_and_served_in_another_is_not_left_out(planned, handed_over):
    keyed = "recipients: {csv: members.csv, key: name, where: phone != '09260000009'}\n" + TEXT + LATER
    store = handed_over(keyed, members_csv=members())
    twice = "phone,name\n09260000009,سارا\n" + members()[11:]
    assert planned(keyed, store=store, members_csv=twice).refusals == ()


def test_a_repeated_row_of_who_was_served_says_nothing_of_the_message(planned, handed_over):
    store = handed_over(BASIC + LATER, members_csv=members())
    plan = planned(BASIC + LATER, store=store, members_csv=members() + "09260000001,علی\n")
    assert plan.refusals == ()
    assert reasons(plan)[-1].startswith("duplicate of row 2")
    assert "earlier run" not in reasons(plan)[-1]


@pytest.mark.parametrize("more", [LATER, ""])
@pytest.mark.parametrize("layout", ["\\r\\n", "\\n\\n", " \\n", "\\n \\n\\n"])
def test_another_layout_is_no_edit_of_what_is_scheduled_or_went_out(planned, handed_over, layout, more):
    def campaign(between):
        return LIST + f'message: "{{{{ name }}}} سلام{between}لغو11"\n' + more

    store = handed_over(campaign("\\n"), members_csv=members())
    plan = planned(campaign(layout), store=store)
    assert (plan.totals.done, plan.past.changes, plan.past.edited) == (4, (), None)


@pytest.mark.parametrize("status", [13, 10, 6, 11, 14])
def test_what_is_final_is_scheduled_no_more(planned, handed_over, status):
    store = handed_over(BASIC + LATER, status=status, members_csv=members())
    plan = planned(LIST + "message: '{{ name }} درود'\n" + LATER, store=store, members_csv=members("سارا"))
    assert (plan.past.scheduled, plan.refusals) == (0, ())


def test_what_was_cancelled_or_rejected_is_sent_with_the_new_text(planned, handed_over):
    for fate in (Fate.CANCELLED, Fate.REJECTED):
        store = handed_over(BASIC + LATER, fate=fate, status=13, members_csv=members())
        plan = planned(LIST + "message: '{{ name }} درود'\n" + LATER, store=store)
        assert (plan.totals.send, plan.past.scheduled, plan.refusals) == (4, 0, ())


def test_once_its_time_has_come_an_edit_is_only_told(planned, handed_over):
    store = handed_over(BASIC + LATER, members_csv=members())
    edited = LIST + "message: '{{ name }} درود'\n" + LATER
    plan = planned(edited, store=store, now=AT + 1.0, members_csv=members(*PEOPLE[:2]))
    assert (plan.past.scheduled, plan.refusals) == (0, ())
    assert plan.past.edited.messages == 2


@pytest.mark.parametrize("form", [plan_text, plan_json, plan_markdown])
def test_edited_texts_of_those_who_were_served_are_counted_and_one_is_shown(planned, handed_over, form):
    store = handed_over(BASIC, members_csv=members(*PEOPLE[:1]))
    plan = planned(LIST + "message: '{{ name }} درود'\n", store=store, members_csv=members())
    assert (plan.totals.send, plan.totals.done, plan.refusals) == (3, 1, ())
    assert plan.past.edited == ("text", 1, 1, "0926***0000", "سارا سلام", "سارا درود")
    shown = form(plan)
    assert re.search(r'"edited": 1|1 got another text', shown)
    assert all(words in shown for words in ("0926***0000", "سارا سلام", "سارا درود"))
    assert reasons(plan) == ["sent by an earlier run with another text", "", "", ""]
    assert next(entry.text for entry in plan.entries()) == "سارا درود"
    assert not [warning for warning in plan.warnings if warning.key == "name"]


@pytest.mark.parametrize("people", [PEOPLE, [*PEOPLE, "یک", "دو"], PEOPLE[:1]])
def test_where_most_of_the_list_got_another_text_the_name_is_asked_for(planned, handed_over, people):
    store = handed_over(BASIC, members_csv=members())
    plan = planned(LIST + "message: '{{ name }} یلدا مبارک'\n", store=store, members_csv=members(*people))
    (question,) = [warning for warning in plan.warnings if warning.key == "name"]
    assert "got another text" in question.what
    assert "copied" in question.what
    assert "new name" in question.what
    assert question not in plan.strict


def test_a_list_in_another_order_is_compared_by_person(planned, handed_over):
    store = handed_over(BASIC, members_csv=members())
    backwards = "phone,name\n" + "\n".join(reversed(members("سارا", "x", "مریم", "رضا").splitlines()[1:])) + "\n"
    plan = planned(BASIC, store=store, members_csv=backwards)
    assert plan.past.edited == ("text", 1, 3, "0926***0001", "علی سلام", "x سلام")


def test_where_nothing_was_served_the_ledger_is_not_read(planned, handed_over):
    store = handed_over(BASIC + LATER, fate=Fate.REJECTED, members_csv=members())
    assert planned(BASIC + LATER, store=store).past == (0, 0, (), None)
