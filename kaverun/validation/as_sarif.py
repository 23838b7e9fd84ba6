"""Verdicts as SARIF 2.1.0, which code scanners and editors read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from kaverun import __version__
from kaverun.errors import Problem
from kaverun.validation.places import from_root
from kaverun.validation.verdict import KINDS, Verdict

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = tuple(KINDS)
Json = dict[str, object]


def verdicts_sarif(verdicts: Sequence[Verdict], root: Path) -> str:
    """One run; rule ids are a contract. `root` is the folder that paths count from."""
    driver = {
        "name": "kaverun",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": words}} for name, words in KINDS.items()],
    }
    results = [_result(verdict, problem, root) for verdict in verdicts for problem in verdict.problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return orjson.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_INDENT_2).decode()


def _result(verdict: Verdict, problem: Problem, root: Path) -> Json:
    kind = verdict.kind(problem)
    subject = problem.key or (f"row {problem.row}" if problem.row else "")
    result: Json = {
        "ruleId": kind,
        "ruleIndex": _RULES.index(kind),
        "level": problem.severity,
        "message": {"text": f"{subject}: {problem.what}" if subject else problem.what},
    }
    if problem.path:
        result["locations"] = [{"physicalLocation": _place(problem, root)}]
    return result


def _place(problem: Problem, root: Path) -> Json:
    from urllib.parse import quote

    path = from_root(problem.path, root)
    uri = Path(path).as_uri() if Path(path).is_absolute() else quote(path)
    place: Json = {"artifactLocation": {"uri": uri}}
    if problem.line:
        place["region"] = {"startLine": problem.line, **({"startColumn": problem.column} if problem.column else {})}
    return place
