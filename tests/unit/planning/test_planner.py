"""Every row is decided, every message rendered, every problem told; and nothing is decided by chance."""

from __future__ import annotations

import pytest

from kaverun.cli.plan_text import plan_text
from kaverun.errors import Invalid
from kaverun.message.fate import Fate
from kaverun.message.identity import localid_of
from kaverun.plan.as_json import plan_json
from kaverun.plan.as_markdown import plan_markdown
from kaverun.plan.plan import Totals

CSV = "phone,name\n09260000001,سارا\n09260000002,علی\n09260000003,مریم\n"
BASIC = "recipients: members.csv\nsenders: ['3000']\nmessage: '{{ name }} سلام'\n"


def actions(plan):
    return [(entry.row, entry.action, entry.cause) for entry in plan.entries()]


def test_a_row_becomes_a_message_with_its_identity(planned):
    plan = planned(BASIC, members_csv=CSV)
    first = next(plan.entries())
    assert first == (
        1, "members.csv", 2, "09260000001", "09260000001", "3000", "send", "", "", "سارا سلام", "ucs2", 9, 1, None,
        localid_of("nowruz", "once")("09260000001"), 0,
    )  # fmt: skip
    assert plan.totals == Totals(rows=3, send=3, parts=3, cost=None, worst=1, by_line={"3000": (3, 3, None)})


@pytest.mark.parametrize(
    ("fate", "action", "cause"),
    [
        (Fate.ACCEPTED, "done", "sent earlier"),
        (Fate.REJECTED, "send", ""),
        (Fate.NOT_SENT, "send", ""),
        (Fate.UNKNOWN, "send", "in doubt"),
        (Fate.SENDING, "send", "in doubt"),
    ],
)
def test_what_an_earlier_run_did_decides_what_is_left(planned, fate, action, cause, remembered):
    plan = planned(BASIC, members_csv=CSV, store=remembered({"09260000002": fate}))
    assert actions(plan) == [(1, "send", ""), (2, action, cause), (3, "send", "")]
    assert [entry.message for entry in plan.entries()] == [0, 1, 0]


@pytest.mark.parametrize(
    ("fates", "action", "cause", "generation", "message"),
    [
        ((Fate.CANCELLED,), "send", "cancelled earlier", 1, 0),
        ((Fate.CANCELLED, Fate.NOT_SENT), "send", "cancelled earlier", 1, 2),
        ((Fate.CANCELLED, Fate.REJECTED), "send", "cancelled earlier", 1, 2),
        ((Fate.CANCELLED, Fate.UNKNOWN), "send", "in doubt", 1, 2),
        ((Fate.CANCELLED, Fate.ACCEPTED), "done", "sent earlier", 1, 2),
        ((Fate.CANCELLED, Fate.CANCELLED), "send", "cancelled earlier", 2, 0),
        ((Fate.CANCELLED, Fate.CANCELLED, Fate.ACCEPTED), "done", "sent earlier", 2, 3),
        ((Fate.ACCEPTED, Fate.CANCELLED), "done", "sent earlier", 0, 1),
    ],
)
def test_the_first_generation_that_was_not_cancelled_is_the_message(
    planned, remembered, fates, action, cause, generation, message
):
    plan = planned(BASIC, members_csv=CSV, store=remembered({"09260000002": fates}))
    entry = list(plan.entries())[1]
    assert (entry.action, entry.cause, entry.message) == (action, cause, message)
    assert entry.localid == localid_of("nowruz", "once")("09260000002", generation)
    assert plan.totals.anew == (cause == "cancelled earlier")
    if cause == "cancelled earlier":
        assert entry.reason.startswith("cancelled earlier, sent again")


@pytest.mark.parametrize("fate", [Fate.UNKNOWN, Fate.SENDING, Fate.REJECTED, Fate.NOT_SENT, Fate.ACCEPTED])
def test_a_message_that_went_out_under_another_localid_goes_on_with_that_one(planned, remembered, fate):
    store = remembered({"09260000002": fate}, spelled={"09260000002": "۰۹۲۶۰۰۰۰۰۰۲"})
    _, entry, _ = planned(BASIC, members_csv=CSV, store=store).entries()
    assert entry.localid == localid_of("nowruz", "once")("۰۹۲۶۰۰۰۰۰۰۲")
    assert (entry.message, entry.action) == (1, "done" if fate is Fate.ACCEPTED else "send")


def test_a_message_that_is_sent_anew_keeps_its_line(planned, remembered):
    campaign = "recipients: members.csv\nsenders: ['3000', '4000', '5000']\nmessage: سلام\n"
    members = "phone\n" + "\n".join(f"0926{n:07d}" for n in range(100))
    cancelled = remembered({f"0926{n:07d}": Fate.CANCELLED for n in range(100)})
    before = planned(campaign, members_csv=members)
    anew = planned(campaign, members_csv=members, store=cancelled)
    assert {e.phone: e.line for e in before.entries()} == {e.phone: e.line for e in anew.entries()}
    assert {e.localid for e in before.entries()}.isdisjoint(e.localid for e in anew.entries())


def test_what_was_approved_is_what_the_file_wants_whatever_the_ledger_holds(planned, remembered):
    before = planned(BASIC, members_csv=CSV, store=remembered({"09260000002": Fate.ACCEPTED}))
    cancelled = planned(BASIC, members_csv=CSV, store=remembered({"09260000002": Fate.CANCELLED}))
    sent_anew = planned(BASIC, members_csv=CSV, store=remembered({"09260000002": (Fate.CANCELLED, Fate.ACCEPTED)}))
    assert planned(BASIC, members_csv=CSV).digest == before.digest == cancelled.digest == sent_anew.digest


@pytest.mark.parametrize("shown", [plan_json, plan_markdown, plan_text])
def test_every_form_of_a_plan_says_how_many_are_sent_anew(planned, shown, remembered):
    plan = planned(BASIC, members_csv=CSV, store=remembered({"09260000002": Fate.CANCELLED}))
    words = {
        plan_json: '"anew": 1',
        plan_markdown: "1 of them were cancelled earlier and are sent anew",
        plan_text: "1 of them were cancelled earlier and are sent again",
    }
    assert words[shown] in shown(plan)
    none = shown(planned(BASIC, members_csv=CSV)).replace('"anew": 0', "")
    assert "anew" not in none
    assert "cancelled earlier" not in none


def test_the_digest_does_not_change_while_a_campaign_is_being_sent(planned, remembered):
    fresh = planned(BASIC, members_csv=CSV)
    half = planned(BASIC, members_csv=CSV, store=remembered({"09260000002": Fate.ACCEPTED}))
    longer = planned(BASIC, members_csv=CSV + "09260000004,x\n")
    assert fresh.digest == half.digest != longer.digest


def test_the_identity_is_the_key_where_a_number_may_get_several_messages(planned):
    plan = planned(
        "recipients: {csv: members.csv, key: order}\nmessage: '{{ order }}'\n",
        members_csv="phone,order\n09260000001,A\n09260000001,B\n",
    )
    assert [(entry.key, entry.text) for entry in plan.entries()] == [("A", "A"), ("B", "B")]
    assert len({entry.localid for entry in plan.entries()}) == 2


@pytest.mark.parametrize(
    ("column", "cause", "words"),
    [
        ("x" * 901, "too long", "901 characters long, the limit is 900"),
        ("", "empty text", "the text is empty"),
        ("   ", "empty text", "the text is empty"),
    ],
)
def test_a_text_the_provider_would_not_take_makes_its_row_invalid(planned, column, cause, words):
    campaign = "recipients: {csv: members.csv, on_invalid: skip}\nmessage: '{{ name }}'\n"
    files = {"members_csv": f"phone,name\n09260000001,ok\n09260000002,{column}\n"}
    plan = planned(campaign, **files)
    assert actions(plan) == [(1, "send", ""), (2, "invalid", cause)]
    with pytest.raises(Invalid, match=words) as caught:
        planned(campaign.replace("skip", "fail"), **files)
    assert [(problem.path, problem.line, problem.row) for problem in caught.value.problems] == [("members.csv", 3, 2)]


def test_nine_hundred_characters_are_taken_and_counted_as_the_provider_counts(planned):
    campaign = "recipients: {csv: members.csv, on_invalid: skip}\nmessage: '{{ name }}'\n"
    rows = [f"0926000000{n},{text}" for n, text in enumerate(["س" * 900, "😀" * 450, "😀" * 451])]
    plan = planned(campaign, members_csv="phone,name\n" + "\n".join(rows))
    assert [action for _, action, _ in actions(plan)] == ["send", "send", "invalid"]


def test_problems_of_files_templates_and_rows_are_told_together(planned):
    with pytest.raises(Invalid) as caught:
        planned(
            "recipients: {csv: members.csv, exclude: off.csv}\nmessage: '{{ nmae }}'\ntariff: tariff.yaml\n",
            members_csv="phone,name\n0926,a\n09260000001,b\n",
            off_csv="phone\n12\n",
            tariff_yaml="version: 2\n",
        )
    told = "\n".join(str(problem) for problem in caught.value.problems)
    for words in ("no column is called 'nmae'", "members.csv:2: row 1", "off.csv:2", "tariff.yaml:1"):
        assert words in told


def test_rows_that_are_left_out_are_mentioned_one_by_one_up_to_twenty(planned):
    plan = planned(
        "recipients: {csv: members.csv, on_invalid: skip}\nmessage: x\n",
        members_csv="phone\n09260000001\n09260000001\n12\n" + "09260000001\n" * 24,
    )
    told = [str(problem) for problem in plan.warnings]
    assert told[0] == "members.csv:3: row 2: warning: duplicate of row 1 (members.csv:2)"
    assert told[1].startswith("members.csv:4: row 3: phone: warning: 12: ")
    assert len(told) == 22
    assert told[-1] == "warning: and 5 more rows: duplicate"


def test_more_bad_rows_than_anyone_reads_are_counted(planned):
    with pytest.raises(Invalid) as caught:
        planned(BASIC, members_csv="phone,name\n" + "12,a\n" * 1_500)
    assert len(caught.value.problems) == 1_001
    assert "500 more rows" in str(caught.value.problems[-1])


def test_a_price_is_summed_and_unknown_where_one_is_missing(planned):
    tariff = "version: 1\ncurrency: IRR\nlines: {{'{}': {{persian: 100, latin: 250}}}}\n"
    files = {"members_csv": CSV + "09260000004,Sara\n"}
    assert planned(BASIC + "tariff: t.yaml\n", t_yaml=tariff.format("3000"), **files).totals.cost == 400
    assert planned(BASIC + "tariff: t.yaml\n", t_yaml=tariff.format("4000"), **files).totals.cost is None


def test_lines_have_their_shares_and_a_recipient_keeps_its_line_when_rows_move(planned):
    campaign = "recipients: members.csv\nsenders: ['3000', {line: '4000', weight: 3}]\nmessage: سلام\n"
    phones = [f"0926{n:07d}" for n in range(1_000)]
    one = planned(campaign, members_csv="phone\n" + "\n".join(phones))
    other = planned(campaign, members_csv="phone\n" + "\n".join(reversed(phones)))
    assert 700 < one.totals.by_line["4000"].messages < 800
    assert {e.phone: e.line for e in one.entries()} == {e.phone: e.line for e in other.entries()}


@pytest.mark.parametrize(
    ("at", "deadline", "date", "refused"),
    [
        ("2027-01-15 12:00", "", 1_800_001_800, False),
        ("2027-01-15 11:00", "", None, True),
        ("2027-01-15 11:00", ", deadline: 1h", None, False),
        ("2027-01-15 11:00", ", deadline: 10m", None, True),
    ],
)
def test_a_time_to_come_is_handed_on_and_one_that_passed_is_refused(planned, at, deadline, date, refused):
    plan = planned(BASIC + f"schedule: {{at: {at}{deadline}}}\n", members_csv=CSV)
    assert plan.date == date
    assert bool(plan.refusals) == refused


def test_samples_are_masked_and_the_longest_is_named(planned):
    plan = planned(BASIC, members_csv=CSV + "09260000004,یک نام بسیار بلند\n")
    assert [sample.phone for sample in plan.samples] == ["0926***0001", "0926***0002", "0926***0003"]
    assert plan.longest.row == 4


@pytest.mark.parametrize("on_invalid", ["skip", "fail"])
def test_two_people_under_one_key_in_two_spellings_stop_the_plan_whatever_on_invalid_says(planned, on_invalid):
    campaign = f"recipients: {{csv: members.csv, key: id, on_invalid: {on_invalid}}}\nmessage: سلام\n"
    with pytest.raises(Invalid) as caught:
        planned(campaign, members_csv="phone,id\n09260000001,12\n09260000002,۱۲\n")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.row, problem.key) == ("members.csv", 3, 2, "id")
    assert "row 1 (members.csv:2)" in problem.what


@pytest.mark.parametrize("earlier", ["12", "0012", "AB-1"])
def test_who_was_served_is_served_however_the_list_writes_the_key_today(planned, earlier, remembered):
    campaign = "recipients: {csv: members.csv, key: id}\nmessage: سلام\n"
    store = remembered({earlier: Fate.ACCEPTED}, phones={earlier: "09260000001"})
    spellings = {
        "12": ["۱۲", "１２", "12.0", "\u00a012\u200f"],
        "0012": ["۰۰۱۲", "0012.0"],
        "AB-1": ["AB\u20111", "ＡＢ－1"],
    }
    for written in spellings[earlier]:
        plan = planned(campaign, store=store, members_csv=f"phone,id\n09260000001,{written}\n")
        assert [(entry.key, entry.action) for entry in plan.entries()] == [(earlier, "done")], ascii(written)


def test_a_key_is_one_whether_a_row_gives_it_as_a_number_or_as_a_text(planned):
    campaign = (
        "recipients:\n  key: id\n  jsonl: m.jsonl\n"
        "  inline: [{phone: '09260000001', id: 12}, {phone: '09260000001', id: '12.0'}]\nmessage: سلام\n"
    )
    lines = "".join(f'{{"phone": "09260000001", "id": {written}}}\n' for written in ("12", "12.0", '"12"', '"۱۲"'))
    plan = planned(campaign, m_jsonl=lines)
    assert [(entry.key, entry.cause) for entry in plan.entries()] == [("12", "")] + [("12", "duplicate")] * 5
