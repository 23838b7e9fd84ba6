"""Rows as columns in bytes: what is written is read, value for value."""

from __future__ import annotations

import pytest

from kaverun.columns import Sealed, packed, unpacked


@pytest.mark.parametrize(
    "columns",
    [
        [["a", "b"], [1, 1], [None, None]],
        [[1, True, 1.0]],
        [[True, True], [0, 0], ["", ""]],
        [[[1, 2], [1, 2]]],
        [["سلام"]],
        [[7, 8, 9], [7, 8, 9.0], [7, 9, 9], [True, 2, 3], [1, 2, 3.0], [9, 8, 7]],
        [["a", "b"], ["a", "b"], ["a", "c"], ["c", "b"], ["a", "b"]],
        [["a", 1], ["a", True], ["a", 1]],
        [[0.0, -0.0]],
        [[5]],
    ],
)
def test_what_is_written_is_read(columns):
    again = unpacked(packed(columns))
    assert again == columns
    assert [[*map(type, column)] for column in again] == [[*map(type, column)] for column in columns]


def test_a_value_that_all_rows_have_is_written_once():
    assert len(packed([["the same line"] * 200])) < 40


def test_numbers_that_count_up_and_texts_of_another_column_take_no_room():
    texts = [f"{number:011d}" for number in range(200)]
    assert len(packed([texts, [*texts], [*range(200, 400)]])) < len(packed([texts])) + 30


def test_columns_do_not_share_their_values():
    columns = unpacked(packed([[1, 1], [1, 1]]))
    columns[0][0] = 2
    assert columns == [[2, 1], [1, 1]]
    columns = unpacked(packed([["a", "b"], ["a", "b"]]))
    columns[0][0] = "c"
    assert columns == [["c", "b"], ["a", "b"]]


def test_sealed_columns_are_what_they_were_and_keep_their_bytes():
    sealed = Sealed.of([["سلام", "", "x"], [1, 2, 4]])
    texts, numbers = Sealed(sealed.blob).columns(2)
    assert (list(texts), list(numbers)) == (["سلام", "", "x"], [1, 2, 4])
    assert (len(texts), texts[2], numbers[1:]) == (3, "x", [2, 4])
    assert Sealed.of([texts, numbers]).blob is texts.sealed.blob


@pytest.mark.parametrize("choose", [lambda a, b: (b, a), lambda a, b: (a, [*b]), lambda a, b: (a, a)])
def test_what_is_not_sealed_in_this_order_is_sealed_anew(choose):
    chosen = choose(*Sealed.of([["a", "b"], [1, 3]]).columns(2))
    again = Sealed.of(chosen).columns(2)
    assert [list(column) for column in again] == [list(column) for column in chosen]
