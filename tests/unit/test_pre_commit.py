"""The hook that other repositories take from this one (`.pre-commit-hooks.yaml`)."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


@pytest.fixture
def hook():
    (only,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return only


def test_the_hook_runs_the_installed_command(hook):
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert (hook["id"], hook["language"]) == ("kaverun-validate", "python")
    program, command = hook["entry"].split()
    assert program in entry_points(group="console_scripts").names
    assert command == "validate"


def test_whatever_can_break_a_campaign_wakes_it_and_all_campaigns_are_checked(hook):
    wakes = re.compile(hook["files"]).search
    for name in ("campaign.yaml", "c/a.yml", "c/members.csv", "c/text.j2", "tariff.yaml", "c/club.xlsx", "c/m.jsonl"):
        assert wakes(name)
    for name in ("main.py", "README.md", "campaign.yaml.bak", "csv"):
        assert not wakes(name)
    assert (hook["args"], hook["pass_filenames"]) == (["."], False)
