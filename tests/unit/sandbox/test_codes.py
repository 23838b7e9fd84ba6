"""The tables of codes, compared with the two pages they come from."""

from __future__ import annotations

import dataclasses

import pytest

from kaverun.kavenegar.codes import DISPLAY_TYPES, ERRORS, MESSAGE_STATUSES, SUCCESS

DOCUMENTED = {400, 401, 402, 404, 405, 407, 409, 411, 412, 413, 414, 417, 418, 419, 607}
FOUND = {403, 406, 415, 416, 420, 422, 424, 426, 427, 428, 429, 431, 432, 449, 451, 501, 604}


def test_every_code_of_both_pages_is_there_and_knows_its_page() -> None:
    assert {code for code, entry in ERRORS.items() if entry.documented} == DOCUMENTED
    assert {code for code, entry in ERRORS.items() if entry.source == "facts"} == FOUND


def test_success_is_not_an_error() -> None:
    assert SUCCESS.code not in ERRORS
    assert SUCCESS.persian == "تایید شد"


def test_final_and_refunded_statuses_are_those_of_the_facts_page() -> None:
    assert {code for code, status in MESSAGE_STATUSES.items() if status.final} == {6, 10, 11, 13, 14, 100}
    assert {code for code, status in MESSAGE_STATUSES.items() if status.refunded} == {13, 14}


def test_display_types_are_0_to_3() -> None:
    assert list(DISPLAY_TYPES) == [0, 1, 2, 3]


def test_the_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ERRORS[400] = SUCCESS  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        SUCCESS.code = 1  # type: ignore[misc]
