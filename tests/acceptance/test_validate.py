"""`kaverun validate` for people, programs and pipelines; and `--strict` and `--allow-over` of plan and apply."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

GOOD = "version: 1\nname: good\nrecipients: [{phone: '09260000001'}]\nsenders: ['10004346']\nmessage: سلام\n"


@pytest.fixture
def files(kaverun):
    """A folder with a valid file, one that a second look dislikes, and one that is wrong."""
    kaverun.write("c/good.yaml", GOOD + "lints: {off: missing-opt-out}\n")
    kaverun.write("c/lint.yaml", GOOD.replace("name: good", "name: lint"))
    kaverun.write("c/wrong.yaml", GOOD.replace("name: good", "name: wrong").replace("message", "mesage"))
    return kaverun


def test_text_says_what_is_valid_on_stdout_and_what_is_not_on_stderr(files):
    ended = files("validate", "c")
    assert ended.code == 1
    assert re.findall(r"^\S+: valid", ended.out, re.MULTILINE) == ["c/good.yaml: valid", "c/lint.yaml: valid"]
    assert [line.split(": ")[:2] for line in ended.err.splitlines()] == [
        ["c/lint.yaml:5:10", "message"],
        ["c/wrong.yaml:1:1", "message"],
        ["c/wrong.yaml:5:1", "mesage"],
        ["2 errors, 1 warning in 3 files; nothing was sent."],
    ]


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_every_format_is_one_document_on_stdout_with_the_summary_on_stderr(files, form):
    ended = files("validate", "c", "--format", form)
    assert ended.code == 1
    assert ended.err == "2 errors, 1 warning in 3 files; nothing was sent.\n"
    if form == "github":
        assert [line.split(" ")[0] for line in ended.out.splitlines()] == ["::error", "::error", "::warning"]
    elif form == "junit":
        assert ElementTree.fromstring(ended.out).get("failures") == "1"
    else:
        told = json.loads(ended.out)
        assert told["version"] == (1 if form == "json" else "2.1.0")


def test_github_paths_count_from_the_workspace(files):
    ended = files("validate", "wrong.yaml", "--format", "github", GITHUB_WORKSPACE=str(files.folder))
    assert "file=wrong.yaml" in ended.out
    assert files("validate", "c/good.yaml", "--format", "github").out == ""


def test_strict_takes_warnings_for_errors_in_all_three_commands(files, sandbox):
    assert files("validate", "c/lint.yaml").code == 0
    assert files("validate", "--strict", "c/good.yaml").code == 0
    local = ("--base-url", sandbox.url)
    for arguments in (["validate"], ["plan", *local], ["apply", "--yes", *local]):
        ended = files(*arguments, "--strict", "c/lint.yaml")
        assert ended.code == 1
        assert "[missing-opt-out]" in ended.err
        assert "warning:" not in ended.err
        assert "1 error; nothing was sent." in ended.err
        assert arguments == ["validate"] or re.search(r"to send +1", ended.said)
    assert not sandbox.messages()


def test_a_rule_is_lifted_for_one_command_loudly_and_alone(kaverun, campaign, sandbox):
    path = campaign(extra="limits: {recipients: 4, parts: 1}\nlints: {off: missing-opt-out}\n", text="سلام" * 30)
    local = ("--yes", "--base-url", sandbox.url)
    ended = kaverun("apply", path, *local, "--allow-over", "recipients")
    assert ended.code == 1
    assert "give --allow-over parts this once" in ended.err
    ended = kaverun("apply", path, *local, "--allow-over", "recipients", "--allow-over", "parts")
    assert ended.code == 0, ended.err
    assert len(re.findall(r"LIFTED +limits\.", ended.err)) == 2
    assert kaverun.reports("nowruz")[0][0]["notes"][0].startswith("limits.recipients: 5 messages to send, more than")
    assert len(sandbox.messages()) == 5


def test_files_are_checked_without_loading_what_only_sending_needs(files):
    code = (
        "import sys\nsys.argv = ['kaverun', 'validate', 'c/good.yaml', 'c/wrong.yaml']\n"
        "from kaverun.cli import main\nmain._exit_code()\nprint(*sorted(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=files.folder, capture_output=True, text=True, check=True)
    loaded = set(ended.stdout.split("\n")[-2].split())
    assert {"yaml", "jinja2", "pydantic"} <= loaded
    assert not loaded & {"requests", "urllib3", "tenacity", "rich", "persiantools"}
