"""Verdicts as JUnit XML, which every pipeline shows as a table of tests: one for each campaign file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from kaverun.validation.verdict import Verdict

# What XML 1.0 cannot hold even escaped, and the other control characters, which break the pages that show it.
_odd = re.compile("[^\t\n\r -~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def verdicts_junit(verdicts: Sequence[Verdict]) -> str:
    """A testcase per file, failed where it has errors; warnings are its output."""
    failed = sum(bool(verdict.errors) for verdict in verdicts)
    counts = f'tests="{len(verdicts)}" failures="{failed}"'
    cases = (line for verdict in verdicts for line in _case(verdict))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="kaverun" {counts}>',
        f'<testsuite name="kaverun validate" {counts} errors="0" skipped="0">',
        *cases,
        "</testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines)


def _case(verdict: Verdict) -> Iterator[str]:
    path = xml(verdict.path)
    yield f'<testcase classname="kaverun.validate" name="{path}" file="{path}">'
    errors = [str(problem) for problem in verdict.problems if problem.severity == "error"]
    warnings = [str(problem) for problem in verdict.problems if problem.severity == "warning"]
    if errors:
        more = f" (and {len(errors) - 1:,} more)" if len(errors) > 1 else ""
        yield f'<failure type="invalid" message="{xml(errors[0] + more)}">{_lines(errors)}</failure>'
    if warnings:
        yield f"<system-out>{_lines(warnings)}</system-out>"
    yield "</testcase>"


def _lines(texts: Sequence[str]) -> str:
    return xml("\n".join(texts))


def xml(text: str) -> str:
    """Text as it may stand in an element or between double quotes, without control characters."""
    return escape(_odd.sub("", text), quote=True)
