"""Verdicts as JSON, for programs. The keys are a contract; `version` counts their changes."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from kaverun.errors import Problem
from kaverun.validation.verdict import Verdict

VERSION = 1


def verdicts_json(verdicts: Sequence[Verdict]) -> str:
    """Every file with its problems in the order of their places; `messages` is null where a file has errors."""
    document = {
        "version": VERSION,
        "errors": sum(verdict.errors for verdict in verdicts),
        "warnings": sum(verdict.warnings for verdict in verdicts),
        "files": [_file(verdict) for verdict in verdicts],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _file(verdict: Verdict) -> dict[str, object]:
    totals = verdict.totals
    return {
        "path": verdict.path,
        "valid": not verdict.errors,
        "campaign": verdict.name or None,
        "messages": totals.send if totals else None,
        "skipped": totals.skip if totals else None,
        "invalid": totals.invalid if totals else None,
        "problems": [_problem(verdict, problem) for problem in verdict.problems],
    }


def _problem(verdict: Verdict, problem: Problem) -> dict[str, object]:
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "row": problem.row,
        "severity": problem.severity,
        "rule": verdict.kind(problem),
        "what": problem.what,
    }
