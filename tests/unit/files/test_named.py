from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign, load_campaign
from kaverun.errors import Invalid, Problem
from kaverun.files.named import file_and_sheet, neighbourhood

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


@pytest.mark.parametrize(
    "name", ["../.git/config", "../c/../.git/config", "link.txt", ".env", ".kaverun/ledger.db", ".git/config"]
)
def test_what_lies_in_hidden_folders_is_no_text_and_no_list(repository: Path, name: str) -> None:
    (repository / ".git/config").write_text("[remote]\n\turl = https://name:password@host/repository\n")
    (repository / "c/link.txt").symlink_to("../.git/config")
    (repository / "c/.env").write_text("PASSWORD=1\n")
    assert "holds settings or secrets" in complaint(name)


def test_a_campaign_in_a_hidden_folder_has_its_own_files(repository: Path) -> None:
    (repository / ".club").mkdir()
    (repository / ".club/members.csv").write_text("phone\n")
    assert neighbourhood(repository / ".club/campaign.yaml").complaint("members.csv") == ""


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


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../reports", "outside the repository"),
        ("/tmp", "outside the repository"),
        ("c/../../reports", "outside the repository"),
        ("link/reports", "outside the repository"),
        (".git/reports", "Git's own folder"),
        ("c/members.csv", "is a file"),
    ],
)
def test_reports_that_would_leave_the_repository_are_an_error_at_their_place(
    repository: Path, problems: Problems, name: str, words: str
) -> None:
    (repository / "link").symlink_to(repository.parent)
    (problem,) = problems(f"{CAMPAIGN}report: {{directory: {name}}}\n")
    assert (problem.key, problem.line) == ("report.directory", CAMPAIGN.count("\n") + 1)
    assert words in problem.what


@pytest.mark.parametrize("name", ["reports", "c/reports", "./c/../reports", ".reports"])
def test_reports_are_written_in_the_repository(repository: Path, load: Load, name: str) -> None:
    assert load(f"{CAMPAIGN}report: {{directory: {name}}}\n").campaign.report.directory == name


def test_kaverun_yaml_marks_a_root_that_is_nearer_than_that_of_git(repository: Path) -> None:
    assert neighbourhood(repository / "c/campaign.yaml").root == repository
    (repository / "c/kaverun.yaml").touch()
    assert neighbourhood(repository / "c/campaign.yaml").root == repository / "c"


CAMPAIGN = """\
version: 1
name: a
recipients: members.csv
message: سلام
"""


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


RECIPIENTS = "version: 1\nname: a\nmessage: hi\nrecipients: "


@pytest.mark.parametrize(
    ("written", "key", "names"),
    [
        ("members.csv", "csv", ("members.csv",)),
        ("members.xlsx", "excel", ("members.xlsx",)),
        ("old.XLS#برگه 2", "excel", ("old.XLS#برگه 2",)),
        ("[members.xlsx#A, members.xlsx#B]", "excel", ("members.xlsx#A", "members.xlsx#B")),
        ("members.jsonl", "jsonl", ("members.jsonl",)),
        ("[members.jsonl]", "jsonl", ("members.jsonl",)),
        ("{excel: members.xlsx, csv: members.csv}", "excel", ("members.xlsx",)),
        ("{jsonl: members.jsonl}", "jsonl", ("members.jsonl",)),
    ],
)
def test_the_name_of_a_list_tells_how_it_is_read(load: Load, written: str, key: str, names: tuple[str, ...]) -> None:
    assert getattr(load(f"{RECIPIENTS}{written}\n").campaign.recipients, key) == names


@pytest.mark.parametrize(
    ("written", "key", "words"),
    [
        ("{csv: members.xlsx}", "recipients.csv", "is a workbook: name it below excel:"),
        ("{csv: [members.csv, members.jsonl]}", "recipients.csv[1]", "is a JSON Lines file: name it below jsonl:"),
        ("{excel: members.csv}", "recipients.excel", "is no workbook and no JSON Lines file: name it below csv:"),
        ("{jsonl: members.xlsx#A}", "recipients.jsonl", "is a workbook: name it below excel:"),
        ("x.json", "recipients", "write each recipient as an object on a line of its own"),
        ("{csv: members.csv, exclude: x.json}", "recipients.exclude", "call the file .jsonl"),
        ("list.xlsb", "recipients", "save it as .xlsx"),
        ("{excel: list.numbers}", "recipients.excel", "export it as .xlsx"),
        ("gone.xlsx#A", "recipients", '"gone.xlsx" does not exist in c/'),
        ("[members.xlsx#A, ./members.xlsx#A]", "recipients[1]", "is the same file as excel[0]: keep one of the two"),
        ("[members.csv, members.xlsx]", "recipients", "are of several kinds"),
    ],
)
def test_a_list_that_is_read_otherwise_says_what_to_do(problems: Problems, written: str, key: str, words: str) -> None:
    (problem,) = problems(f"{RECIPIENTS}{written}\n")
    assert problem.key == key
    assert words in problem.what


def test_exclude_lists_may_be_of_any_kind(load: Load) -> None:
    load(RECIPIENTS + "{csv: members.csv, exclude: [opt-outs.csv, members.xlsx#A, members.jsonl]}\n")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.xlsx", ("a.xlsx", None)),
        ("a.xlsx#B", ("a.xlsx", "B")),
        ("a.ods#B#C", ("a.ods", "B#C")),
        ("d#1/a.xls#B", ("d#1/a.xls", "B")),
        ("a#1.csv", ("a#1.csv", None)),
    ],
)
def test_a_sheet_follows_the_name_of_its_workbook(name: str, parts: tuple[str, str | None]) -> None:
    assert file_and_sheet(name) == parts


def test_a_pipe_in_the_place_of_a_campaign_does_not_hang(repository: Path) -> None:
    os.mkfifo(repository / "c/pipe.yaml")
    with pytest.raises(Invalid, match="nothing comes from it"):
        load_campaign(Path("c/pipe.yaml"))


NFC, NFD = "گروه_\u0622.csv", "گروه_\u0627\u0653.csv"


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(("written", "there", "form"), [(NFC, NFD, "NFD"), (NFD, NFC, "NFC")])
def test_a_name_in_another_unicode_form_is_named_as_such(written: str, there: str, form: str) -> None:
    Path("c", there).write_text("phone\n")
    assert f"({form}) Unicode are a file there: rename it" in complaint(written)


@pytest.mark.usefixtures("repository")
def test_a_folder_in_another_unicode_form_is_named_as_such() -> None:
    Path("c", NFD).mkdir()
    Path("c", NFD, "a.csv").write_text("phone\n")
    assert "(NFD) Unicode are a file there" in complaint(f"{NFC}/a.csv")
    assert "does not exist in" in complaint(f"{NFC}/b.csv")


@pytest.mark.usefixtures("repository")
def test_a_link_to_nowhere_is_named_with_its_target() -> None:
    Path("c/link.csv").symlink_to("gone.csv")
    Path("c/folder").symlink_to("nowhere")
    assert 'is a symbolic link to "gone.csv", which does not exist' in complaint("link.csv")
    assert 'is a symbolic link to "nowhere", which does not exist' in complaint("folder/a.csv")


@pytest.mark.usefixtures("repository")
def test_links_in_a_circle_are_named_as_such() -> None:
    Path("c/a.csv").symlink_to("b.csv")
    Path("c/b.csv").symlink_to("a.csv")
    assert "its symbolic links lead round in a circle" in complaint("a.csv")
