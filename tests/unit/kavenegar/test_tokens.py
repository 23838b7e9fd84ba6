"""The rules of the facts page for tokens, at their edges."""

import pytest

from kaverun.kavenegar.errors import NotAsked
from kaverun.kavenegar.tokens import SPACES, Tokens, wrong_with


@pytest.mark.parametrize(("name", "most"), [("token", 0), ("token2", 0), ("token3", 0), ("token10", 5), ("token20", 8)])
def test_each_token_has_its_number_of_spaces(name, most):
    assert wrong_with(name, " ".join("a" * (most + 1))) == ""
    assert f"may hold {most or 'none'}" in wrong_with(name, " ".join("a" * (most + 2)))


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("value", ["a_b", "a\tb", "a\nb", "a\rb", "x" * 101])
def test_no_token_holds_lines_tabs_underscores_or_more_than_100_characters(name, value):
    assert wrong_with(name, value)
    assert not wrong_with(name, "x" * 100)


def test_tokens_that_are_not_given_are_left_out():
    assert Tokens("1", token2="", token20="a b").given() == {"token": "1", "token20": "a b"}


def test_the_first_token_is_mandatory():
    with pytest.raises(NotAsked) as caught:
        Tokens("", token2="x").given()
    assert caught.value.code == 400


def test_a_broken_rule_names_the_token():
    with pytest.raises(NotAsked, match="token10 holds 6 spaces and may hold 5") as caught:
        Tokens("1", token10="a b c d e f g").given()
    assert caught.value.code == 431
