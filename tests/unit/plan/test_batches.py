from kaverun.plan.batches import batches
from kaverun.plan.plan import Entry


def entry(row, action="send"):
    return Entry(row, f"k{row}", f"0926{row:07d}", "3000", action, "", "", f"t{row}", "gsm7", 2, 1, None, row, 0)


def test_only_what_is_to_be_sent_travels_in_plan_order_cut_by_size():
    entries = [entry(row, "skip" if row % 3 == 0 else "send") for row in range(1, 11)]
    cut = [[message.row for message in batch] for batch in batches(entries, 3)]
    assert cut == [[1, 2, 4], [5, 7, 8], [10]]


def test_no_messages_make_no_batch():
    assert list(batches([entry(1, "done")], 200)) == []
