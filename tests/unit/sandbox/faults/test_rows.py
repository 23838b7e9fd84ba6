from __future__ import annotations

import pytest

from kaverun.sandbox.faults.deck import Hit
from kaverun.sandbox.faults.parser import parse_fault
from kaverun.sandbox.faults.rows import Entry, changed


def entries() -> list[Entry]:
    return [{"messageid": n, "receptor": f"0912000000{n}", "localid": str(n), "status": 1} for n in range(1, 4)]


def after(*specs: str, salt: int = 1) -> list[Entry]:
    return changed(entries(), [Hit(parse_fault(spec), salt) for spec in specs])


def test_reverse() -> None:
    assert [entry["messageid"] for entry in after("reverse")] == [3, 2, 1]


@pytest.mark.parametrize(("spec", "left"), [("missing-row", 2), ("missing-row:rows=2", 1), ("missing-row:rows=9", 0)])
def test_missing_rows_are_left_out(spec: str, left: int) -> None:
    rows = after(spec)
    assert len(rows) == left
    assert all(row in entries() for row in rows)


def test_surplus_rows_are_about_messages_nobody_asked_for() -> None:
    rows = after("surplus-row:rows=2")
    assert rows[:3] == entries()
    for row in rows[3:]:
        for name in ("messageid", "receptor", "localid"):
            assert row[name] not in {entry[name] for entry in entries()}


def test_a_foreign_receptor_is_the_only_change_of_its_row() -> None:
    rows = after("foreign-receptor")
    different = [(row, entry) for row, entry in zip(rows, entries(), strict=True) if row != entry]
    assert len(different) == 1
    row, entry = different[0]
    assert {**row, "receptor": entry["receptor"]} == entry


def test_masked_receptors_cannot_be_read_any_more() -> None:
    rows = after("mask-receptor")
    assert [row["receptor"] for row in rows] == ["0912***0001", "0912***0002", "0912***0003"]
    assert [{**row, "receptor": ""} for row in rows] == [{**entry, "receptor": ""} for entry in entries()]


def test_folded_texts_say_the_same_in_other_characters() -> None:
    (row,) = changed([{"messageid": 1, "message": " كتاب\r\nمي\u200cآيد ۱۲ "}], [Hit(parse_fault("fold-text"), 1)])
    assert row == {"messageid": 1, "message": "کتاب میآید 12"}


def test_the_same_salt_chooses_the_same_rows() -> None:
    assert after("missing-row", salt=5) == after("missing-row", salt=5)


def test_other_faults_leave_the_rows_alone() -> None:
    assert after("slow-after") == entries()


def test_an_answer_without_rows_stays_empty() -> None:
    assert changed([], [Hit(parse_fault("surplus-row"), 1), Hit(parse_fault("reverse"), 1)]) == []
