from kaverun.plan.spool import Spool


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
    for block in ([(1, "a"), (2, "b")], [(3, "c")], [(4, "d")]):
        spool.append_block(block)
    with path.open("wb") as file:
        file.write(b"before")
        ends = spool.copy_to(file)
        file.write(b"behind")
    copied = Spool.over(path, ends)
    assert rows_of(copied) == rows_of(spool) == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    assert next(copied.columns(1)) == [[3], ["c"]]
    with (tmp_path / "again").open("wb") as file:
        assert copied.copy_to(file) == [end - len(b"before") for end in ends]
    assert (tmp_path / "again").stat().st_size == ends[-1] - ends[0]
