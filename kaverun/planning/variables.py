"""The campaign's variables held against the columns and against what its templates take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Problem, Severity
from kaverun.template.template import Condition, Template


def wrong_variables(loaded: LoadedCampaign, columns: Collection[str]) -> Iterator[Problem]:
    """Names that are a variable and a column at once: nobody could tell which of the two a text means."""
    for name in loaded.variables.values:
        if name in columns:
            yield _problem(loaded, name, "is a column too: give one of the two another name", "error")


def unused_variables(loaded: LoadedCampaign, wanting: Iterable[Template | Condition | None]) -> Iterator[Problem]:
    """A warning for each variable that nothing in the campaign takes."""
    taken = {name for one in wanting if one for name in one.names.all}
    for name in loaded.variables.values:
        if name not in taken:
            yield _problem(loaded, name, "is not used: no text and no condition of the campaign takes it", "warning")


def _problem(loaded: LoadedCampaign, name: str, words: str, severity: Severity) -> Problem:
    if name in loaded.variables.given:
        return Problem(words, loaded.document.path, key=f"--var {name}", severity=severity)
    return loaded.document.problem(words, "vars", name, of="key", severity=severity)
