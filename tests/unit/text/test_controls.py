"""Control characters are found fast, named, and shown so that no terminal obeys them."""

from __future__ import annotations

import json

import pytest

from kaverun.text.controls import first_control, harmless, has_controls
from kaverun.text.line_ends import with_line_feeds

CONTROLS = [
    "\0",
    "\a",
    "\b",
    "\x1b",
    "\x0b",
    "\x0c",
    "\r",
    "\x7f",
    "\x85",
    "\x9b",
    "\x9f",
    "\ufffe",
    "\uffff",
    "\ufdd0",
    "\ud800",
]


@pytest.mark.parametrize("sign", CONTROLS)
def test_every_control_character_is_found_named_and_shown_harmlessly(sign: str) -> None:
    text = f"سلام {sign}[2Jx"
    assert has_controls(text)
    assert f"(U+{ord(sign):04X})" in first_control(text)
    shown = f"x{ord(sign):02x}" if ord(sign) < 127 else f"u{ord(sign):04x}"
    assert harmless(text) == "سلام \\" + shown + "[2Jx"


@pytest.mark.parametrize(
    "text", ["", "a\tb\nc", "«سلام» می‌روم", "\u200f\u2068x\u2069", "é\u00a0¿", "😀", "\ufeff\ufffd\ufe0f"]
)
def test_what_messages_are_made_of_is_left_alone(text: str) -> None:
    assert not has_controls(text)
    assert first_control(text) == ""
    assert harmless(text) is text


def test_json_stays_json_with_the_same_meaning() -> None:
    assert json.loads(harmless('{"a": "\x85\x9b\x7f"}')) == {"a": "\x85\x9b\x7f"}


def test_every_line_end_becomes_a_line_feed() -> None:
    assert with_line_feeds("a\r\nb\rc\nd\r\n") == "a\nb\nc\nd\n"
