"""What the README says of the API is whole, and what it links to is there."""

from __future__ import annotations

import re
from pathlib import Path

from kaverun.kavenegar import Client
from kaverun.kavenegar.methods import METHODS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows():
    """The rows of the table "The whole API", cell by cell."""
    section = README.partition("## The whole API\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_the_api_has_fourteen_full_rows():
    assert [len(row) for row in rows()] == [5] * 14
    assert all(cell for row in rows() for cell in row)


def test_each_row_links_a_test_of_its_own():
    links = [re.fullmatch(r"\[\w+\]\((tests/\S+/test_\w+\.py)\)", row[0]) for row in rows()]
    assert all(links)
    files = {link[1] for link in links}
    assert len(files) == 14
    assert all("def test_" in (ROOT / file).read_text(encoding="utf-8") for file in files)


def test_the_rows_are_the_methods_in_their_order_with_calls_and_commands_there_are():
    assert [row[1].strip("`") for row in rows()] == [method.call for method in METHODS.values()]
    assert all(callable(getattr(Client, row[1].strip("`"))) for row in rows())
    commands = [row[2].strip("`").removeprefix("kaverun ") for row in rows()]
    assert commands == [f"api {name}" for name in list(METHODS)[:12]] + ["account"] * 2


def test_every_file_it_links_to_is_there():
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
