"""An editor and the loader judge alike: some thousand campaign files, each a good one with one value changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from jsonschema import Draft7Validator

from kaverun.campaign.loader import load_campaign
from kaverun.campaign.schema import campaign_schema
from kaverun.errors import Invalid

EditorReads = Callable[[str], object]
Tree = dict[str, object]
# A path of keys, `-` for the only member of a list, and the value as it is written.
BASE = {"version": "1", "name": "a", "recipients.csv.-": "members.csv", "message.text": "hi"}
LOOKUP = {"channel": "lookup", "message.template": "t", "message.token": "x", "message.text": None}
AT = {"schedule.at": "2026-03-20 10:00"}
LINE = {"senders.-.line": "1000"}
# Every value of the format, with what must stand beside it.
VALUES: dict[str, Mapping[str, str | None]] = {
    **{key: {} for key in ["version", "name", "description", "channel", "recipients.csv.-", "recipients.csv"]},
    "recipients": {"recipients.csv.-": None},
    **{key: {} for key in ["recipients.inline", "recipients.inline.-", "recipients.inline.-.vip"]},
    **{f"recipients.{key}": {} for key in ("phone", "key", "where", "exclude.-", "on_invalid")},
    **{f"recipients.{key}": {} for key in ("encoding", "delimiter")},
    **{key: {} for key in ["senders", "senders.-", "senders.-.line"]},
    "senders.-.weight": LINE,
    "message": {"message.text": None},
    "message.file": {"message.text": None},
    **{f"message.{key}": {} for key in ("text", "type", "tag", "hide", "policy", "normalize", "max_length")},
    **{f"message.{key}": LOOKUP for key in ("template", "token20")},
    **{key: {} for key in ["schedule", "schedule.at", "schedule.quiet_hours"]},
    **{f"schedule.{key}": AT for key in ("timezone", "deadline")},
    **{f"sending.{key}": {} for key in ("batch", "concurrency", "rate")},
    **{f"retry.{key}": {} for key in ("attempts", "initial", "max", "multiplier", "read_timeout")},
    **{f"limits.{key}": {} for key in ("parts", "cost", "invalid")},
    **{key: {} for key in ["limits", "lints", "lints.off", "lints.off.-", "tariff"]},
    **{f"report.{key}": {} for key in ("directory", "formats", "formats.-")},
}
WRITTEN = [
    *("", "null", "true", "no", "0", "1", "7", "201", "10004346", "-1", "1.5", "2.0", "1e3", "1_000", "01234567"),
    *("09260000001", "+989260000001", "10:30", "22:00-08:00", "1404-12-29 10:00", "2026-02-31 10:00", "1766242800"),
    *("5m", "1h30m", "500ms", "50/s", "1%", "101%", "sms", "csv", "off", "tab", ";", "utf-8", "UTC", "members.csv"),
    *("../tariff.yaml", "سلام", "same-text", "a" * 300, "' '", "'5'", '"a\\tb"', '"a\\nb"', "a b", "a--b"),
    *("[]", "[a]", "{}", "{a: 1}", "[[a]]"),
]


class Judged(NamedTuple):
    """One changed value; what the loader says, "" where it takes the file; and whether an editor takes it."""

    path: str
    written: str
    said: str
    editor: bool


def nested(values: Mapping[str, object]) -> Tree:
    tree: Tree = {}
    for path, value in values.items():
        *above, last = path.split(".")
        place = tree
        for key in above:
            place = place.setdefault(key, {})  # type: ignore[assignment]
        place[last] = value
    return tree


def as_data(tree: object) -> object:
    """The tree with its lists."""
    if not isinstance(tree, dict):
        return tree
    data = {key: as_data(value) for key, value in tree.items()}
    return [data["-"]] if set(data) == {"-"} else data


def as_yaml(tree: Tree, indent: str = "") -> Iterator[str]:
    for key, value in tree.items():
        sign = "-" if key == "-" else f"{key}:"
        if isinstance(value, dict):
            yield f"{indent}{sign}"
            yield from as_yaml(value, indent + "  ")
        else:
            yield f"{indent}{sign} {value}"


def files() -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for path, beside in VALUES.items():
        for written in WRITTEN:
            whole = {**BASE, **beside, path: written}
            yield path, written, {key: value for key, value in whole.items() if value is not None}


#: Where only the loader says no: what it says then, and why a schema cannot know.
JUSTIFIED = {
    r"does not exist in c/|cannot be (read|used)|lies outside the repository|is a file: name a folder": (
        "where a file is can be seen on the disk"
    ),
    r"is no encoding|is no time zone": "which names there are is a long list",
    r"does not exist in the calendar": "how long months are is no pattern",
    r"is out of range": "how long a span is cannot be told by its letters",
    r"retry.max is shorter|belongs to `channel: lookup`": "it takes another key to know",
    r"and is \"(2\.0|1e3|0\d+|\d+\*\*\*\d+)\"|\"(2\.0|1e3|0\d+|\d+\*\*\*\d+)\" is (no|not)": "an editor is given the "
    "number 2, 1000 or 1234567, and no longer sees that it is written as 2.0, 1e3 or 01234567",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, editor_reads: EditorReads) -> list[Judged]:
    """Every file with the verdict of both."""
    folder = tmp_path_factory.mktemp("c") / "c"
    (folder / ".git").mkdir(parents=True)
    (folder / "members.csv").write_text("phone\n")
    (folder.parent / "tariff.yaml").write_text("currency: IRR\n")
    editor = Draft7Validator(campaign_schema())
    read = cache(lambda written: editor_reads(f"k: {written}")["k"])  # type: ignore[index]
    found = []
    for number, (path, written, values) in enumerate(files()):
        said = loader_says(folder / f"{number}.yaml", "\n".join(as_yaml(nested(values))))
        data = as_data(nested({key: read(value) for key, value in values.items()}))
        found.append(Judged(path, written, said.replace(f"{folder}/", "c/"), editor.is_valid(data)))
    return found


def loader_says(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")  # a new file each time: to write one anew takes disks fifty times as long
    try:
        load_campaign(path)
    except Invalid as invalid:
        return invalid.problems[0].what
    return ""


def test_many_files_were_judged_and_both_verdicts_are_among_them(judged: list[Judged]) -> None:
    assert len(judged) > 2500
    assert min(sum(one.editor for one in judged), sum(not one.editor for one in judged)) > 500


def test_an_editor_never_flags_what_the_loader_takes(judged: list[Judged]) -> None:
    assert [one for one in judged if not one.said and not one.editor] == []


def test_an_editor_flags_what_the_loader_refuses_but_for_what_a_schema_cannot_know(judged: list[Judged]) -> None:
    missed = [one for one in judged if one.said and one.editor]
    reasons = {one: [reason for words, reason in JUSTIFIED.items() if re.search(words, one.said)] for one in missed}
    assert [one for one, found in reasons.items() if not found] == []
    assert {reason for found in reasons.values() for reason in found} == set(JUSTIFIED.values())
