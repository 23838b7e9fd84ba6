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
