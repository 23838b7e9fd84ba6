"""Wrong input: every error in one run, with its place and what to do; exit 1; nothing sent."""

from __future__ import annotations

import json

import pytest

GOOD = "version: 1\nname: good\nrecipients: [{phone: '09260000001'}]\nsenders: ['10004346']\nmessage: سلام\n"


def lines_of(ended):
    return ended.err.splitlines()


def test_errors_of_the_file_the_template_the_files_it_names_and_the_rows_come_in_one_run(kaverun):
    kaverun.write("members.csv", "mobile,name\n09260000001,a\n0926,b\n")
    kaverun.write(
        "c.yaml",
        "version: 1\nname: Bad Name\nrecipients:\n  csv: members.csv\n  phone: mobile\n  exclud: x.csv\n"
        "message:\n  text: |-\n    {{ nmae }}\n    {{ name | uper }}\nlimits: {cost: many}\n",
    )
    ended = kaverun("validate", "c.yaml")
    assert ended.code == 1
    for words in (
        "c.yaml:2:7: name:",
        "c.yaml:6:3: recipients.exclud: is not known (did you mean exclude?)",
        "c.yaml:10:",
        "c.yaml:11:16: limits.cost:",
        "members.csv:3: row 2:",
    ):
        assert words in ended.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("message:", "mesage:"), ["c.yaml:5:1: mesage: is not known (did you mean message?)"]),
        (GOOD.replace("سلام", "'{{ nam }}'"), ["c.yaml:5:", "no column is called 'nam'"]),
        (GOOD.replace("[{phone: '09260000001'}]", "nothere.csv"), ["c.yaml:3:13:", "does not exist"]),
        (GOOD.replace("[{phone: '09260000001'}]", "[]"), ["c.yaml:3:13: recipients", "empty"]),
        (GOOD.replace("09260000001", "0926"), ["c.yaml:3", "row 1"]),
        (GOOD.replace("سلام", "'{{ \"سلام\" * 300 }}'"), ["row 1: the text is 1200 characters long"]),
        ("", ["c.yaml", "empty"]),
        ("- a\n", ["c.yaml:1:1"]),
        ("name: [\n", ["c.yaml:2"]),
        (GOOD + "name: again\n", ["c.yaml:6:1: name", "2"]),
        (GOOD + "api_key: abc123\n", ["KAVENEGAR_API_KEY"]),
    ],
    ids=[
        "unknown key", "unknown variable", "missing file", "empty list", "bad number", "too long",
        "empty file", "list", "broken yaml", "the same key twice", "a secret",
    ],
)  # fmt: skip
def test_each_is_said_with_its_place_and_nothing_is_sent(kaverun, sandbox, text, words):
    kaverun.write("c.yaml", text)
    for arguments in (
        ["validate", "c.yaml"],
        ["plan", "c.yaml"],
        ["apply", "c.yaml", "--yes", "--base-url", sandbox.url],
    ):
        ended = kaverun(*arguments)
        assert ended.code == 1
        for word in words:
            assert word in ended.err
    assert not sandbox.requests("account/info")
    assert not (kaverun.folder / "reports").exists()


def test_a_variable_no_column_provides_is_one_error_for_any_number_of_rows(kaverun, campaign):
    ended = kaverun("validate", campaign(rows=1000, text="{{ nam }}"))
    assert lines_of(ended) == [
        f"{kaverun.folder}/campaign.yaml:7:8: message.text: no column is called 'nam'; did you mean 'name'?",
        "1 error; nothing was sent.",
    ]


def test_every_bad_row_is_told_with_its_file_and_line(kaverun):
    kaverun.write("members.csv", "phone,name\n0926,a\n09260000001,b\nabc,c\n")
    kaverun.write("c.yaml", GOOD.replace("[{phone: '09260000001'}]", "members.csv"))
    ended = kaverun("validate", "c.yaml")
    assert [line.split(" ")[0] for line in lines_of(ended)] == ["members.csv:2:", "members.csv:4:", "2"]
    assert "row 1" in lines_of(ended)[0]
    assert "row 3" in lines_of(ended)[1]


def test_two_rows_of_the_same_number_are_told_in_the_plan(kaverun):
    kaverun.write("members.csv", "phone\n09260000001\n+98 926 000 0001\n")
    kaverun.write("c.yaml", GOOD.replace("[{phone: '09260000001'}]", "members.csv"))
    assert "row 2: duplicate of row 1 (members.csv:2)" in kaverun("plan", "c.yaml").out
    assert "members.csv:3: row 2: warning: duplicate of row 1 (members.csv:2)" in kaverun("validate", "c.yaml").err


def test_no_key_and_a_wrong_file_are_both_told(kaverun):
    kaverun.write("c.yaml", GOOD.replace("message:", "mesage:"))
    ended = kaverun("apply", "c.yaml", "--yes", KAVENEGAR_API_KEY="")
    assert ended.code == 1
    assert "no API key: set KAVENEGAR_API_KEY" in ended.err
    assert "mesage" in ended.err


def test_a_key_is_read_from_a_file_and_a_missing_one_is_said(kaverun, campaign, sandbox, tmp_path):
    path = campaign()
    key = kaverun.write("key.txt", "  5A5A5A5A5A5A\n")
    local = ("--yes", "--base-url", sandbox.url)
    assert kaverun("apply", path, *local, KAVENEGAR_API_KEY="", KAVENEGAR_API_KEY_FILE=str(key)).code == 0
    ended = kaverun("apply", path, *local, KAVENEGAR_API_KEY="", KAVENEGAR_API_KEY_FILE="nothere.txt")
    assert ended.code == 1
    assert "nothere.txt" in ended.err


def test_plain_http_to_another_host_is_refused(kaverun, campaign):
    ended = kaverun("apply", campaign(), "--yes", "--base-url", "http://api.kavenegar.com/v1")
    assert ended.code == 1
    assert "unencrypted" in ended.err


@pytest.mark.parametrize(
    "arguments", [["pln"], ["plan"], ["plan", "c.yaml", "--nonsense"], ["apply", "c.yaml", "--format", "x"]]
)
def test_a_misused_command_line_exits_1(kaverun, arguments):
    assert kaverun(*arguments).code == 1


def test_many_files_and_folders_are_validated_in_one_run(kaverun):
    kaverun.write("a/one.yaml", GOOD)
    kaverun.write("a/b/two.yml", GOOD.replace("message:", "mesage:"))
    kaverun.write("a/tariff.yaml", "version: 1\ncurrency: IRR\nlines: {}\n")
    kaverun.write("three.yaml", GOOD.replace("version: 1", "version: 2"))
    ended = kaverun("validate", "a", "three.yaml")
    assert ended.code == 1
    assert "a/one.yaml: valid, 1 message" in ended.out
    assert "a/b/two.yml:5:1: mesage" in ended.err
    assert "three.yaml:1:10: version" in ended.err
    assert "tariff" not in ended.said


def test_help_and_version_are_there(kaverun):
    assert "validate" in kaverun("--help").out
    assert "--detailed-exitcode" in kaverun("plan", "--help").out
    assert kaverun("--version").out.startswith("kaverun, version ")


def test_the_installed_command_says_an_error_as_one_json_document(kaverun, sandbox):
    kaverun.write("c.yaml", GOOD.replace("message:", "mesage:"))
    kaverun.write("good.yaml", f"{GOOD}limits: {{recipients: 1}}\n".replace("}]", "}, {phone: '09260000002'}]"))
    wrong = (
        (("plan", "c.yaml"), "Invalid"),
        (("plan", "c.yaml", "--nonsense"), "NoSuchOption"),
        (("apply", "good.yaml", "--yes", "--base-url", sandbox.url), "LimitExceeded"),
        (("status", "good.yaml", "--base-url", sandbox.url), "Refused"),
    )
    for arguments, kind in wrong:
        ended = kaverun(*arguments, "--format", "json")
        document = json.loads(ended.out)
        assert (document["error"], document["exit_code"], ended.code) == (kind, 1, 1)
        places = [(one["line"], one["column"], one["key"]) for one in document["problems"]]
        assert ((5, 1, "mesage") in places) == (kind == "Invalid")
    assert sandbox.messages() == []
