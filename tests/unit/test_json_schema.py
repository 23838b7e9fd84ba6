from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, NotRequired, TypedDict

import pytest
from jsonschema import Draft202012Validator

from kaverun.documents import Says, Time
from kaverun.json_schema import schema_of


class Line(NamedTuple):
    """A line
    of a bill."""

    number: Annotated[str, Says({"pattern": "^[0-9]+$"})]
    """Digits."""
    cost: int | None = None
    """In Rial."""


class Bill(TypedDict):
    """A bill."""

    at: Time
    """When."""
    kind: Literal["one", "many"]
    lines: tuple[Line, ...]
    by_name: Mapping[str, Line | None]
    more: NotRequired[int]


class LongBill(Bill):
    """A bill with a note."""

    note: str
    """What it says."""


@dataclass(frozen=True)
class Receipt:
    """It is among the definitions."""

    bill: Bill


GOOD = {
    "at": "2026-03-20T10:00:00+00:00",
    "kind": "many",
    "lines": [{"number": "10", "cost": 5}, {"number": "20", "cost": None}],
    "by_name": {"a": {"number": "1", "cost": None}, "b": None},
}


def takes(schema: dict[str, object], document: object) -> bool:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema).is_valid(document)


def test_a_document_with_all_its_keys_is_valid() -> None:
    assert takes(schema_of("bill", "Bills.", Bill), GOOD)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "some"},
        {"other": 1},
        {"more": None},
        {"lines": [{"number": "10"}]},
        {"at": None},
        {"lines": [["10", 5]]},
        {"lines": [{"number": "10", "price": 5}]},
        {"lines": [{"cost": 5}]},
        {"lines": [{"number": "x"}]},
        {"by_name": {"a": 1}},
    ],
)
def test_a_new_key_a_lost_one_and_a_wrong_value_are_noticed_at_any_depth(wrong: dict[str, object]) -> None:
    assert not takes(schema_of("bill", "Bills.", Bill), {**GOOD, **wrong})


@pytest.mark.parametrize("lost", GOOD)
def test_only_what_is_not_required_may_be_left_out(lost: str) -> None:
    assert not takes(schema_of("bill", "Bills.", Bill), {key: value for key, value in GOOD.items() if key != lost})


def test_docstrings_describe_classes_and_fields_also_those_that_are_inherited() -> None:
    schema = schema_of("bill", "Bills.", LongBill)
    assert (schema["title"], schema["description"]) == ("bill", "Bills.")
    assert schema["$defs"]["Line"]["description"] == "A line of a bill."
    assert schema["$defs"]["Line"]["properties"]["number"]["description"] == "Digits."
    assert schema["properties"]["at"]["description"] == "When."
    assert schema["properties"]["note"]["description"] == "What it says."


def test_one_of_several_documents_is_valid_and_others_are_found_by_their_names() -> None:
    schema = schema_of("bill", "Bills.", Bill, LongBill, others=(Receipt,))
    assert takes(schema, GOOD)
    assert takes(schema, {**GOOD, "note": "x"})
    assert not takes(schema, {"bill": GOOD})
    assert takes({**schema, "anyOf": [{"$ref": "#/$defs/Receipt"}]}, {"bill": GOOD})
