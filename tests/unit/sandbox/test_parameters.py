from __future__ import annotations

from collections.abc import Callable

import pytest

from kaverun.sandbox import parameters
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.settings import DIALECTS, Dialect

DOCUMENT, LIVE = DIALECTS["document"], DIALECTS["live"]


def denied(read: Callable[[], object]) -> int:
    with pytest.raises(Denial) as caught:
        read()
    return caught.value.code


def test_a_missing_value_is_400_and_an_empty_one_406_on_the_live_service() -> None:
    assert denied(lambda: parameters.required({}, "receptor", LIVE)) == 400
    assert denied(lambda: parameters.required({"receptor": " "}, "receptor", LIVE)) == 406
    assert denied(lambda: parameters.required({"receptor": ""}, "receptor", DOCUMENT)) == 400


def test_an_empty_message_is_413_in_both_dialects() -> None:
    assert denied(lambda: parameters.message({})) == 400
    assert denied(lambda: parameters.message({"message": "\n"})) == 413


@pytest.mark.parametrize("written", ["", " ", "0"])
def test_a_date_that_is_empty_or_0_is_absent(written: str) -> None:
    assert parameters.send_date({"date": written}, 1000.5) is None


@pytest.mark.parametrize("written", ["999", "-5", "tomorrow", "1.5e9", "99999999999999", "1404-12-29", "null"])
def test_a_past_date_and_a_wrong_date_are_417(written: str) -> None:
    assert denied(lambda: parameters.send_date({"date": written}, 1000.5)) == 417


def test_the_running_second_is_not_past() -> None:
    assert parameters.send_date({"date": "1000"}, 1000.5) == 1000


@pytest.mark.parametrize(("written", "rules"), [("a b", DOCUMENT), ("تگ", LIVE), ("x" * 201, LIVE), ("a_b", DOCUMENT)])
def test_a_malformed_tag_is_607(written: str, rules: Dialect) -> None:
    assert denied(lambda: parameters.tag({"tag": written}, rules, ())) == 607


def test_a_tag_must_be_one_of_the_panels() -> None:
    assert parameters.tag({"tag": "a_b"}, LIVE, ()) == "a_b"
    assert parameters.tag({"tag": "yalda"}, DOCUMENT, ("yalda",)) == "yalda"
    assert denied(lambda: parameters.tag({"tag": "other"}, DOCUMENT, ("yalda",))) == 607


def test_hide_and_type_take_what_the_document_lists() -> None:
    assert [parameters.hide({"hide": written}) for written in ("", "0", "1", "True")] == [False, False, True, True]
    assert denied(lambda: parameters.hide({"hide": "2"})) == 400
    assert [parameters.display_type(written) for written in ("", "0", "3")] == [None, 0, 3]
    assert denied(lambda: parameters.display_type("4")) == 400


def test_a_localid_is_a_long_in_the_document_and_any_text_on_the_live_service() -> None:
    assert parameters.local_id(" 9223372036854775807 ", DOCUMENT) == "9223372036854775807"
    assert parameters.local_id("order-7", LIVE) == "order-7"
    assert denied(lambda: parameters.local_id("9223372036854775808", DOCUMENT)) == 400
    assert denied(lambda: parameters.local_id("order-7", DOCUMENT)) == 400


@pytest.mark.parametrize("rules", [DOCUMENT, LIVE])
def test_an_empty_localid_or_0_counts_as_none(rules: Dialect) -> None:
    assert parameters.local_id("", rules) == parameters.local_id("0", rules) == ""


def test_ids_are_joined_with_commas_and_limited() -> None:
    assert parameters.numbers({"messageid": "1, 2,,3"}, "messageid", 3, DOCUMENT) == [1, 2, 3]
    assert denied(lambda: parameters.numbers({"messageid": "1,2,3"}, "messageid", 2, DOCUMENT)) == 414
    assert denied(lambda: parameters.numbers({"messageid": "1,x"}, "messageid", 3, DOCUMENT)) == 400
    assert denied(lambda: parameters.identifiers({"localid": ",,"}, "localid", 3, LIVE)) == 406


def test_an_array_is_json_text_with_numbers_taken_as_text() -> None:
    assert parameters.array({"receptor": '["09", 9123456789, null, "\\u0633"]'}, "receptor", LIVE) == [
        "09",
        "9123456789",
        "",
        "س",
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("09,09", 400),
        ('"09"', 400),
        ("{}", 400),
        ("null", 400),
        ("[1.5]", 400),
        ("[[]]", 400),
        ("[true]", 400),
        ("", 406),
    ],
)
def test_anything_but_an_array_of_texts_is_refused(written: str, code: int) -> None:
    assert denied(lambda: parameters.array({"receptor": written}, "receptor", LIVE)) == code


def test_deeply_nested_json_is_refused() -> None:
    assert denied(lambda: parameters.array({"receptor": "[" * 100_000}, "receptor", LIVE)) == 400


def test_an_optional_array_may_be_absent_or_empty_text() -> None:
    assert parameters.optional_array({}, "type", 2) == parameters.optional_array({"type": ""}, "type", 2) == []


@pytest.mark.parametrize("written", ["null", "[1]", "[1,2,3]", "1", "{}", '"1,2"'])
def test_an_optional_array_that_is_null_or_of_another_length_is_419(written: str) -> None:
    assert (
        denied(lambda: parameters.optional_array({"localmessageids": written}, "localmessageids", 2, joined=True))
        == 419
    )


def test_an_optional_array_may_be_null_where_a_client_of_the_provider_writes_it() -> None:
    assert parameters.optional_array({"type": "null"}, "type", 2, nullable=True) == []


def test_localmessageids_joined_with_commas_are_taken() -> None:
    fields = {"localmessageids": "11, 12"}
    assert parameters.optional_array(fields, "localmessageids", 2, joined=True) == ["11", "12"]
    assert parameters.optional_array({"localmessageids": "11"}, "localmessageids", 1, joined=True) == ["11"]
    assert denied(lambda: parameters.optional_array(fields, "localmessageids", 2)) == 419
