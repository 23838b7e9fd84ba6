"""The rooms of the house: imports point down, and each room does its own work only."""

from __future__ import annotations

import ast
from collections import defaultdict

import pytest

from tests.house import longest_chain, modules

HOUSE = modules()
#: From the ground up: a room imports those before it. Modules in no room are below all of them, or above (`cli`).
FLOORS = (
    "text", "strict_yaml", "files", "template", "campaign", "kavenegar", "recipients", "message", "ledger", "plan",
    "planning", "report", "run", "tracking", "reconcile", "sandbox", "validation", "library", "starter", "cli",
)  # fmt: skip


def imported(module) -> set[str]:
    """The first names of everything that a module imports, annotations included."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_every_room_has_its_floor() -> None:
    assert {module.room for module in HOUSE.values()} - {""} == set(FLOORS)


def test_imports_point_down() -> None:
    upwards = [
        f"{module.name} imports {name}"
        for module in HOUSE.values()
        for name in module.imports
        if module.room and HOUSE[name].room and FLOORS.index(HOUSE[name].room) > FLOORS.index(module.room)
    ]
    assert not upwards


def test_rooms_form_no_circle_and_neither_do_modules() -> None:
    below = defaultdict(set)
    for module in HOUSE.values():
        below[module.room] |= {HOUSE[name].room for name in module.imports} - {module.room, ""}
    assert not [(one, other) for one in below for other in below[one] if one in below[other] and one and other]
    longest_chain(HOUSE)  # raises where there is a circle


def test_only_the_command_line_prints_and_prompts() -> None:
    assert {module.room for module in HOUSE.values() if "click" in imported(module)} == {"cli"}


def test_only_kavenegar_reaches_the_network() -> None:
    asking = {module.room for module in HOUSE.values() if {"requests", "urllib3"} & imported(module)}
    assert asking == {"kavenegar"}


def test_the_sandbox_shares_only_tables_of_codes_and_methods_with_the_client() -> None:
    shared = {
        name for module in HOUSE.values() if module.room == "sandbox" for name in module.imports
        if HOUSE[name].room != "sandbox"
    }  # fmt: skip
    assert {name for name in shared if name.startswith("kaverun.kavenegar")} == {
        "kaverun.kavenegar.codes",
        "kaverun.kavenegar.methods",
    }


@pytest.mark.parametrize("maker", ["planning", "recipients", "template", "campaign"])
def test_a_plan_imports_none_of_its_makers(maker: str) -> None:
    assert maker not in {
        HOUSE[name].room for module in HOUSE.values() if module.room == "plan" for name in module.imports
    }
