from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema.validators import validator_for

from kaverun.cli.schema import command
from kaverun.schemas import SCHEMAS, schema_text
from tests import schema_checks

DERIVED = sorted({*SCHEMAS} - {"campaign"})


def objects(part: object) -> Iterator[dict[str, Any]]:
    """Every schema of an object with keys, within a schema."""
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


@pytest.mark.parametrize("what", SCHEMAS)
def test_the_committed_schema_is_fresh(what: str) -> None:
    path = schema_checks.SCHEMAS / f"{what}.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(what), "run: make schemas"


def test_a_schema_is_committed_for_each_name_and_no_other() -> None:
    assert {path.name for path in schema_checks.SCHEMAS.iterdir()} == {f"{what}.schema.json" for what in SCHEMAS}


@pytest.mark.parametrize("what", SCHEMAS)
def test_the_command_prints_the_committed_schema(what: str) -> None:
    result = CliRunner().invoke(command, [what])
    path = schema_checks.SCHEMAS / f"{what}.schema.json"
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, path.read_bytes(), "")


def test_without_a_name_the_command_prints_that_of_campaigns_and_names_the_others() -> None:
    result = CliRunner().invoke(command, [])
    assert result.stdout_bytes == (schema_checks.SCHEMAS / "campaign.schema.json").read_bytes()
    assert all(what in result.stderr for what in SCHEMAS)


def test_the_command_knows_every_schema_and_explains_each() -> None:
    shown = CliRunner().invoke(command, ["--help"]).stdout
    assert f"[{'|'.join(SCHEMAS)}]" in shown
    for what in SCHEMAS:
        assert f"\n  {what:9} " in shown


@pytest.mark.parametrize("what", DERIVED)
def test_a_schema_is_one_itself_and_has_a_title_and_a_description(what: str) -> None:
    schema = schema_checks.committed(what)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    validator_for(schema).check_schema(schema)
    assert schema["title"] == f"kaverun {what}"
    assert schema["description"]


@pytest.mark.parametrize("what", DERIVED)
def test_no_object_allows_a_key_that_it_does_not_name(what: str) -> None:
    for found in objects(schema_checks.committed(what)):
        assert found["additionalProperties"] is False


@pytest.mark.parametrize("what", DERIVED)
def test_everything_is_described(what: str) -> None:
    schema = schema_checks.committed(what)
    for name, part in schema.get("$defs", {}).items():
        assert part.get("description"), name
    for found in objects(schema):
        for name, part in found["properties"].items():
            assert part.get("description"), (found.get("description"), name)
