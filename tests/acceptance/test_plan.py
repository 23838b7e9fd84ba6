"""The plan as people and programs read it; nothing is sent and no key is needed."""

from __future__ import annotations

import csv
import io
import json

import pytest

TARIFF = "version: 1\ncurrency: IRR\nlines: {default: {persian: 120, latin: 300}}\n"


def test_detailed_exitcode_tells_whether_there_is_something_to_send(kaverun, campaign, sandbox):
    path = campaign()
    local = ("--base-url", sandbox.url)
    assert kaverun("plan", path, *local).code == 0
    assert kaverun("plan", path, "--detailed-exitcode", *local).code == 2
    kaverun("apply", path, "--yes", *local)
    done = kaverun("plan", path, "--detailed-exitcode", *local)
    assert done.code == 0
    assert "already sent  5" in done.out


def test_what_went_to_a_sandbox_is_not_taken_for_sent_at_the_real_provider(kaverun, campaign, sandbox):
    path = campaign()
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    assert kaverun("plan", path, "--detailed-exitcode").code == 2


def test_the_text_names_counts_parts_cost_the_longest_and_samples(kaverun, campaign):
    kaverun.write("tariff.yaml", TARIFF)
    ended = kaverun("plan", campaign(rows=3, extra="tariff: tariff.yaml\n"), KAVENEGAR_API_KEY="")
    assert ended.code == 0
    for words in (
        "recipients    3",
        "to send       3",
        "parts         3",
        "360 Rial",
        "longest       row 1",
        "0926***0002",
    ):
        assert words in ended.out
    assert "09260000002" not in ended.out


def test_variables_of_the_command_line_are_taken_by_every_command_that_renders(kaverun, campaign):
    path = campaign(rows=1, text="{{ name }} {{ gift }}", extra="vars: {gift: a}\n")
    for command in (("plan",), ("apply", "--dry-run")):
        assert "نام 0 چای" in kaverun(*command, path, "--var", "gift=چای").out
    assert kaverun("validate", path, "--var", "gift=b").code == 0
    ended = kaverun("apply", path, "--sandbox", "--yes", "--var", "gift=قهوه")
    assert ended.code == 0, ended.said
    assert kaverun.reports("nowruz")[0][1][0]["text"] == "نام 0 قهوه"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("gift", "--var gift: write it as --var name=value"),
        ("a b=1", '--var a b: "a b" is no name that a template can use: write a_b'),
        ("name=x", "campaign.yaml: --var name: is a column too: give one of the two another name"),
    ],
)
def test_a_variable_that_cannot_be_taken_is_told_and_nothing_is_sent(kaverun, campaign, given, told):
    for command in ("validate", "plan", "apply"):
        ended = kaverun(command, campaign(), "--var", given)
        assert ended.code == 1
        assert told in ended.err


def test_json_and_markdown_hold_the_same_figures_and_no_whole_number(kaverun, campaign):
    path = campaign(rows=7)
    plan = json.loads(kaverun("plan", path, "--format", "json").out)
    others = ("done", "skip", "invalid", "in_doubt", "anew", "scheduled", "scheduled_differs", "edited")
    assert plan["counts"] == {"rows": 7, "send": 7, **dict.fromkeys(others, 0)}
    assert plan["cost"] is None
    markdown = kaverun("plan", path, "--format", "markdown").out
    assert "**7 to send**" in markdown
    assert plan["digest"] in markdown
    assert "unknown: no tariff" in markdown
    assert "0926000" not in markdown + json.dumps(plan)


def test_markdown_in_a_text_stays_text(kaverun, campaign):
    ended = kaverun("plan", campaign(rows=1, text="<b>&amp; | `x` @team #1 {{ name }}"), "--format", "markdown")
    assert "&lt;b&gt;&amp;amp; | `x` @team #1" in ended.out


def test_messages_writes_every_row_with_its_text_and_price(kaverun, campaign):
    kaverun.write("tariff.yaml", TARIFF)
    path = campaign(rows=2, extra="tariff: tariff.yaml\n")
    assert kaverun("plan", path, "--messages", "out.csv").code == 0
    with (kaverun.folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "row", "key", "phone", "line", "action", "reason", "text", "encoding", "units", "parts", "cost", "localid",
    ]  # fmt: skip
    assert rows[1] == {
        "row": "2", "key": "09260000001", "phone": "09260000001", "line": "10004346", "action": "send", "reason": "",
        "text": "نام 1 عزیز، سلام", "encoding": "ucs2", "units": "16", "parts": "1", "cost": "120",
        "localid": rows[1]["localid"],
    }  # fmt: skip
    assert 0 < int(rows[1]["localid"]) < 2**63


def test_the_same_inputs_give_the_same_bytes(kaverun, campaign):
    path = campaign(rows=50)
    first, second = (
        (kaverun("plan", path, "--messages", name).out, (kaverun.folder / name).read_bytes())
        for name in ("a.csv", "b.csv")
    )
    assert first == second


def test_dry_run_is_the_plan(kaverun, campaign):
    path = campaign()
    assert kaverun("apply", path, "--dry-run", KAVENEGAR_API_KEY="").out == kaverun("plan", path).out
    assert not (kaverun.folder / "reports").exists()
    assert not (kaverun.folder / ".kaverun").exists()


def test_a_file_that_cannot_be_written_is_said(kaverun, campaign):
    ended = kaverun("plan", campaign(), "--messages", "no/such/folder/out.csv")
    assert ended.code == 1
    assert "out.csv" in ended.err


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_an_empty_plan_can_be_shown(kaverun, sandbox, form):
    path = kaverun.write(
        "c.yaml",
        "version: 1\nname: none\nrecipients: {inline: [{phone: '09260000001', a: 1}], where: a == 2}\nmessage: x\n",
    )
    ended = kaverun("plan", path, "--format", form)
    assert ended.code == 0
    assert "recipients.where does not hold" in ended.out


def test_every_message_on_stdout_is_csv_that_other_programs_read(kaverun, campaign):
    ended = kaverun("plan", campaign(rows=2), "--messages", "-")
    header, first, second = csv.reader(io.StringIO(ended.out.removeprefix("\ufeff")))
    assert (header[0], header[-1], first[0], second[0]) == ("row", "localid", "1", "2")
    assert second[-1].isdigit()
