"""The verdict on a campaign file: everything wrong or remarkable with it, its template, lists and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from kaverun.campaign.lints import LINTS, SAME_NAME
from kaverun.campaign.loader import NOTHING_GIVEN, LoadedCampaign
from kaverun.errors import Invalid, KaverunError, Problem
from kaverun.ledger.opening import read_ledger
from kaverun.plan.plan import Plan, Totals
from kaverun.planning.planner import make_plan, open_campaign
from kaverun.text.paths import path_text
from kaverun.validation.gather import campaign_files, each_once

Kind = Literal["campaign", "recipient-row", "named-file"]
KINDS: Mapping[str, str] = {
    "campaign": "The campaign file says what cannot be meant, or leaves out what is needed.",
    "recipient-row": "A row of the recipients cannot be used.",
    "named-file": "A file that the campaign names cannot be used.",
    **LINTS,
}
"""What a problem can be, by names that are a contract: lints have their own, everything else one of three."""

# What was sent before decides whether these are kept, and that only a plan knows.
_DEPENDING = ("limits.recipients", "limits.cost")
_CERTAIN = ("limits.parts", "limits.invalid")
# What becomes of every campaign that has a time: no error of its file, also where warnings are.
_PASSING = ("schedule.at",)


class Verdict(NamedTuple):
    """Of the file at `path`, as given: its problems, and the totals of its plan if nobody was served yet.

    `name` is the campaign's name, "" where it has none that can be used; so are `totals` None with errors.
    """

    path: str
    problems: tuple[Problem, ...] = ()
    totals: Totals | None = None
    name: str = ""

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    def kind(self, problem: Problem) -> str:
        """The name of what a problem is, one of `KINDS`."""
        if problem.rule:
            return problem.rule
        return "recipient-row" if problem.row else "campaign" if problem.path == self.path else "named-file"


def verdicts(
    paths: Iterable[Path],
    *,
    now: float,
    strict: bool,
    given: Mapping[str, str] = NOTHING_GIVEN,
    progress: Callable[[int], None] = lambda rows: None,
) -> list[Verdict]:
    """A verdict on every campaign file among files and folders; `now` is in unix seconds.

    `given` are the variables of the command line; `progress` is called with the rows of a file that were looked at.

    With `strict` warnings are errors, but for those about rows that are left out as the file says, and for a time that
    has passed.
    """
    found, files = list[Verdict](), list[Path]()
    for path in paths:
        try:
            files += campaign_files(path)
        except Invalid as invalid:
            found.append(Verdict(path_text(path), invalid.problems))
    known: dict[str, str] = {}
    return [*found, *(_on_file(file, known, given, progress, now=now, strict=strict) for file in each_once(files))]


def _on_file(
    path: Path,
    known: dict[str, str],
    given: Mapping[str, str],
    progress: Callable[[int], None],
    *,
    now: float,
    strict: bool,
) -> Verdict:
    """The verdict on one file; `known` holds the files by the campaign names they gave, and learns this one's."""
    shown = path_text(path)
    try:
        loaded = open_campaign(path, given)
        with closing(read_ledger()) as nothing_sent:
            plan = make_plan(loaded, now=now, store=nothing_sent, provider="", progress=progress)
    except Invalid as invalid:
        return Verdict(shown, tuple(_harder(invalid.problems) if strict else invalid.problems))
    except (KaverunError, OSError) as error:
        # What the system refuses for one file says nothing about the others.
        words = str(error) if isinstance(error, KaverunError) else f"cannot be checked: {error.strerror or error}"
        return Verdict(shown, (Problem(words, shown),))
    doubts = [*plan.strict, *_limits(plan, _DEPENDING, "warning"), *_same_name(loaded, known)]
    strictly = set(plan.strict)
    rows = [problem for problem in plan.warnings if problem not in strictly]
    certain = _limits(plan, _CERTAIN, "error")
    passed = _limits(plan, _PASSING, "warning")
    problems = (*certain, *(_harder(doubts) if strict else doubts), *passed, *rows)
    return Verdict(shown, problems, plan.totals, plan.campaign)


def _harder(problems: Iterable[Problem]) -> Iterator[Problem]:
    return (replace(problem, severity="error") for problem in problems)


def _limits(plan: Plan, keys: tuple[str, ...], severity: Literal["error", "warning"]) -> list[Problem]:
    return [replace(problem, severity=severity) for problem in plan.refusals if problem.key in keys]


def _same_name(loaded: LoadedCampaign, known: dict[str, str]) -> Iterator[Problem]:
    """Two files of one name are one campaign: who got the message of the one never gets that of the other."""
    name, here = loaded.campaign.name, path_text(loaded.path)
    first = known.setdefault(name, here)
    if first != here and SAME_NAME not in loaded.campaign.lints.off:
        words = (
            f"is the name of {first} too, and a name is who a campaign is: whoever was sent a message of the one never "
            "gets one of the other; give this one a name of its own, or silence this under lints.off"
        )
        yield replace(loaded.document.problem(words, "name", severity="warning"), rule=SAME_NAME)
