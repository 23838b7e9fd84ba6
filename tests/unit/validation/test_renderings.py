"""The same verdicts for programs, GitHub, code scanners and tables of tests: complete and escaped."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from kaverun.errors import Problem
from kaverun.plan.plan import Totals
from kaverun.validation.as_github import verdicts_github
from kaverun.validation.as_json import verdicts_json
from kaverun.validation.as_junit import verdicts_junit, xml
from kaverun.validation.as_sarif import verdicts_sarif
from kaverun.validation.verdict import KINDS, Verdict

GOOD = Verdict("good.yaml", totals=Totals(rows=5, send=3, skip=2), name="good")
WRONG = Problem("is not known: 100% <b>\r\nof a::b, ‏c", "f/ک x.yaml", 3, 7, "message.a,b")
ROW = Problem("it has 3 digits", "f/m.csv", 12, row=11)
LINT = Problem("a link", "f/ک x.yaml", 4, 9, "message.text", severity="warning", rule="link-in-text")
NOWHERE = Problem("… and 5 more rows with errors")
BAD = Verdict("f/ک x.yaml", (WRONG, ROW, LINT, NOWHERE))


def test_json_is_a_contract_with_a_version():
    told = json.loads(verdicts_json([GOOD, BAD]))
    assert list(told) == ["version", "errors", "warnings", "files"]
    assert (told["version"], told["errors"], told["warnings"]) == (1, 3, 1)
    good, bad = told["files"]
    assert good == {
        "path": "good.yaml", "valid": True, "campaign": "good",
        "messages": 3, "skipped": 2, "invalid": 0, "problems": [],
    }  # fmt: skip
    assert (bad["valid"], bad["messages"]) == (False, None)
    assert bad["problems"][2] == {
        "path": "f/ک x.yaml", "line": 4, "column": 9, "key": "message.text", "row": 0, "severity": "warning",
        "rule": "link-in-text", "what": "a link",
    }  # fmt: skip
    assert [problem["rule"] for problem in bad["problems"]] == [
        "campaign",
        "recipient-row",
        "link-in-text",
        "named-file",
    ]


def test_github_gets_a_command_for_each_problem_with_everything_escaped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert verdicts_github([GOOD, BAD], tmp_path).split("\n") == [
        "::error file=f/ک x.yaml,line=3,col=7,title=kaverun%3A message.a%2Cb::is not known: 100%25 <b>%0D%0Aof a::b, ‏c",
        "::error file=f/m.csv,line=12,title=kaverun%3A row 11::it has 3 digits",
        "::error title=kaverun::… and 5 more rows with errors",
        "::warning file=f/ک x.yaml,line=4,col=9,title=kaverun%3A message.text::a link [link-in-text]",
    ]


def test_github_paths_count_from_the_root_of_the_repository(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    found = [Problem("x", "a.yaml", 1), Problem("x", "../b.yaml", 1), Problem("x", str(tmp_path / "c.yaml"), 1)]
    told = verdicts_github([Verdict("a.yaml", tuple(found))], tmp_path)
    assert [line.split(",")[0] for line in told.split("\n")] == [
        "::error file=sub/a.yaml",
        "::error file=b.yaml",
        "::error file=c.yaml",
    ]


@pytest.mark.parametrize(("problems", "commands", "plain"), [(10, 10, 0), (11, 10, 2), (500, 10, 491)])
def test_what_github_would_not_show_is_told_in_one_line_and_listed_in_the_log(problems, commands, plain):
    found = tuple(Problem(f"no {n}", "::add-mask::a.yaml", n) for n in range(1, problems + 1))
    lines = verdicts_github([Verdict("a.yaml", found), Verdict("b.yaml", (LINT,))], Path.cwd()).split("\n")
    told = [line for line in lines if line.startswith("::error")]
    assert len(told) == commands
    rest = [line for line in lines if not line.startswith("::")]
    assert len(rest) == plain
    assert all(line.startswith("- ") for line in rest)
    if plain:
        assert told[-1].startswith(f"::error title=kaverun::{plain:,} more errors are not shown here")
    assert len([line for line in lines if line.startswith("::warning")]) == 1


# What SARIF 2.1.0 demands of the parts that are used here (OASIS standard, sections 3.13 to 3.30 and 3.52).
_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"enum": ["2.1.0"]},
        "$schema": {"type": "string", "pattern": "sarif-2.1.0.*json$"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "properties": {"id": {"type": "string"}, "shortDescription": _TEXT},
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "items": {
                            "required": ["message", "ruleId"],
                            "properties": {
                                "message": _TEXT,
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "locations": {
                                    "items": {
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "properties": {
                                                            "uri": {"type": "string", "pattern": "^[!-~]+$"}
                                                        },
                                                    },
                                                    "region": {
                                                        "required": ["startLine"],
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1},
                                                            "startColumn": {"type": "integer", "minimum": 1},
                                                        },
                                                    },
                                                },
                                            }
                                        },
                                    }
                                },
                            },
                        }
                    },
                },
            },
        },
    },
}


def test_sarif_holds_what_the_standard_demands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = json.loads(verdicts_sarif([GOOD, BAD], tmp_path))
    Draft7Validator(SARIF).validate(told)
    (run,) = told["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    first, row, lint, nowhere = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "f/%DA%A9%20x.yaml"
    assert place["region"] == {"startLine": 3, "startColumn": 7}
    assert row["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}
    assert row["message"]["text"] == "row 11: it has 3 digits"
    assert (lint["level"], lint["ruleId"]) == ("warning", "link-in-text")
    assert "locations" not in nowhere


def test_sarif_rule_ids_are_stable_and_each_result_points_at_its_rule(tmp_path):
    run = json.loads(verdicts_sarif([BAD], tmp_path))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == list(KINDS) == [
        "campaign", "recipient-row", "named-file", "missing-opt-out", "link-in-text", "same-text", "unused-column",
        "no-quiet-hours", "same-name", "text-as-condition", "empty-value", "html-in-text", "wrong-encoding",
        "literal-escape", "foreign-placeholder", "mixed-alphabet",
    ]  # fmt: skip
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_junit_is_a_table_of_files_in_which_warnings_do_not_fail():
    lint = Verdict("lint.yaml", (LINT,))
    root = ElementTree.fromstring(verdicts_junit([GOOD, BAD, lint]).encode())
    assert (root.tag, root.attrib) == ("testsuites", {"name": "kaverun", "tests": "3", "failures": "1"})
    (suite,) = root
    good, bad, warned = suite.findall("testcase")
    assert [case.get("name") for case in (good, bad, warned)] == ["good.yaml", "f/ک x.yaml", "lint.yaml"]
    assert list(good) == []
    failure = bad.find("failure")
    assert failure.get("message").endswith(" (and 2 more)")
    assert len(failure.text.split("\n")) == 4  # one of the three is told with the line end that it holds
    assert warned.find("failure") is None
    assert "[link-in-text]" in warned.find("system-out").text


@pytest.mark.parametrize("odd", ["\x00", "\x08", "\x0b", "\x1b", "\x7f", "\x9f", "\ufffe", "\uffff", "\ud800"])
def test_junit_holds_no_character_that_xml_cannot(odd):
    text = f'a{odd}<b> & "c" سلام 😀 ‌d'
    told = ElementTree.fromstring(f'<t a="{xml(text)}">{xml(text)}</t>'.encode())
    assert told.text == told.get("a") == 'a<b> & "c" سلام 😀 ‌d'
    found = verdicts_junit([Verdict(f"{odd}.yaml", (Problem(f"x{odd}", f"p{odd}"),))])
    ElementTree.fromstring(found.encode())
