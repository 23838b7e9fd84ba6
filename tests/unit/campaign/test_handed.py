"""Recipients that a program hands over: any mappings, kept as JSON Lines, and never a list in memory."""

from __future__ import annotations

import gc
import json
import tracemalloc
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from kaverun.campaign.handed import HandedRows
from kaverun.errors import Invalid, Refused


def rows_of(handed):
    return [json.loads(line) for line in handed.path.read_text(encoding="utf-8").splitlines()]


def test_values_of_databases_and_programs_become_cells():
    row = {
        "text": "سارا\nم",
        "whole": 12,
        "large": 2**70,
        "share": 0.5,
        "nothing": None,
        "nan": float("nan"),
        "yes": True,
        "price": Decimal("12.50"),
        "day": date(2026, 3, 20),
        "moment": datetime(2026, 3, 20, 10, 30),
        "hour": time(10, 30),
        "id": UUID(int=1),
    }
    handed = HandedRows(iter([row]))
    assert handed.count == 1
    assert rows_of(handed) == [
        {
            "text": "سارا\nم",
            "whole": 12,
            "large": str(2**70),
            "share": 0.5,
            "nothing": None,
            "nan": None,
            "yes": True,
            "price": "12.50",
            "day": "2026-03-20",
            "moment": "2026-03-20T10:30:00",
            "hour": "10:30:00",
            "id": "00000000-0000-0000-0000-000000000001",
        }
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("09260000000", "سارا"), "row 2: it is a tuple, and must be a mapping"),
        ({"phone": "1", "raw": b"x"}, "row 2: raw: holds a value of type bytes"),
        ({"phone": "1", 3: "x"}, "row 2: the name of column 3 is not a text"),
        ({"phone": "1", "name": "\ud800"}, "row 2: name: holds a value of type str"),
    ],
)
def test_what_cannot_be_a_row_is_named_with_its_number(row, words):
    with pytest.raises(Invalid, match=words):
        HandedRows([{"phone": "09260000000"}, row])


def test_a_source_that_fails_fails_as_it_is():
    def broken():
        yield {"phone": "09260000000"}
        raise OSError("the database is gone")

    with pytest.raises(OSError, match="the database is gone"):
        HandedRows(broken())


def test_a_disk_without_room_refuses(small_files):
    with pytest.raises(Refused, match="make room there"):
        HandedRows({"phone": "09260000000", "name": "x" * 1000} for _ in range(1000))


def test_the_file_is_for_its_owner_alone_and_goes_with_the_rows():
    handed = HandedRows([{"phone": "09260000000"}])
    path = handed.path
    assert path.stat().st_mode & 0o777 == 0o600
    del handed
    gc.collect()
    assert not path.exists()


def peak(count):
    tracemalloc.start()
    HandedRows({"phone": f"0926{n:07d}", "name": "سارا " * 20} for n in range(count))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_rows():
    assert peak(20_000) < 1.1 * peak(2_000)
