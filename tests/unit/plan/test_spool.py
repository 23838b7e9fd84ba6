import tempfile

import pytest

from kaverun.columns import SealedColumn
from kaverun.errors import Refused
from kaverun.plan.spool import Frames, Spool


def rows_of(spool):
    return [row for columns in spool.columns() for row in zip(*columns, strict=True)]


def test_rows_come_back_in_order_as_often_as_asked():
    spool = Spool()
    rows = [(number, f"سلام {number}", None) for number in range(1_234)]
    for row in rows:
        spool.append(row)
    assert rows_of(spool) == rows_of(spool) == rows


def test_rows_may_be_added_after_reading():
    spool = Spool()
    spool.append((1,))
    assert rows_of(spool) == [(1,)]
    spool.append((2,))
    assert rows_of(spool) == [(1,), (2,)]


def test_two_readers_do_not_disturb_each_other():
    spool = Spool()
    for number in range(2_000):
        spool.append((number,))
    pairs = zip(spool.columns(), spool.columns(), strict=True)
    assert all(one == other for one, other in pairs)


def test_an_empty_spool_has_no_rows():
    assert rows_of(Spool()) == []


def test_blocks_are_chosen_by_what_is_in_them():
    spool = Spool()
    for first in (0, 10, 20):
        spool.append_block([(first + number,) for number in range(10)])
    chosen = [columns[0] for columns in spool.columns(1, where=lambda columns: 5 in columns[0] or 25 in columns[0])]
    assert chosen == [list(range(20, 30))]


def test_blocks_copied_behind_something_else_are_the_same_blocks(tmp_path):
    spool, path = Spool(), tmp_path / "plan"
    blocks = [[(number, "a"), (number + 1, "b")] for number in range(0, 40, 2)]
    for block in blocks:
        spool.append_block(block)
    with path.open("wb") as file:
        file.write(b"before")
        frames = spool.copy_to(file)
        file.write(b"behind")
    copied = Spool.over(path.open("rb"), frames)
    assert rows_of(copied) == rows_of(spool) == [row for block in blocks for row in block]
    for number in range(20):
        assert next(copied.columns(number)) == [[2 * number, 2 * number + 1], ["a", "b"]]
    assert list(copied.columns(20)) == []
    with (tmp_path / "again").open("wb") as file:
        again = copied.copy_to(file)
    assert again == Frames([end - len(b"before") for end in frames.ends], frames.blocks)
    assert (tmp_path / "again").stat().st_size == frames.ends[-1] - frames.ends[0]


def test_blocks_are_counted_on_where_some_were_read_before_others_were_added():
    spool = Spool()
    for number in range(3):
        spool.append_block([(number,)])
        assert len(list(spool.columns())) == number + 1
    spool.append_block([(3,)])
    assert list(spool.columns(2)) == [[[2]], [[3]]]


def test_fields_that_lie_apart_come_sealed_to_who_sends_and_open_to_all_others():
    spool = Spool(apart=[(3, 0), (1,)])
    blocks = [[(n, f"text {n}", None, "a"), (n + 1, "سلام", 5, "b")] for n in range(0, 24, 2)]
    for block in blocks:
        spool.append_block(block)
    assert rows_of(spool) == [row for block in blocks for row in block]
    sealed = list(spool.columns_to_send())
    assert [[*zip(*columns, strict=True)] for columns in sealed] == blocks
    assert all(
        [isinstance(column, SealedColumn) for column in columns] == [True, True, False, True] for columns in sealed
    )
    last, texts, _, first = sealed[0]
    assert first.sealed is last.sealed is not texts.sealed
    assert next(spool.columns(9))[1] == ["text 18", "سلام"]


def test_a_folder_for_temporary_files_without_room_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    monkeypatch.setenv("TMPDIR", "/nowhere")
    spool = Spool()
    spool.append((1,))
    with pytest.raises(Refused, match=r"temporary files, /nowhere, cannot be used .No such file.*set TMPDIR"):
        list(spool.columns())
