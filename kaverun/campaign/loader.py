"""From the path of a campaign file to a campaign, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from kaverun.campaign.inputs import InputFile, input_files
from kaverun.campaign.judgement import complaints
from kaverun.campaign.models import LOOKUP_KEYS, Campaign
from kaverun.campaign.remainder import STAND_IN_TEXT, KeyPath, remainder
from kaverun.campaign.rules import broken_rules, without_nothing
from kaverun.campaign.shorthand import written_out
from kaverun.campaign.values import message_text
from kaverun.campaign.variables import Variables, over
from kaverun.errors import Invalid, Problem
from kaverun.files.kinds import LIST_KEYS
from kaverun.files.named import (
    Neighbourhood,
    file_and_sheet,
    link_target,
    list_complaint,
    named_files,
    neighbourhood,
)
from kaverun.files.small import read_small
from kaverun.strict_yaml.document import MAX_BYTES, Document, read
from kaverun.strict_yaml.text import decoded
from kaverun.text.excerpt import excerpt
from kaverun.text.line_ends import with_line_feeds
from kaverun.text.paths import path_text

if TYPE_CHECKING:
    from kaverun.campaign.handed import HandedRows

MAX_TEMPLATE_BYTES = 2**20
"""A text has at most 4000 characters; a file longer than this is not the template that was meant."""

NOTHING_GIVEN: Mapping[str, str] = {}


_AT: KeyPath = ("schedule", "at")


class TemplateSource(NamedTuple):
    """A Jinja template and where it begins: `path` as shown to people, line and column from 1, and its key path."""

    text: str
    path: str
    line: int
    column: int
    key: str = "message.text"


class LoadedCampaign(NamedTuple):
    """A campaign file without errors, and what was read beside it.

    `path` is the path as it was given, `folder` and `root` (of the repository) are absolute and resolved.
    `templates` are what a message is made of, by their keys: its `text`, or a lookup's `template` and tokens.
    `variables` are what these may take beside columns. `inputs` are all files that are read for it, itself first.
    `handed` are recipients that a program gave in place of those that the file names.
    """

    campaign: Campaign
    path: Path
    folder: Path
    root: Path
    document: Document
    templates: Mapping[str, TemplateSource]
    warnings: tuple[Problem, ...]
    variables: Variables
    inputs: tuple[InputFile, ...]
    handed: HandedRows | None = None

    def file(self, name: str) -> Path:
        """Where a file that the campaign names is read from; a sheet after # is no part of it."""
        return self.folder / file_and_sheet(name)[0]

    def shown(self, name: str) -> str:
        """A named file as problems call it: relative to where the campaign's own path is."""
        return path_text(self.path.parent / name)


class Examined(NamedTuple):
    """A campaign file and its problems, in order of place.

    Where there are errors, `loaded` is what is left without them, to look further and never to send; None where
    nothing is left to look at.
    """

    loaded: LoadedCampaign | None
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        return self.loaded is not None and all(problem.severity == "warning" for problem in self.problems)


def load_campaign(
    path: Path,
    given: Mapping[str, str] = NOTHING_GIVEN,
    *,
    text: bytes | None = None,
    rows: HandedRows | None = None,
) -> LoadedCampaign:
    """Read, check and complete one campaign file; raises Invalid with every problem found, in order of place.

    Arguments as those of `examine`.
    """
    examined = examine(path, given, text=text, rows=rows)
    if examined.loaded is None or not examined.sound:
        raise Invalid(examined.problems)
    return examined.loaded


def examine(
    path: Path,
    given: Mapping[str, str] = NOTHING_GIVEN,
    *,
    text: bytes | None = None,
    rows: HandedRows | None = None,
) -> Examined:
    """Read one campaign file; raises Invalid only where it cannot be read at all.

    `given` are the variables of the command line, which come before those of the file. `text` is read in place of a
    file at `path`, and `rows` are the recipients in place of those that it names.
    """
    document = read(_content(path) if text is None else text, path_text(path))
    around = neighbourhood(path)
    written = written_out(document.data)
    if rows:
        written = _without_sources(written)
    data, empty = without_nothing(document, written)
    campaign, wrong = _judged(document, data, {problem.key for problem in empty})
    templates, unusable = _templates(document, around, data)
    missing = [*_file_problems(document, around, data), *_folder_problems(document, around, data)]
    broken = list(broken_rules(document, written, handed=rows is not None))
    found = [*empty, *wrong, *unusable, *broken, *(problem for _, problem in missing)]
    problems = tuple(_in_order(document.problems, found))
    if any(problem.severity == "error" for problem in problems):
        # A time that no clock shows is no time to look further with.
        unusable_times = [_AT for problem in broken if problem.key == "schedule.at" and problem.severity == "error"]
        campaign = remainder(data, [*(keys for keys, _ in missing), *unusable_times], handed=rows is not None)
        templates = templates or {"text": TemplateSource(STAND_IN_TEXT, document.path, 1, 1)}
        if any(problem.key.startswith("vars") for problem in problems):
            # Without one of the variables a template would only be told to lack it.
            templates = {key: source._replace(text=STAND_IN_TEXT) for key, source in templates.items()}
    if campaign is None or not templates:
        return Examined(None, problems)
    variables = over(campaign.vars, given)
    unusable_names = {keys for keys, _ in missing}
    named = (one for one in named_files(data) if one.keys not in unusable_names)
    partials = _partials(around, templates)
    inputs = input_files(path, around, named, partials, text, rows.path if rows else None)
    loaded = LoadedCampaign(
        campaign, path, around.folder, around.root, document, templates, problems, variables, inputs, rows
    )
    return Examined(loaded, problems)


def _without_sources(data: dict[str, object]) -> dict[str, object]:
    """A campaign's data in long form without where its recipients come from, and how that is read."""
    recipients = data.get("recipients", {})
    if not isinstance(recipients, dict):
        return data
    sources = (*LIST_KEYS, "inline", "encoding", "delimiter")
    return {**data, "recipients": {key: value for key, value in recipients.items() if key not in sources}}


def _partials(around: Neighbourhood, templates: Mapping[str, TemplateSource]) -> tuple[str, ...]:
    """The files below the campaign's folder that its templates include, or that one of those does."""
    texts = [source.text for source in templates.values() if "include" in source.text]
    if not texts:
        # Most campaigns are spared Jinja where they are loaded for anything but a plan.
        return ()
    from kaverun.template.parsing import partials_in
    from kaverun.template.partials import Partials

    return partials_in(texts, Partials(around.folder, around.shown))


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Invalid([Problem("is a folder: name the campaign file in it", path_text(path))])
        return read_small(path, MAX_BYTES)
    except OSError as error:
        reason = error.strerror.lower() if error.strerror else "it is not there"
        if target := link_target(path):
            reason = f"it is a symbolic link to {excerpt(target)}, which does not exist"
        raise Invalid([Problem(f"the campaign file cannot be read: {reason}", path_text(path))]) from None


def _judged(document: Document, data: dict[str, object], told: set[str]) -> tuple[Campaign | None, list[Problem]]:
    """The campaign, or its problems without those at keys of which something was `told` already."""
    try:
        return Campaign.model_validate(data), []
    except ValidationError as error:
        return None, [problem for problem in complaints(document, error) if problem.key not in told]


def _file_problems(
    document: Document, around: Neighbourhood, data: dict[str, object]
) -> Iterator[tuple[KeyPath, Problem]]:
    """Named files that cannot be used, each with the key path of its name."""
    seen: dict[tuple[object, Path, str | None], str] = {}
    for keys, name in named_files(data):
        file, sheet = file_and_sheet(name)
        words = _list_words(keys, name) or around.complaint(file)
        if not words and isinstance(keys[-1], int):
            here = f"{keys[-2]}[{keys[-1]}]"
            first = seen.setdefault((keys[-2], (around.folder / file).resolve(), sheet), here)
            words = "" if first == here else f"is the same file as {first}: keep one of the two"
        if words:
            yield keys, document.problem(words, *keys)


def _folder_problems(
    document: Document, around: Neighbourhood, data: dict[str, object]
) -> Iterator[tuple[KeyPath, Problem]]:
    """The report's folder, with its key path, where it cannot be written to."""
    report = data.get("report")
    directory = report.get("directory") if isinstance(report, dict) else None
    if isinstance(directory, str) and (words := around.folder_complaint(directory)):
        yield ("report", "directory"), document.problem(words, "report", "directory")


def _list_words(keys: KeyPath, name: str) -> str:
    is_list = len(keys) > 1 and keys[-2] in (*LIST_KEYS, "exclude")
    return list_complaint(keys[-2], name) if is_list else ""


def _templates(
    document: Document, around: Neighbourhood, data: dict[str, object]
) -> tuple[dict[str, TemplateSource], list[Problem]]:
    """The templates, from the raw data, so that their own faults are told along with all others."""
    message = data.get("message")
    given = message if isinstance(message, dict) else {}
    if data.get("channel") == "lookup":
        return _written(document, given, LOOKUP_KEYS), []
    if isinstance(name := given.get("file"), str) and not around.complaint(name):
        return _template_file(document, around, name)
    return _written(document, given, ("text",)), []


def _written(document: Document, given: dict[str, object], keys: Iterable[str]) -> dict[str, TemplateSource]:
    """The templates that stand in the campaign file itself; what is no text is told by the models."""
    found: dict[str, TemplateSource] = {}
    for key in keys:
        with suppress(ValueError):
            if given.get(key) is not None:
                place = document.template_place("message", key)
                found[key] = TemplateSource(message_text(given[key]), document.path, *place, f"message.{key}")
    return found


def _template_file(
    document: Document, around: Neighbourhood, name: str
) -> tuple[dict[str, TemplateSource], list[Problem]]:
    shown = path_text(around.shown / name)
    source = read_small(around.folder / name, MAX_TEMPLATE_BYTES)
    try:
        if len(source) > MAX_TEMPLATE_BYTES:
            raise ValueError(f"is larger than {MAX_TEMPLATE_BYTES >> 20} MiB: this is no text of a message")
        text = message_text(with_line_feeds(decoded(source, shown)))
    except Invalid as error:
        return {}, list(error.problems)
    except ValueError as error:
        return {}, [document.problem(f"{shown} {error}", "message", "file")]
    return {"text": TemplateSource(text, shown, 1, 1, "message.file")}, []


def _in_order(first: Iterable[Problem], then: Iterable[Problem]) -> list[Problem]:
    """All problems by place; what only follows from a problem that YAML itself has at a place is left out."""
    places = {_place(problem) for problem in first}
    keys = {problem.key for problem in first}
    new = [problem for problem in then if not _follows(problem, places, keys)]
    return sorted([*first, *new], key=_place)


def _follows(problem: Problem, places: set[tuple[str, int, int]], keys: set[str]) -> bool:
    if problem.what.startswith("has no value"):
        return problem.key in keys
    return _place(problem) in places and not problem.what.startswith("is missing")


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.path, problem.line, problem.column
