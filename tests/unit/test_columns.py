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
    ],
)
def test_what_is_written_is_read(columns):
    again = unpacked(packed(columns))
    assert again == columns
    assert [[*map(type, column)] for column in again] == [[*map(type, column)] for column in columns]


def test_a_value_that_all_rows_have_is_written_once():
    assert len(packed([["the same line"] * 200])) < 40


def test_columns_do_not_share_their_values():
    columns = unpacked(packed([[1, 1], [1, 1]]))
    columns[0][0] = 2
    assert columns == [[2, 1], [1, 1]]


def test_a_sealed_column_is_what_it_was_and_keeps_its_bytes():
    sealed = Sealed.of(["سلام", "", "x"])
    assert list(Sealed(sealed.blob)) == ["سلام", "", "x"]
    assert (len(sealed), sealed[2]) == (3, "x")
    assert Sealed.of(sealed) is sealed
