from __future__ import annotations

from collections.abc import Mapping

from kaverun.errors import KaverunError
from kaverun.recipients.exclusion import Excluded
from kaverun.recipients.rows import BadRow, Row
from kaverun.recipients.seen import Met
from kaverun.recipients.selection import Condition, Recipient, select
from kaverun.recipients.typed import typed_column
from kaverun.recipients.uncomputed import UnusableCell, error_cell
from kaverun.text.phone import as_number


def chosen(
    *cells: Mapping[str, object] | BadRow,
    key: str | None = None,
    where: Condition | None = None,
    excluded: Mapping[str, str] | None = None,
    phone: str = "phone",
    **types: str,
) -> list[Recipient]:
    rows = [
        cell if isinstance(cell, BadRow) else Row(number, "m.csv", number + 1, dict(cell))
        for number, cell in enumerate(cells, 1)
    ]
    typed = tuple(typed_column(name, name, kind) for name, kind in types.items())
    lists = Excluded()
    for row, (number, place) in enumerate((excluded or {}).items(), 1):
        path, _, line = place.partition(":")
        lists.add([Met(as_number(number), row, path, int(line))])
    return list(select(rows, phone=phone, key=key, where=where, excluded=lists, typed=typed))


def number(last: int, **values: object) -> dict[str, object]:
    return {"phone": f"0912123456{last}", **values}


def test_a_good_row_is_sent_with_its_canonical_number_as_key() -> None:
    (recipient,) = chosen({"phone": "+98 912 123 4567", "name": "سارا"})
    assert recipient == Recipient(
        1, "m.csv", 2, {"phone": "+98 912 123 4567", "name": "سارا"}, "09121234567", "09121234567", "send", "", ""
    )


def test_every_row_comes_out_once_and_in_order() -> None:
    rows = [number(1), {"phone": "x"}, number(1), BadRow(4, "m.csv", 5, "torn"), number(2)]
    assert [(r.row, r.action) for r in chosen(*rows)] == [
        (1, "send"),
        (2, "invalid"),
        (3, "skip"),
        (4, "invalid"),
        (5, "send"),
    ]


def test_a_number_written_differently_is_a_duplicate_of_the_row_it_repeats() -> None:
    _, _, third = chosen(number(1), number(2), {"phone": "+989121234561"})
    assert third[6:] == ("skip", "duplicate", "duplicate of row 1 (m.csv:2)")


def test_a_bad_number_is_refused_with_its_reason_and_shown_masked() -> None:
    (recipient,) = chosen({"phone": "0912123456"})
    assert recipient.cause == "bad number"
    assert recipient.phone == ""
    assert recipient.reason.startswith("0912****56: it has 9 digits")
    (empty,) = chosen({"phone": ""})
    assert empty.reason == "the number is empty"


def test_a_number_given_as_a_number_is_taken() -> None:
    assert [r.phone for r in chosen({"phone": 9121234567}, {"phone": None}, {"phone": True})] == ["09121234567", "", ""]


def test_a_bad_row_keeps_its_reason() -> None:
    (recipient,) = chosen(BadRow(1, "m.csv", 2, "it has 1 cell, and the header has 2"))
    assert recipient[6:] == ("invalid", "bad row", "it has 1 cell, and the header has 2")


def test_an_excluded_number_names_the_list_and_line() -> None:
    (recipient,) = chosen(number(1), excluded={"09121234561": "opt-outs.csv:12"})
    assert recipient[6:] == ("skip", "excluded", "excluded by opt-outs.csv:12")


def test_rows_for_which_where_does_not_hold_are_skipped() -> None:
    recipients = chosen(number(1, city="x"), number(2, city="y"), where=lambda row: row["city"] == "y")
    assert [(r.action, r.cause) for r in recipients] == [("skip", "filtered"), ("send", "")]


def test_a_where_that_cannot_be_answered_makes_the_row_invalid() -> None:
    def where(row: Mapping[str, object]) -> bool:
        raise KaverunError("'city' has no value")

    (recipient,) = chosen(number(1), where=where)
    assert recipient[6:8] == ("invalid", "where failed")
    assert "'city' has no value" in recipient.reason


def test_the_first_cause_that_applies_is_the_one_told() -> None:
    everything = {"excluded": {"09121234561": "o.csv:1"}, "where": lambda row: False, "key": "id"}
    bad, keyless, filtered = chosen({"phone": "x"}, number(1, id=""), number(1, id="a"), **everything)  # type: ignore[arg-type]
    assert [bad.cause, keyless.cause, filtered.cause] == ["bad number", "no key", "filtered"]
    (excluded,) = chosen(number(1), excluded={"09121234561": "o.csv:1"})
    assert excluded.cause == "excluded"


def test_a_row_that_is_not_sent_does_not_make_a_later_one_a_duplicate() -> None:
    recipients = chosen(number(1, city="x"), number(1, city="y"), where=lambda row: row["city"] == "y")
    assert [r.action for r in recipients] == ["skip", "send"]


def test_with_a_key_one_number_may_get_several_messages() -> None:
    assert [r.action for r in chosen(number(1, id="a"), number(1, id="b"), key="id")] == ["send", "send"]


def test_with_a_key_the_same_key_and_number_is_a_duplicate() -> None:
    _, second = chosen(number(1, id="a"), number(1, id=" a "), key="id")
    assert second[6:] == ("skip", "duplicate", "duplicate of row 1 (m.csv:2): the same key and number")


def test_with_a_key_the_same_key_for_another_number_is_invalid() -> None:
    _, second = chosen(number(1, id=7), number(2, id="7"), key="id")
    assert second[6:] == ("invalid", "same key", "the same key as row 1 (m.csv:2) with another number")


def test_a_row_without_a_key_is_invalid() -> None:
    assert [r.cause for r in chosen(number(1, id=" "), number(2, id=None), key="id")] == ["no key", "no key"]


def test_columns_may_be_given_by_their_headers() -> None:
    (recipient,) = chosen({"شماره_تماس": "09121234567", "کد": "1"}, phone="شماره تماس", key="كد")
    assert (recipient.phone, recipient.key) == ("09121234567", "1")


def test_typed_columns_have_their_values_before_where_is_asked() -> None:
    recipients = chosen(number(1, vip="خیر"), number(2, vip="بله"), where=lambda row: bool(row["vip"]), vip="bool")
    assert [(r.action, r.values["vip"]) for r in recipients] == [("skip", False), ("send", True)]


def test_a_cell_that_is_not_of_its_type_makes_its_row_invalid_with_its_number() -> None:
    (recipient,) = chosen(number(1, amount="12x"), amount="int")
    assert (recipient.phone, recipient.action, recipient.cause) == ("09121234561", "invalid", "bad cell")
    assert recipient.reason.startswith("column 'amount': \"12x\" is no number")


def test_a_bad_number_or_a_missing_key_is_told_before_a_bad_cell() -> None:
    bad, keyless = chosen({"phone": "x", "a": "x"}, number(1, id="", a="x"), key="id", a="int")
    assert [bad.cause, keyless.cause] == ["bad number", "no key"]


def test_a_type_never_changes_who_somebody_is() -> None:
    first, second = chosen(number(1, id="007"), number(2, id="7"), key="id", id="int")
    assert [first.key, second.key] == ["007", "7"]
    assert [first.action, second.action] == ["send", "send"]
    assert first.values["id"] == 7


def test_a_whole_number_of_a_spreadsheet_is_a_key_without_its_point() -> None:
    assert [r.key for r in chosen(number(1, id=12.0), number(2, id=13), key="id")] == ["12", "13"]


def test_a_number_or_a_key_that_a_spreadsheet_could_not_compute_says_so() -> None:
    bad, keyless = chosen({"phone": error_cell("phone", "#REF!")}, number(1, id=error_cell("id", "#N/A")), key="id")
    assert bad.reason == "its cell holds #REF!, an error of the spreadsheet"
    assert keyless.cause == "no key"
    (formula,) = chosen({"phone": UnusableCell("phone", "a formula that was never computed")})
    assert formula.reason == "its cell holds a formula that was never computed"


def test_a_key_with_a_control_character_is_refused() -> None:
    (bad, good) = chosen(number(1, id="a\x1bb"), number(2, id="a b"), key="id")
    assert (bad.action, bad.cause) == ("invalid", "no key")
    assert "a control character (U+001B)" in bad.reason
    assert good.action == "send"


def test_a_key_is_given_in_its_normal_form() -> None:
    ids: list[object] = ["۱۲", 13.0, "AB\u20111", " 0014.0 "]
    assert [r.key for r in chosen(*(number(n, id=id_) for n, id_ in enumerate(ids)), key="id")] == [
        "12",
        "13",
        "AB-1",
        "0014",
    ]


def test_a_key_that_shows_nothing_is_none() -> None:
    for recipient in chosen(*(number(1, id=id_) for id_ in ("\u200f\u200c", " \u00a0", "\ufeff")), key="id"):
        assert (recipient.key, recipient.cause) == ("", "no key")


def test_a_number_in_a_cell_is_the_key_that_its_text_would_be() -> None:
    cells: list[object] = [12, 12.5, 10**15 + 0.0, True]
    keys = [recipient.key for recipient in chosen(*(number(1, id=id_) for id_ in cells), key="id")]
    assert keys == ["12", "12.5", "1" + "0" * 15, "True"]


def test_a_key_in_another_spelling_with_the_same_number_is_a_duplicate() -> None:
    _, second, third = chosen(number(1, id="12"), number(1, id="۱۲"), number(1, id=12.0), key="id")
    reason = "duplicate of row 1 (m.csv:2): the same key and number"
    assert second[6:] == third[6:] == ("skip", "duplicate", reason)


def test_a_key_in_another_spelling_with_another_number_may_be_two_people_and_both_places_are_named() -> None:
    _, second, third = chosen(number(1, id="12"), number(2, id="۱۲"), number(3, id="12"), key="id")
    assert (second.row, second.line, second.action, second.cause) == (2, 3, "invalid", "ambiguous key")
    assert second.reason.startswith('"۱۲" is the key of row 1 (m.csv:2) in another spelling, with another number')
    assert third[6:] == ("invalid", "same key", "the same key as row 1 (m.csv:2) with another number")


def test_a_zero_in_front_makes_another_key() -> None:
    assert [r.action for r in chosen(number(1, id="12"), number(2, id="012"), number(3, id="0012"), key="id")] == [
        "send"
    ] * 3


def test_what_repeats_is_found_across_a_long_list_and_within_its_last_rows() -> None:
    several = [{"phone": f"09{121_000_000 + row}", "id": f"k{row}"} for row in range(1, 1101)]
    for key in (None, "id"):
        rows = chosen(*several, several[0], several[700], several[1099], several[0], key=key)
        repeated = [(row.row, row.reason.split(": ")[0]) for row in rows if row.action != "send"]
        assert repeated == [
            (1101, "duplicate of row 1 (m.csv:2)"),
            (1102, "duplicate of row 701 (m.csv:702)"),
            (1103, "duplicate of row 1100 (m.csv:1101)"),
            (1104, "duplicate of row 1 (m.csv:2)"),
        ]


def test_a_later_spelling_of_a_key_is_compared_with_the_first() -> None:
    first, second, third = chosen(number(1, id="۱۲"), number(2, id="۱۲"), number(3, id="12"), key="id")
    assert [first.action, second.cause, third.cause] == ["send", "same key", "ambiguous key"]
