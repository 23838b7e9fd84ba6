from __future__ import annotations

from collections.abc import Callable

import pytest

from kaverun.sandbox.answers import Denial
from kaverun.sandbox.settings import DIALECTS
from kaverun.sandbox.templates import fill, tokens

DOCUMENT, LIVE = DIALECTS["document"], DIALECTS["live"]


def denied(action: Callable[[], object]) -> int:
    with pytest.raises(Denial) as caught:
        action()
    return caught.value.code


def test_empty_tokens_are_left_out_and_others_kept_as_written() -> None:
    assert tokens({"token": "1", "token2": " ", "token10": "a b"}, LIVE) == {"token": "1", "token10": "a b"}


def test_the_document_knows_twenty_tokens_and_the_live_service_five() -> None:
    fields = {"token": "1", "token4": "4", "token19": "19", "token21": "21"}
    assert list(tokens(fields, DOCUMENT)) == ["token", "token4", "token19"]
    assert list(tokens(fields, LIVE)) == ["token"]


@pytest.mark.parametrize(("fields", "code"), [({}, 400), ({"token": ""}, 406), ({"token": "  "}, 406)])
def test_the_first_token_is_mandatory(fields: dict[str, str], code: int) -> None:
    assert denied(lambda: tokens(fields, LIVE)) == code


VALUES = {"token": "1", "token2": "B", "token10": "X", "token20": "T"}


@pytest.mark.parametrize(
    ("text", "names", "filled"),
    [
        ("code {token}", ["token"], "code 1"),
        ("code %token", ["token"], "code 1"),
        ("%token20%token10%token2%token", ["token", "token2", "token10", "token20"], "TXB1"),
        ("{token}0 %token۰ {token2}{token10}", ["token", "token2", "token10"], "10 1۰ BX"),
        ("100% of {token}, {name}", ["token"], "100% of 1, {name}"),
    ],
)
def test_places_are_written_in_braces_or_with_a_percent_sign(text: str, names: list[str], filled: str) -> None:
    assert fill("t", {name: VALUES[name] for name in names}, {"t": text}) == filled


def test_a_value_is_never_read_as_a_place() -> None:
    assert fill("t", {"token": "%token2", "token2": "b"}, {"t": "{token} {token2}"}) == "%token2 b"


def test_templates_and_tokens_that_do_not_meet_have_their_codes() -> None:
    assert denied(lambda: fill("other", {"token": "1"}, {"t": "{token}"})) == 424
    assert denied(lambda: fill("t", {"token": "1"}, {"t": "nothing"})) == 432
    assert denied(lambda: fill("t", {"token": "1", "token3": "3"}, {"t": "{token}"})) == 432
    assert denied(lambda: fill("t", {"token": "1"}, {"t": "{token} {token3}"})) == 400


def test_a_panel_without_templates_has_every_one() -> None:
    assert fill("any", {"token": "1", "token10": "a b"}, {}) == "any: 1 a b"
