from __future__ import annotations

import pytest

from kaverun.sandbox import phones


@pytest.mark.parametrize("written", ["09123456789", "9123456789", "+989123456789", "00989123456789", " 09123456789 "])
def test_the_four_forms_of_a_receptor_are_one_number(written: str) -> None:
    assert phones.receptor(written) == "09123456789"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0912345678",
        "091234567890",
        "989123456789",
        "0989123456789",
        "02122334455",
        "۰۹۱۲۳۴۵۶۷۸۹",
        "O9123456789",
        "null",
    ],
)
def test_anything_but_a_mobile_number_is_refused(written: str) -> None:
    assert phones.receptor(written) is None


@pytest.mark.parametrize("written", ["10004346", "+9810004346", "009810004346"])
def test_the_three_forms_of_a_line_are_one_line(written: str) -> None:
    assert phones.sender(written) == "10004346"


@pytest.mark.parametrize("written", ["", "kaverun", "12", "+98", "۱۰۰۰۴۳۴۶"])
def test_anything_but_a_line_is_refused(written: str) -> None:
    assert phones.sender(written) is None


def test_an_answer_writes_a_receptor_in_its_dialects_form() -> None:
    assert phones.shown("09123456789", "+989123456789", "local") == "09123456789"
    assert phones.shown("09123456789", "+989123456789", "asked") == "+989123456789"
    assert phones.shown("09123456789", "9123456789", "international") == "+989123456789"


def test_a_receptor_of_another_message_is_not_written_as_it_was_asked() -> None:
    assert phones.shown("09120000000", "+989123456789", "asked") == "09120000000"
