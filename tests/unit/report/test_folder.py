import os
import subprocess

import pytest

from kaverun.errors import Refused
from kaverun.report.folder import check_writable, hide, own_file

RUN_ID = "20261123T062155Z-8f2dc5"


def status(repository):
    command = ["git", "-C", str(repository), "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[1::2]


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def write_report(directory):
    check_writable(directory, "nowruz")
    run = directory / "nowruz" / RUN_ID
    run.mkdir(parents=True)
    (run / "messages.csv").touch()
    hide(directory, "nowruz")


@pytest.mark.parametrize("before", [[], ["reports"], [f"reports/yalda/{RUN_ID}"], ["reports/nowruz"]])
def test_reports_are_left_alone_by_git_whether_their_folder_is_new_or_of_an_earlier_version(repository, before):
    for folder in before:
        (repository / folder).mkdir(parents=True)
    write_report(repository / "reports")
    assert status(repository) == []
    assert (repository / "reports" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("mine", ["notes.txt", "src/code.py", ".gitignore"])
def test_a_folder_that_holds_other_things_is_not_hidden_and_the_reports_in_it_are(repository, mine):
    directory = repository / "docs"
    (directory / mine).parent.mkdir(parents=True)
    (directory / mine).write_text("mine")
    write_report(directory)
    assert status(repository) == [f"docs/{mine}"]
    assert (directory / mine).read_text() == "mine"


def test_what_holds_numbers_is_for_its_owners_eyes_only(tmp_path):
    with own_file(tmp_path / "messages.csv") as file:
        file.write(b"x")
    assert (tmp_path / "messages.csv").stat().st_mode & 0o777 == 0o600


def test_a_directory_that_is_a_file_or_below_one_is_refused_by_name(tmp_path):
    (tmp_path / "file").touch()
    for directory in (tmp_path / "file", tmp_path / "file" / "reports"):
        with pytest.raises(Refused, match=r"file.*: .*--report-dir"):
            check_writable(directory, "nowruz")


def test_a_pipe_in_the_place_of_a_campaigns_folder_is_refused_before_anything_is_sent(tmp_path):
    os.mkfifo(tmp_path / "nowruz")
    with pytest.raises(Refused, match=r"nowruz: .*--report-dir"):
        check_writable(tmp_path, "nowruz")
