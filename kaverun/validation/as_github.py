"""Verdicts as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kaverun.errors import Problem, Severity
from kaverun.validation.places import from_root
from kaverun.validation.verdict import Verdict

# GitHub shows so many errors and so many warnings of a step (traps.md, *Pages and previews*).
_SHOWN = 10
_SEVERITIES: tuple[Severity, ...] = ("error", "warning")


def verdicts_github(verdicts: Sequence[Verdict], root: Path) -> str:
    """A command for each problem; what GitHub would not show is told by one command and listed in plain lines.

    `root` is the folder that GitHub counts paths from.
    """
    return "\n".join(line for severity in _SEVERITIES for line in _lines(verdicts, severity, root))


def _lines(verdicts: Sequence[Verdict], severity: Severity, root: Path) -> Iterator[str]:
    found = [problem for verdict in verdicts for problem in verdict.problems if problem.severity == severity]
    shown = found if len(found) <= _SHOWN else found[: _SHOWN - 1]
    rest = found[len(shown) :]
    yield from (_command(problem, root) for problem in shown)
    if rest:
        told = f"{len(rest):,} more {severity}s are not shown here, where GitHub shows {_SHOWN} of a step"
        yield f"::{severity} title=kaverun::{_data(told)}: they are in its log"
        # The dash keeps a path that begins with colons from being a command.
        yield from (f"- {problem}" for problem in rest)


def _command(problem: Problem, root: Path) -> str:
    subject = problem.key or (f"row {problem.row}" if problem.row else "")
    properties = {
        "file": from_root(problem.path, root) if problem.path else "",
        "line": problem.line or "",
        "col": problem.column or "",
        "title": f"kaverun: {subject}" if subject else "kaverun",
    }
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value != "")
    rule = f" [{problem.rule}]" if problem.rule else ""
    return f"::{problem.severity} {given}::{_data(problem.what + rule)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
