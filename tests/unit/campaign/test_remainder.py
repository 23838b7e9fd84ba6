"""A campaign file with mistakes still lets its lists and its template be looked at in the same run."""

from __future__ import annotations

import pytest

from kaverun.campaign.remainder import STAND_IN_TEXT, remainder
from kaverun.strict_yaml.nodes import Key

DATA: dict[str, object] = {
    "version": 1,
    "name": "a",
    "recipients": {"csv": ["a.csv", "b.csv", "c.csv"]},
    "message": {"text": "{{ name }}"},
}


def test_unknown_and_wrong_keys_are_left_out() -> None:
    left = remainder({**DATA, "nmae": 1, "name": "B C", "limits": {"cost": "many", "parts": 3}}, [])
    assert left is not None
    assert (left.name, left.limits.cost, left.limits.parts) == ("unnamed", None, 3)


def test_several_members_of_a_list_are_taken_out_and_the_right_ones_stay() -> None:
    left = remainder(DATA, [("recipients", "csv", 0), ("recipients", "csv", 2)])
    assert left is not None
    assert left.recipients.csv == ("b.csv",)


def test_the_data_itself_stays_as_it_was() -> None:
    remainder(DATA, [("recipients", "csv", 0)])
    assert DATA["recipients"] == {"csv": ["a.csv", "b.csv", "c.csv"]}


def test_a_section_whose_needed_key_is_wrong_goes_with_it() -> None:
    left = remainder({**DATA, "senders": [{"line": "12"}, {"line": "1000"}]}, [])
    assert left is not None
    assert [sender.line for sender in left.senders] == ["1000"]


@pytest.mark.parametrize("message", [{}, {"text": "a", "file": "b"}, {"file": 5, "text": [1]}])
def test_a_message_nobody_can_use_is_replaced_by_a_stand_in(message: object) -> None:
    left = remainder({**DATA, "message": message}, [])
    assert left is not None
    assert left.message.text == STAND_IN_TEXT


@pytest.mark.parametrize(
    ("changed", "mistaken"),
    [
        ({"recipients": {"csv": ["a.csv"]}}, [("recipients", "csv", 0)]),
        ({"recipients": {"inline": [{"phone": "1"}, 5]}}, []),
        ({"recipients": 5}, []),
    ],
)
def test_without_readable_recipients_there_is_nothing_left(
    changed: dict[str, object], mistaken: list[tuple[Key, ...]]
) -> None:
    assert remainder({**DATA, **changed}, mistaken) is None
