"""What a wheel of kaverun brings along and asks for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import kaverun

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def imported_libraries() -> set[str]:
    """The first names of what the package imports, as written."""
    import ast

    found = set()
    for path in (ROOT / "kaverun").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found


def test_every_library_that_is_imported_is_a_dependency() -> None:
    import sys

    known = {"yaml": "pyyaml", "python_calamine": "python-calamine", "pydantic_core": "pydantic"}
    asked = {dependency.partition(">")[0].partition("[")[0] for dependency in PROJECT["dependencies"]}
    own = {"kaverun", "pytest"}  # pytest loads the plugin of the sandbox by itself
    third = imported_libraries() - set(sys.stdlib_module_names) - own
    assert {known.get(name, name) for name in third} <= asked
    assert "urllib3>=2.2" in PROJECT["dependencies"]


def test_type_checkers_of_others_see_the_types() -> None:
    assert (Path(kaverun.__file__).parent / "py.typed").is_file()


def test_the_licence_is_there_and_goes_into_the_wheel() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License")
    assert "kaverun contributors" in text
    assert PROJECT["license"] == "MIT"
    assert PROJECT["license-files"] == ["LICENSE"]


def test_the_lock_has_every_dependency_with_its_hash_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for dependency in PROJECT["dependencies"]:
        assert f"\n{dependency.partition('>')[0]}==" in f"\n{lock}"
    assert "://" not in lock
    assert lock.count("--hash=sha256:") >= len(PROJECT["dependencies"])


def test_property_tests_find_the_same_examples_in_every_run() -> None:
    from hypothesis import settings

    assert settings.default.derandomize
    assert settings.default.deadline is None
