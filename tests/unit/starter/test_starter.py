"""What one starts from: files that fit together, and a pipeline that plans, asks, applies and remembers."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from kaverun import __version__
from kaverun.starter import campaign_name, starter_files


@pytest.fixture
def starter(tmp_path, monkeypatch):
    """The files for a folder, by their paths from the working directory, which may be a repository."""
    monkeypatch.chdir(tmp_path)

    def of(folder, repository=True):
        if repository:
            (tmp_path / ".git").mkdir(exist_ok=True)
        return {path.as_posix(): text for path, text in starter_files(Path(folder)).items()}

    return of


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("nowruz-1405", "nowruz-1405"),
        ("Nowruz 1405", "nowruz-1405"),
        ("_Yalda__2026!", "yalda-2026"),
        ("نوروز", "my-campaign"),
        ("", "my-campaign"),
        ("a" * 63 + " b", "a" * 63),
    ],
)
def test_a_campaign_is_named_after_its_folder(folder, name):
    assert campaign_name(folder) == name


def test_the_schema_line_leads_to_the_schema_that_is_written_beside_it(starter):
    files = starter("c/nowruz")
    (line,) = re.findall(r"\$schema=(\S+)", files["c/nowruz/campaign.yaml"])
    assert files[f"c/nowruz/{line}"].startswith('{\n  "$schema": "http://json-schema.org/draft-07/schema#"')


def test_numbers_belong_to_nobody(starter):
    files = starter("c")
    numbers = re.findall(r"09\d{9}", files["c/members.csv"] + files["c/opt-outs.csv"])
    assert len(numbers) == 4
    assert {number[:4] for number in numbers} <= {"0906", "0907", "0908", "0909", "0926"}


def test_ledger_and_reports_stay_out_of_git(starter):
    assert {".kaverun/", "reports/"} <= set(starter("c")["c/.gitignore"].split("\n"))


@pytest.mark.parametrize(
    ("folder", "path", "prefix"),
    [
        (".", ".github/workflows/kaverun-{}.yml", ""),
        ("c/nowruz", "c/nowruz/../../.github/workflows/kaverun-nowruz.yml", "c/nowruz/"),
        ('c/a "b" #c', 'c/a "b" #c/../../.github/workflows/kaverun-a-b-c.yml', 'c/a "b" #c/'),
    ],
)
def test_the_workflow_stands_at_the_root_and_works_in_the_folder(starter, tmp_path, folder, path, prefix):
    text = starter(folder)[path.format(campaign_name(tmp_path.name))]
    assert not re.search("FOLDER|VERSION|my-campaign", text)
    workflow = yaml.safe_load(text)
    assert workflow[True]["pull_request"]["paths"] == [f"{prefix}**"]
    assert workflow["defaults"]["run"]["working-directory"] == (prefix.rstrip("/") or ".")
    assert [step["working-directory"] for step in of_ledger(workflow, "apply")] == [".", ".kaverun"]


def steps(workflow, uses, jobs=("plan", "apply")):
    return [step for job in jobs for step in workflow["jobs"][job]["steps"] if step.get("uses", "").startswith(uses)]


def commands(workflow, job):
    return [step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step]


@pytest.fixture
def workflow(starter):
    return yaml.safe_load(starter("c")["c/../.github/workflows/kaverun-c.yml"])


def test_a_pull_request_is_planned_and_only_the_main_branch_is_applied(workflow):
    assert set(workflow[True]) == {"pull_request", "push", "workflow_dispatch"}
    assert "if" not in workflow["jobs"]["plan"]
    assert workflow["jobs"]["apply"]["if"] == "github.event_name != 'pull_request' && github.ref_name == 'main'"
    assert workflow["permissions"] == {"contents": "read"}


def test_exactly_the_plan_that_was_shown_is_applied_after_somebody_said_yes(workflow):
    apply = workflow["jobs"]["apply"]
    (command,) = (line for line in commands(workflow, "apply") if "apply" in line)
    (step,) = (step for step in apply["steps"] if step.get("run") == command)
    assert (apply["needs"], apply["environment"]) == ("plan", "sms")
    assert '--expect "$DIGEST"' in command
    assert step["env"]["DIGEST"] == "${{ needs.plan.outputs.digest }}"
    assert workflow["jobs"]["plan"]["outputs"]["digest"] == "${{ steps.plan.outputs.digest }}"


def test_the_key_is_given_to_the_sending_step_alone(workflow):
    given = [step for job in workflow["jobs"].values() for step in job["steps"] if "KAVENEGAR_API_KEY" in str(step)]
    assert [step["run"].split()[1] for step in given] == ["apply"]


def of_ledger(workflow, job):
    """The steps of a job that fetch the ledger and, in one of them, save it."""
    return [step for step in workflow["jobs"][job]["steps"] if "$LEDGER" in step.get("run", "")]


def test_what_was_sent_is_remembered_on_a_branch_also_after_a_run_that_failed(workflow):
    _, save = of_ledger(workflow, "apply")
    assert save["if"] == "always() && steps.ledger.outcome == 'success'"
    assert len(of_ledger(workflow, "plan")) == 1
    apply = workflow["jobs"]["apply"]
    assert apply["permissions"] == {"contents": "write"}
    assert apply["concurrency"] == {"group": "kaverun-c", "cancel-in-progress": False}
    assert "actions/cache" not in str(workflow)


def test_a_person_says_once_that_the_ledger_is_new(workflow, starter):
    assert workflow[True]["workflow_dispatch"]["inputs"]["new_ledger"] | {"description": ""} == {
        "description": "", "type": "boolean", "default": False,
    }  # fmt: skip
    (step,) = (step for step in workflow["jobs"]["apply"]["steps"] if "--new-ledger" in step.get("run", ""))
    assert step["env"]["NEW_LEDGER"] == "${{ inputs.new_ledger && 'yes' || '' }}"
    text = starter("c")["c/../.github/workflows/kaverun-c.yml"]
    assert "phone numbers" in text
    assert "private" in text


def test_the_ledger_comes_back_from_its_branch_in_the_next_run(workflow, tmp_path):
    origin, environment = tmp_path / "origin.git", {**os.environ, **workflow["env"], "GITHUB_RUN_ID": "1"}
    environment |= {"GITHUB_RUN_ATTEMPT": "1", "GIT_CONFIG_GLOBAL": os.devnull}

    def shell(script, folder):
        subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=environment, check=True, timeout=30)

    shell(f"git init -q --bare {origin}", tmp_path)
    fetch, save = of_ledger(workflow, "apply")
    for run, before in ((1, []), (2, ["ledger.db"])):
        clone = tmp_path / f"clone{run}"
        shell(f"git clone -q {origin} {clone}", tmp_path)
        shell(fetch["run"], clone)
        assert [path.name for path in (clone / ".kaverun").glob("ledger*")] == before
        (clone / ".kaverun/.gitignore").write_text("*\n")
        (clone / ".kaverun/ledger.db").write_text(f"run {run}")
        shell(save["run"], clone / ".kaverun")


def test_both_jobs_install_this_version(workflow):
    for job in ("plan", "apply"):
        assert f'pip install "kaverun=={__version__}"' in commands(workflow, job)
