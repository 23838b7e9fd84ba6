from types import SimpleNamespace

from kaverun.columns import SealedColumn
from kaverun.ledger.payload import packed
from kaverun.plan.batches import batches_to_send, message_of, messages_numbered, messages_to_send
from kaverun.plan.plan import Entry, Totals
from kaverun.plan.spool import Spool


def entry(row, action="send"):
    return Entry(row, f"k{row}", f"0926{row:07d}", "3000", action, "", "", f"t{row}", "gsm7", 2, 1, None, row, 0)


def plan_of(entries):
    spool = Spool()
    for one in entries:
        spool.append(one)
    return SimpleNamespace(spool=spool, totals=Totals())


def test_only_what_is_to_be_sent_travels_in_plan_order_cut_by_size():
    entries = [entry(row, "skip" if row % 3 == 0 else "send") for row in range(1, 11)]
    messages = list(messages_to_send(plan_of(entries)))
    assert messages == [message_of(one) for one in entries if one.action == "send"]
    batches = batches_to_send(plan_of(entries), 3)
    assert [[message.row for message in batch] for batch in batches] == [[1, 2, 4], [5, 7, 8], [10]]


def test_no_messages_make_no_batch():
    assert list(batches_to_send(plan_of([entry(1, "done")]), 200)) == []


def test_messages_are_found_by_their_numbers_over_blocks_with_gaps(planned):
    numbers = [f"0926{row:07d}" if row % 3 else "nobody" for row in range(700)]
    recipients = "recipients: {csv: members.csv, on_invalid: skip}\n"
    plan = planned(recipients + "message: سلام\n", members_csv="phone\n" + "\n".join(numbers))
    assert len(plan.marks) > 2
    whole = list(messages_to_send(plan))
    wanted = [0, 1, 132, 133, 134, 299, len(whole) - 1]
    assert list(messages_numbered(plan, wanted)) == [whole[number] for number in wanted]


def test_batches_leave_out_what_is_not_wanted_and_have_a_line_for_who_has_none():
    entries = [entry(row)._replace(line="" if row == 2 else "3000") for row in range(1, 6)]
    batches = batches_to_send(plan_of(entries), 2, default_line="1000", without={3})
    sent = [[(message.row, message.line) for message in batch] for batch in batches]
    assert sent == [[(1, "3000"), (2, "1000")], [(4, "3000"), (5, "3000")]]


def test_who_has_no_line_gets_the_accounts_also_in_a_block_that_is_a_batch(planned):
    numbers = "\n".join(f"0926{row:07d}" for row in range(200))
    plan = planned("recipients: members.csv\nmessage: سلام {{ phone }}\n", members_csv="phone\n" + numbers)
    (batch,) = batches_to_send(plan, 200, default_line="1000")
    assert {message.line for message in batch} == {"1000"}


def test_a_block_that_is_a_batch_goes_as_it_lies(planned):
    numbers = "\n".join(f"0926{row:07d}" for row in range(450))
    plan = planned("recipients: members.csv\nmessage: سلام {{ phone }}\n", members_csv="phone\n" + numbers)
    batches = list(batches_to_send(plan, 200))
    for column in ("phones", "lines", "texts", "rows", "keys", "parts"):
        lying = [isinstance(getattr(batch.columns, column), SealedColumn) for batch in batches]
        assert lying == [True, True, False]
    assert packed(batches[0]).routes == batches[0].columns.phones.sealed.blob
    assert packed(batches[0]).texts == batches[0].columns.texts.sealed.blob
    assert [message for batch in batches for message in batch] == list(messages_to_send(plan))
    assert batches[0].opened().columns.texts[1] == "سلام 09260000001"
