import pytest

from kaverun.kavenegar.answers import (
    account_config,
    account_info,
    message_state,
    outbox_count,
    sent_columns,
    sent_message,
    state_columns,
)


def test_a_row_without_a_messageid_or_with_zero_has_none():
    assert sent_message({"status": 6, "statustext": "خطا"}).messageid is None
    assert sent_message({"messageid": 0, "status": 6}).messageid is None


def test_numbers_may_come_as_text_and_ids_as_numbers():
    row = sent_message({"messageid": "8792343", "cost": "120", "status": "1", "sender": 10004346, "date": None})
    assert (row.messageid, row.cost, row.status, row.sender, row.date) == (8792343, 120, 1, "10004346", None)
    row = sent_message({"messageid": 8792343.0, "cost": 120.5, "status": 1.0})
    assert (row.messageid, row.cost, row.status) == (8792343, None, 1)


def test_unknown_status_codes_and_fields_are_let_through():
    state = message_state({"messageid": 1, "localid": "450", "status": 50, "statustext": "?", "new": True})
    assert (state.status, state.localid) == (50, "450")


def test_a_localid_may_be_text_or_a_number_of_63_bits():
    assert message_state({"messageid": 2**40, "localid": 2**62, "status": 1}) == (2**40, str(2**62), 1, "", "")
    assert message_state({"messageid": 1, "localid": "order-7", "status": 1}).localid == "order-7"


@pytest.mark.parametrize(
    "odd",
    [
        {"messageid": 0, "status": 1, "statustext": "a"},
        {"messageid": "7", "status": 1, "statustext": "a"},
        {"messageid": 7, "status": "10", "statustext": "a"},
        {"messageid": 7, "status": 10, "statustext": None},
        {"messageid": 7, "status": 10.0},
        {"messageid": True, "status": 10, "statustext": "a"},
        {"status": 100},
    ],
)
def test_states_in_columns_are_those_of_the_single_rows(odd):
    documented = [{"messageid": n, "status": 10, "statustext": "رسیده", "new": 1} for n in range(1, 4)]
    for entries in (documented, [*documented, odd], []):
        states = [message_state(entry) for entry in entries]
        columns = [[getattr(state, name) for state in states] for name in ("messageid", "status", "statustext")]
        assert [*map(list, state_columns(entries))] == columns


def test_debugmode_is_read_whatever_its_case_and_settings_no_document_names_are_kept_as_text():
    config = account_config({"debugmode": "Enabled", "defaultsender": "10004346", "mincreditalarm": "10000", "new": 1})
    assert (config.debugmode, config.mincreditalarm, config.others) == (True, 10000, {"new": "1"})
    assert not account_config({}).debugmode
    assert account_config({}).mincreditalarm is None


def test_a_count_has_what_the_answer_has():
    assert outbox_count({"sumcount": 150}) == (150, None, None, None, None)
    assert outbox_count({"sumcount": "3", "sumpart": 4, "cost": 480, "startdate": 1, "enddate": 2}) == (3, 4, 480, 1, 2)
    assert outbox_count({}).sumcount == 0


def test_credit_that_is_not_told_is_unknown():
    assert account_info({}).remaincredit is None
    assert account_info({"remaincredit": 0}).remaincredit == 0


_ROW = {
    "messageid": 7, "receptor": "09261234567", "message": "x", "sender": "10004346", "status": 1, "statustext": "?",
    "cost": 120, "date": 1_767_000_000,
}  # fmt: skip


@pytest.mark.parametrize(
    "odd", [2**63, -(2**63) - 1, 2**64 - 1, 1e30, float("inf"), float("nan"), "9" * 30, "9" * 5000]
)
@pytest.mark.parametrize("field", ["messageid", "status", "cost", "date"])
def test_a_number_that_no_ledger_can_hold_is_as_good_as_none(field, odd):
    rows = sent_columns([_ROW, {**_ROW, field: odd}]).rows()
    assert getattr(rows[1], field) == (0 if field == "status" else None)
    assert rows[0] == sent_message(_ROW)
    if field in ("messageid", "status"):
        states = state_columns([_ROW, {**_ROW, field: odd}])
        assert {"messageid": states.messageids, "status": states.statuses}[field][1] in (0, None)


def test_costs_stay_so_small_that_the_sum_of_a_nation_is_still_a_number_of_64_bits():
    costs = [row.cost for row in sent_columns([_ROW, {**_ROW, "cost": 2**62}, {**_ROW, "cost": -1}]).rows()]
    assert costs == [120, None, None]


def test_a_date_after_all_calendars_is_none():
    assert sent_message({**_ROW, "date": 253_402_300_800}).date is None
