"""What one starts from: files that fit together, and a pipeline that plans, asks, applies and remembers."""

from __future__ import annotations

import re
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
    assert {step["with"]["path"] for step in steps(workflow, "actions/cache")} == {".kaverun"}


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


def test_what_was_sent_is_remembered_also_after_a_run_that_failed(workflow):
    (save,) = steps(workflow, "actions/cache/save")
    restored = steps(workflow, "actions/cache/restore")
    assert save["if"] == "always()"
    assert len(restored) == 2
    assert all(save["with"]["key"].startswith(step["with"]["restore-keys"]) for step in restored)
    # A key is written once and never again, so another attempt of a run needs another one.
    assert save["with"]["key"].endswith("${{ github.run_id }}-${{ github.run_attempt }}")
    assert workflow["jobs"]["apply"]["concurrency"] == "kaverun-c"


def test_both_jobs_install_this_version(workflow):
    for job in ("plan", "apply"):
        assert f'pip install "kaverun=={__version__}"' in commands(workflow, job)
