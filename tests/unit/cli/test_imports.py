"""What a start imports: libraries that a command has no use for would be waited for at every start."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.steps.startup import NEEDED_TO_VALIDATE

HEAVY = {
    "importlib.metadata", "jinja2", "orjson", "pydantic", "requests", "rich", "sqlite3", "tenacity", "urllib3", "yaml",
}  # fmt: skip
# Only what sends or remembers.
OF_NO_USE_TO_VALIDATE = {
    "concurrent.futures", "difflib", "http.client", "kaverun.json_schema", "kaverun.kavenegar.client",
    "persiantools", "python_calamine", "requests", "rich", "ssl", "tenacity", "urllib3",
}  # fmt: skip

CAMPAIGN = """\
version: 1
name: small
recipients: {inline: [{phone: "09261234567", name: سارا}]}
message: {text: "{{ name }} عزیز، سلام"}
"""


def imported(*arguments):
    """Names of all modules that `kaverun` imports when it is called so."""
    return modules_of("-m", "kaverun", *map(str, arguments))


def modules_of(*arguments):
    """Names of all modules that Python imports when it is called so."""
    command = [sys.executable, "-X", "importtime", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    lines = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_help_imports_nothing_but_click():
    modules = imported("--help")
    assert "click" in modules
    assert not modules & HEAVY


def test_validate_imports_nothing_that_sends_or_remembers(tmp_path):
    path = tmp_path / "campaign.yaml"
    path.write_text(CAMPAIGN, encoding="utf-8")
    modules = imported("validate", path)
    assert {"yaml", "jinja2", "pydantic"} <= modules
    assert not modules & OF_NO_USE_TO_VALIDATE


def test_what_validate_is_measured_against_holds_nothing_but_what_it_imports(tmp_path):
    path = tmp_path / "campaign.yaml"
    path.write_text(CAMPAIGN, encoding="utf-8")
    measured_against = modules_of("-c", NEEDED_TO_VALIDATE)
    assert {"yaml", "jinja2.sandbox", "annotated_types", "sqlite3"} <= measured_against
    assert measured_against <= imported("validate", path)
