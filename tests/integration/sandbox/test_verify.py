"""verify/lookup: templates and the rules for their tokens."""

from __future__ import annotations

from typing import Any

import pytest

LOOKUP = {"receptor": "09123456789", "template": "verify", "token": "12345"}
PANEL = (
    ("verify", "Your verification code is {token}. Valid for 5 minutes."),
    ("order", "سفارش %token برای %token10 آماده است"),
    ("both", "%token and %token2 and {token20}"),
    ("empty", "no code here"),
)


def test_the_documents_example_works_out_of_the_box(caller: Any) -> None:
    (row,) = caller.entries("verify/lookup", "GET", **LOOKUP)
    assert list(row) == ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]
    assert "12345" in row["message"]
    assert caller.sandbox.messages()[0].template == "verify"


def test_a_template_of_the_panel_is_filled(start: Any) -> None:
    caller = start(templates=PANEL)
    assert caller.entries("verify/lookup", **LOOKUP)[0]["message"] == (
        "Your verification code is 12345. Valid for 5 minutes."
    )
    fields = {**LOOKUP, "template": "order", "token10": "سارا احمدی"}
    assert caller.entries("verify/lookup", **fields)[0]["message"] == "سفارش 12345 برای سارا احمدی آماده است"


def test_the_cost_is_by_parts_of_the_filled_text(start: Any) -> None:
    caller = start(templates=(("long", "{token}" + "س" * 70),), price_persian=100)
    assert caller.entries("verify/lookup", **{**LOOKUP, "template": "long"})[0]["cost"] == 200


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (424, {"template": "other"}),
        (432, {"template": "empty"}),
        (432, {"token2": "7"}),
        (400, {"template": "both"}),
        (200, {"template": "both", "token2": "7", "token20": "a b c d e f g h i"}),
    ],
)
def test_tokens_and_places_of_a_template_must_meet(start: Any, code: int, changes: dict[str, str]) -> None:
    assert start(templates=PANEL).status("verify/lookup", **{**LOOKUP, **changes}) == code


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (431, {"token": "12 34"}),
        (431, {"token": "12_34"}),
        (431, {"token": "12\n34"}),
        (431, {"token": "12\t34"}),
        (431, {"token": "x" * 101}),
        (200, {"token": "x" * 100}),
        (431, {"token2": "a b"}),
        (431, {"token3": "a b"}),
        (200, {"token10": "a b c d e f"}),
        (431, {"token10": "a b c d e f g"}),
        (431, {"token10": "a_b"}),
        (200, {"token20": "a b c d e f g h i"}),
        (431, {"token20": "a b c d e f g h i j"}),
        (200, {"token2": "", "token10": ""}),
    ],
)
@pytest.mark.parametrize("dialect", ["document", "live"])
def test_the_rules_of_tokens(start: Any, dialect: str, code: int, changes: dict[str, str]) -> None:
    assert start(dialect=dialect).status("verify/lookup", **{**LOOKUP, **changes}) == code


@pytest.mark.parametrize("name", ["receptor", "template", "token"])
def test_what_is_mandatory(start: Any, name: str) -> None:
    document, live = start(), start(dialect="live")
    missing = {key: value for key, value in LOOKUP.items() if key != name}
    assert [caller.status("verify/lookup", **missing) for caller in (document, live)] == [400, 400]
    assert [caller.status("verify/lookup", **missing, **{name: ""}) for caller in (document, live)] == [400, 406]


@pytest.mark.parametrize("receptor", ["02122334455", "09123456789,09123456780"])
def test_one_mobile_number(caller: Any, receptor: str) -> None:
    assert caller.status("verify/lookup", **{**LOOKUP, "receptor": receptor}) == 411


def test_the_documents_note_speaks_of_twenty_tokens_and_the_live_service_knows_five(start: Any) -> None:
    fields = {**LOOKUP, "token4": "four"}
    assert "four" in start().entries("verify/lookup", **fields)[0]["message"]
    assert "four" not in start(dialect="live").entries("verify/lookup", **fields)["message"]


def test_the_live_dialect_answers_one_object(start: Any) -> None:
    row = start(dialect="live").entries("verify/lookup", **LOOKUP)
    assert row["receptor"] == "09123456789"


@pytest.mark.parametrize(
    ("written", "document", "live"), [("", 200, 200), ("sms", 200, 200), ("1", 200, 400), ("9", 400, 400)]
)
def test_type_is_sms_call_or_a_display_type(start: Any, written: str, document: int, live: int) -> None:
    for dialect, code in (("document", document), ("live", live)):
        assert start(dialect=dialect).status("verify/lookup", **LOOKUP, type=written) == code


def test_a_code_is_read_out(start: Any) -> None:
    caller = start(price_call=700)
    assert caller.entries("verify/lookup", **LOOKUP, type="call")[0]["cost"] == 700
    assert caller.sandbox.messages()[0].channel == "call"


def test_a_token_that_is_not_a_number_cannot_be_read_out(caller: Any) -> None:
    assert caller.status("verify/lookup", **{**LOOKUP, "token": "abc", "type": "call"}) == 428
    assert caller.status("verify/lookup", **{**LOOKUP, "token": "abc"}) == 200


def test_a_tag_is_taken(start: Any) -> None:
    caller = start(tags=("login",))
    assert caller.status("verify/lookup", **LOOKUP, tag="login") == 200
    assert caller.sandbox.messages()[0].tag == "login"
    assert caller.status("verify/lookup", **LOOKUP, tag="other") == 607


def test_without_localids_the_same_call_again_sends_again(caller: Any) -> None:
    for _ in range(2):
        caller.entries("verify/lookup", **LOOKUP, localid="7")
    assert len(caller.sandbox.messages()) == 2
