"""Stacks as py-spy writes them become shares of time."""

from __future__ import annotations

from benchmarks.profile import _stacks, by_function, by_line, by_room

VENV, OURS = "/srv/kaverun/.venv/lib/python3.11/site-packages", "/srv/kaverun/kaverun"
LINES = [
    f"<module> (/srv/kaverun/.venv/bin/kaverun:8);plan ({OURS}/planning/planner.py:60);send ({VENV}/a/b.py:3) 3",
    f"<module> (/srv/kaverun/.venv/bin/kaverun:8);plan ({OURS}/planning/planner.py:61);root (<template>:12) 1",
    f"<module> (/srv/kaverun/.venv/bin/kaverun:8);<module> ({OURS}/planning/planner.py:1) 1",
]


def shares(table):
    return {row[-1]: row[0] for row in table(list(_stacks(LINES)), 1000, 9)[1:-1]}


def test_time_in_libraries_is_charged_to_who_called_them():
    assert shares(by_function) == {"kaverun.planning.planner plan": "80.0%", "imports": "20.0%"}
    assert shares(by_room) == {"kaverun.planning": "80.0%", "imports": "20.0%"}


def test_lines_are_named_without_the_machine():
    assert shares(by_line) == {
        "a.b:3 send": "60.0%",
        "the compiled template": "20.0%",
        "kaverun.planning.planner:1 <module>": "20.0%",
    }
