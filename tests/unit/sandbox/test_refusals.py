from __future__ import annotations

from typing import Any

import pytest

from kaverun.sandbox import refusals
from kaverun.sandbox.call import Call
from kaverun.sandbox.records import Draft, Envelope
from kaverun.sandbox.settings import SandboxSettings

PANEL = {"lines": ("10004346",), "tags": ("yalda", "a_b"), "templates": (("verify", "{token}"),)}


def draft(text: str = "سلام", localid: str = "7") -> Draft:
    return Draft("09123456789", "09123456789", "10004346", text, localid)


def notes(
    *drafts: Draft, settings: dict[str, Any] = PANEL, fields: dict[str, str] | None = None, **envelope: Any
) -> list[tuple[int, str]]:
    call = Call("sms/send", {"sender": "10004346", **(fields or {})}, 1)
    found = refusals.of_sending(SandboxSettings(**settings), call, Envelope(1, **envelope), drafts or (draft(),))
    return [(note.code, note.why) for note in found]


def test_a_request_the_panel_knows_has_no_note() -> None:
    assert notes(tag="yalda", template="verify") == []


def test_what_the_panel_must_know_is_named() -> None:
    assert notes(settings={}, tag="yalda", template="verify") == [
        (412, "unless these are lines of the account: 10004346"),
        (607, "unless the panel has the tag yalda"),
        (424, "unless the panel has the template verify"),
    ]


def test_the_default_line_needs_no_note() -> None:
    assert notes(settings={}, fields={"sender": ""}) == []


def test_an_underscore_is_not_the_documents() -> None:
    assert notes(tag="a_b") == [(607, "tags in the document have no underscore")]


@pytest.mark.parametrize(
    "text", ["see https://a.example/x", "www.example.org", "بخرید از shop.ir همین حالا", "KAVENEGAR.COM"]
)
def test_links_are_seen(text: str) -> None:
    assert notes(draft(), draft(text), draft(text)) == [(420, "a link in rows 2, 3, if the account may not send links")]


@pytest.mark.parametrize("text", ["ساعت ۱۰.۳۰", "a.b", "3.5%", "code.irrelevant", "v1.command"])
def test_other_dots_are_not_links(text: str) -> None:
    assert notes(draft(text)) == []


def test_control_characters_are_seen_and_line_breaks_are_fine() -> None:
    assert notes(draft("a\nb\r\n\tc\u200cد")) == []
    assert notes(draft("a\x00b")) == [(422, "a control character in row 1")]


def test_rows_are_named_up_to_five() -> None:
    assert notes(*[draft("www.a")] * 7)[0][1].startswith("a link in rows 1, 2, 3, 4, 5, …")


def test_the_documents_limits_hold_whatever_the_settings_say() -> None:
    assert notes(draft("س" * 901)) == [(413, "the document allows 900 characters, there are 901")]
    assert notes(*[draft("س" * 900)] * 200) == []
    assert notes(*[draft()] * 201) == [(414, "the document allows 200 messages, there are 201")]
    assert [note.code for note in refusals.of_look_up(501)] == [414]
    assert not list(refusals.of_look_up(500))


def test_localids_of_text_and_joined_ones_are_not_the_documents() -> None:
    assert notes(draft(localid="order-7")) == [(400, "localids in the document are whole numbers")]
    assert notes(fields={"localmessageids": "7,8"}) == [(419, "localmessageids in the document are a JSON array")]
    assert notes(fields={"localmessageids": "[7,8]"}) == []


def test_parameters_no_document_has_are_named_up_to_five() -> None:
    assert not list(refusals.of_parameters("sms/send", ["receptor", "policy", "localid"]))
    assert [note.why for note in refusals.of_parameters("sms/send", ["reciever", "x" * 99])] == [
        "the parameter reciever is not documented, did you mean receptor?",
        "the parameter " + "x" * 40 + " is not documented",
    ]
    assert len(list(refusals.of_parameters("account/info", "abcdefgh"))) == 5


def test_a_whitelist_nobody_wrote_is_noted() -> None:
    assert [note.code for note in refusals.of_whitelist(SandboxSettings())] == [407]
    assert not list(refusals.of_whitelist(SandboxSettings(ip_whitelist=("127.0.0.1",))))
