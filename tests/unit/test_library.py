"""The library as it is imported: its names whatever was imported before, and nothing heavy until one is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kaverun

HEAVY = {"jinja2", "orjson", "pydantic", "requests", "sqlite3", "tenacity", "urllib3", "yaml"}
FIRST = (
    "import kaverun.planning.planner",
    "from kaverun import *",
    "import kaverun.report, kaverun.plan",
)
THEN = """
import kaverun
from kaverun import plan, report
import kaverun.planning.planner, kaverun.report.write
import types
for one in (plan, report, kaverun.plan, kaverun.report):
    assert isinstance(one, types.FunctionType), one
from kaverun.planning.planner import make_plan
from kaverun.report import write
assert isinstance(write, types.ModuleType)
"""


def python(program: str) -> str:
    ended = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_importing_kaverun_imports_nothing_heavy():
    imported = set(python("import kaverun, sys; print(*sys.modules)").split())
    assert "kaverun.plan" in imported
    assert not {name.partition(".")[0] for name in imported} & HEAVY


@pytest.mark.parametrize("first", FIRST)
def test_plan_and_report_are_functions_whatever_was_imported_before(first):
    python(f"{first}\n{THEN}")


def test_every_name_is_there_and_is_offered():
    for name in kaverun.__all__:
        assert getattr(kaverun, name) is not None
    assert {name for names in kaverun._ROOMS.values() for name in names} == set(kaverun.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="no attribute 'sms'"):
        kaverun.sms  # noqa: B018


def test_every_name_says_what_it_is():
    for name in set(kaverun.__all__) - {"__version__"}:
        assert getattr(kaverun, name).__doc__, name
