"""VerifyLookup (API document, 11): a template of the panel, filled with tokens, sent or read out."""

from __future__ import annotations

import pytest

from kaverun.kavenegar import ApiError, NotAsked, Tokens

FIRST = "09123456789"
CALL = {"receptor": FIRST, "template": "verify", "token": "12345"}
SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def test_client_fills_a_template(bench):
    client = bench.client()
    row = client.lookup(
        FIRST, "order", Tokens("12345", token10="سارا احمدی عزیز ما از تهران", token20="a b"), tag="login"
    )
    assert (row.receptor, row.status) == (FIRST, 1)
    assert "12345" in row.message
    assert "سارا احمدی عزیز ما از تهران" in row.message
    assert client.lookup(FIRST, "verify", "12345", type="call").cost == 1000
    assert [message.channel for message in bench.sandbox.messages()] == ["sms", "call"]


def test_client_knows_the_rules_of_tokens_beforehand(bench):
    for tokens in ("12 34", "a_b", "a\nb", "x" * 101, Tokens("1", token10="a b c d e f g"), Tokens("")):
        with pytest.raises(NotAsked):
            bench.client().lookup(FIRST, "verify", tokens)
    assert bench.sandbox.requests() == ()


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_client_is_told_what_the_panel_lacks(start, dialect):
    client = start(dialect=dialect, templates=(("verify", "code %token"), ("empty", "no code"))).client()
    for code, template in ((424, "other"), (432, "empty")):
        with pytest.raises(ApiError) as caught:
            client.lookup(FIRST, template, "12345")
        assert caught.value.code == code
    assert client.lookup(FIRST, "verify", "12345").message == "code 12345"


def test_command_sends_where_it_is_told_yes(bench, command, answered, live):
    words = ["verify/lookup", *(f"{name}={value}" for name, value in CALL.items())]
    assert command("api", *words)[0] == 1
    assert bench.sandbox.messages() == ()
    entries = answered(*words, "--yes")
    assert "12345" in (entries if live else entries[0])["message"]


def test_sandbox_answers_a_list_or_one_object(wire, live):
    for verb in ("GET", "POST"):
        entries = wire.entries("verify/lookup", verb, **CALL)
        assert isinstance(entries, dict) == live
        assert list(entries if live else entries[0]) == SENT
    assert "12345" in wire.xml("verify/lookup", **CALL)["message"]


def test_sandbox_has_the_rules_of_tokens(bench, wire, live):
    assert wire.code("verify/lookup", **{**CALL, "token": "12 34"}) == 431
    assert wire.code("verify/lookup", **{**CALL, "token": "12_34"}) == 431
    assert wire.code("verify/lookup", **CALL, token10="a b c d e f g") == 431
    assert wire.code("verify/lookup", **{**CALL, "token": "abc"}, type="call") == 428
    assert wire.code("verify/lookup", **{**CALL, "token": ""}) == (406 if live else 400)
    assert bench.sandbox.messages() == ()
    assert wire.code("verify/lookup", **CALL, token10="a b c d e f", token20="a b c d e f g h i") == 200
