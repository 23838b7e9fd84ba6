from __future__ import annotations

import pytest

from kaverun.campaign import shorthand


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"recipients": "a.csv"}, {"recipients": {"csv": ["a.csv"]}}),
        ({"recipients": ["a.csv", "b.csv"]}, {"recipients": {"csv": ["a.csv", "b.csv"]}}),
        ({"recipients": [{"phone": 1}]}, {"recipients": {"inline": [{"phone": 1}]}}),
        ({"recipients": {"csv": "a", "exclude": "b"}}, {"recipients": {"csv": ["a"], "exclude": ["b"]}}),
        ({"message": "hi"}, {"message": {"text": "hi"}}),
        ({"message": 5}, {"message": {"text": 5}}),
        ({"senders": 1000}, {"senders": [{"line": 1000}]}),
        ({"senders": {"line": 1000}}, {"senders": [{"line": 1000}]}),
        ({"senders": ["1000", {"line": 5}]}, {"senders": [{"line": "1000"}, {"line": 5}]}),
        ({"report": {"formats": "csv"}}, {"report": {"formats": ["csv"]}}),
    ],
)
def test_short_forms_are_written_out(short: dict[str, object], long: dict[str, object]) -> None:
    assert shorthand.written_out(short) == long
    assert shorthand.written_out(long) == long


@pytest.mark.parametrize(
    "odd",
    [
        {"recipients": []},
        {"recipients": ["a", {}]},
        {"recipients": 5},
        {"message": []},
        {"message": True},
        {"senders": True},
        {"report": 5},
    ],
)
def test_what_is_no_short_form_is_left_for_the_models_to_judge(odd: dict[str, object]) -> None:
    assert shorthand.written_out(odd) == odd
