from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.files import neighbourhood
from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Problem

Load = Callable[[str | bytes], LoadedCampaign]
Problems = Callable[[str | bytes], list[Problem]]


def complaint(name: str) -> str:
    return neighbourhood(Path("c/campaign.yaml")).complaint(name)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["members.csv", "./members.csv", "../tariff.yaml", "../c/members.csv"])
def test_files_inside_the_repository_are_taken(name: str) -> None:
    assert complaint(name) == ""


def test_an_absolute_path_inside_the_repository_is_taken(repository: Path) -> None:
    assert complaint(str(repository / "c/members.csv")) == ""


@pytest.mark.parametrize("name", ["../../outside.csv", "/etc/passwd", "../../absent.csv", "../c/../../outside.csv"])
def test_files_outside_the_repository_are_refused(repository: Path, name: str) -> None:
    (repository.parent / "outside.csv").write_text("phone\n")
    assert "outside the repository" in complaint(name)


def test_a_link_that_leads_outside_is_refused(repository: Path) -> None:
    (repository.parent / "outside.csv").write_text("phone\n")
    (repository / "c/link.csv").symlink_to("../../outside.csv")
    (repository / "c/folder").symlink_to(repository.parent)
    (repository / "c/inside.csv").symlink_to("members.csv")
    assert "outside the repository" in complaint("link.csv")
    assert "outside the repository" in complaint("folder/outside.csv")
    assert complaint("inside.csv") == ""


def test_without_a_repository_the_folder_of_the_campaign_is_the_border(repository: Path) -> None:
    (repository / ".git").rmdir()
    assert "outside" in complaint("../tariff.yaml")
    assert complaint("members.csv") == ""


def test_a_worktree_has_a_git_file(repository: Path) -> None:
    (repository / ".git").rmdir()
    (repository / ".git").write_text("gitdir: elsewhere\n")
    assert complaint("../tariff.yaml") == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("membres.csv", '"membres.csv" does not exist in c/ (did you mean members.csv?)'),
        ("lists/a.csv", '"a.csv" does not exist in c/lists/'),
        ("..\\tariff.yaml", "write / in place of"),
        ("..", "is a folder"),
        ("a\x00b", "cannot be read"),
        ("x" * 300, "cannot be read"),
        ("loop.csv", ""),
        ("pipe.csv", "is no regular file"),
    ],
)
def test_what_cannot_be_read_says_why_and_where(repository: Path, name: str, words: str) -> None:
    (repository / "c/loop.csv").symlink_to("loop.csv")
    os.mkfifo(repository / "c/pipe.csv")
    assert complaint(name)
    assert words in complaint(name)


def test_a_file_that_fails_on_opening_says_why(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert complaint("members.csv") == '"members.csv" cannot be read: permission denied'


def test_every_missing_file_is_told_at_its_place(problems: Problems) -> None:
    text = (
        "version: 1\nname: a\nrecipients:\n  csv: [members.csv, a.csv]\n  exclude: [b.csv]\n"
        "message: {file: c.j2}\ntariff: d.yaml\n"
    )
    assert [(problem.line, problem.column, problem.key) for problem in problems(text)] == [
        (4, 22, "recipients.csv[1]"),
        (5, 13, "recipients.exclude[0]"),
        (6, 17, "message.file"),
        (7, 9, "tariff"),
    ]


def test_files_are_looked_for_although_other_keys_are_wrong(problems: Problems) -> None:
    found = problems("version: 1\nname: A\nrecipients: a.csv\nmessage: hi\n")
    assert [problem.key for problem in found] == ["name", "recipients"]


def test_the_same_file_twice_is_an_error(problems: Problems) -> None:
    (problem,) = problems("version: 1\nname: a\nrecipients: [members.csv, ./members.csv]\nmessage: hi\n")
    assert (problem.key, problem.what) == ("recipients[1]", "is the same file as csv[0]: keep one of the two")


def test_one_list_may_be_recipients_and_exclusion(load: Load) -> None:
    load("version: 1\nname: a\nrecipients: {csv: members.csv, exclude: members.csv}\nmessage: hi\n")


@pytest.mark.parametrize("name", ["list.xlsx", "LIST.XLS", "list.ods"])
def test_a_spreadsheet_says_what_to_do(problems: Problems, name: str) -> None:
    (problem,) = problems(f"version: 1\nname: a\nrecipients: {name}\nmessage: hi\n")
    assert "save the sheet as CSV" in problem.what
