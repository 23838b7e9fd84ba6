from __future__ import annotations

import pytest

from kaverun.recipients.rows import Column, find, nearest, text_of
from kaverun.text.names import slug


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("phone", "phone"),
        (" phone ", "phone"),
        ("\ufeffphone", "phone"),
        ("نام خانوادگي", "نام_خانوادگی"),
        ("نام\u200cخانوادگی", "نام_خانوادگی"),
        ("كد ملى", "کد_ملی"),
        ("مبلغِ کل", "مبلغ_کل"),
        ("phone (mobile)", "phone_mobile"),
        ("2nd name", "_2nd_name"),
        ("تلفن ۱", "تلفن_۱"),
        ("not", "not_"),
        ("loop", "loop_"),
        ("_id", "_id"),
        ("e\u0301tat", "état"),
        ("---", ""),
        ("", ""),
    ],
)
def test_a_header_becomes_a_name_that_templates_can_write(header: str, name: str) -> None:
    assert slug(header) == name
    assert slug(name) == name
    assert not name or name.isidentifier()


def test_a_column_is_found_by_its_header_and_by_its_name() -> None:
    column = Column("نام_خانوادگی", "نام خانوادگي")
    assert find("نام خانوادگي", [column]) == find("نام_خانوادگی", [column]) == column
    assert find("نام", [column]) is None


def test_the_nearest_header_is_named_or_else_all_of_them() -> None:
    columns = [Column("mobile", "Mobile"), Column("name", "Name")]
    assert nearest("mobil", columns) == "did you mean 'Mobile'?"
    assert nearest("شماره", columns) == "the columns are 'Mobile', 'Name'"


def test_a_cell_as_text_is_empty_for_nothing_and_as_printed_for_a_number() -> None:
    assert [text_of(value) for value in (None, 9121234567, "x", 1.5)] == ["", "9121234567", "x", "1.5"]
