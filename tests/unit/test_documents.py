from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from kaverun.documents import json_bytes, json_text


class Line(NamedTuple):
    number: str
    cost: int | None


@dataclass(frozen=True, slots=True)
class Bill:
    lines: tuple[Line, ...]
    best: Line | None
    counts: dict[str, Line]


def test_values_with_named_fields_are_objects_with_the_fields_in_their_order() -> None:
    bill = Bill((Line("10", 5), Line("20", None)), None, {"a": Line("30", 1)})
    assert json.loads(json_bytes(bill)) == {
        "lines": [{"number": "10", "cost": 5}, {"number": "20", "cost": None}],
        "best": None,
        "counts": {"a": {"number": "30", "cost": 1}},
    }
    assert [*json.loads(json_bytes(bill))] == ["lines", "best", "counts"]


def test_a_document_ends_with_one_newline_and_its_text_with_none() -> None:
    assert json_bytes({"a": "سلام"}) == '{\n  "a": "سلام"\n}\n'.encode()
    assert json_text({"a": "سلام"}) == '{\n  "a": "سلام"\n}'


def test_a_value_that_json_does_not_have_is_an_error_and_not_guessed() -> None:
    with pytest.raises(TypeError):
        json_bytes({"a": {1, 2}})
