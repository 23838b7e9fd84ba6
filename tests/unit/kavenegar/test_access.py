"""The API key as people give it: what can be read one way is read, all else is named, and none of it is shown."""

from __future__ import annotations

import os

import pytest

from kaverun.errors import Refused
from kaverun.kavenegar.access import api_key

KEY = "6B65792D746F2D686964652D3132333435"


def refusal(**environment):
    with pytest.raises(Refused) as caught:
        api_key(environment)
    assert KEY not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("written", [KEY, f" {KEY}\n", f"\ufeff{KEY}", "c2VjcmV0LWtleQ=="])
def test_a_key_is_read_without_what_surrounds_it(written):
    assert api_key({"KAVENEGAR_API_KEY": written}) == written.strip().removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (f'"{KEY}"', "in quotes"),
        (f"'{KEY}'", "in quotes"),
        (f"“{KEY}”", "in quotes"),
        (f"KAVENEGAR_API_KEY={KEY}", "NAME=VALUE"),
        (f"export KEY={KEY}", "NAME=VALUE"),
        (f"api_key: {KEY}", "NAME=VALUE"),
        (f'API_KEY="{KEY}"', "NAME=VALUE"),
        (f"{KEY} {KEY}", "several words"),
        (f"{KEY}\nother", "several words"),
        (f"{KEY}/x", "characters that no key has"),
        (f"{KEY}۱", "characters that no key has"),
    ],
)
def test_what_is_wrong_with_a_key_is_named_and_the_key_is_not_shown(written, words, tmp_path):
    assert words in refusal(KAVENEGAR_API_KEY=written)
    file = tmp_path / "key"
    file.write_text(written, encoding="utf-8")
    assert words in refusal(KAVENEGAR_API_KEY_FILE=str(file))


def test_a_key_in_place_of_its_files_name_is_not_shown():
    words = refusal(KAVENEGAR_API_KEY_FILE=KEY)
    assert "takes the path of a file" in words
    refusal(KAVENEGAR_API_KEY_FILE=f"KAVENEGAR_API_KEY={KEY}")
    refusal(KAVENEGAR_API_KEY_FILE=f"{KEY}\0")


def test_a_file_of_a_key_is_read_with_its_byte_order_mark(tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{KEY}\r\n", encoding="utf-8-sig")
    assert api_key({"KAVENEGAR_API_KEY_FILE": str(file)}) == KEY


@pytest.mark.parametrize(
    ("content", "words"),
    [(KEY.encode("utf-16"), "UTF-16"), (b"\xff\x00\xfa", "not a text file"), (b"x" * 5000, "more than 4,096 bytes")],
)
def test_a_file_that_holds_no_key_is_named(tmp_path, content, words):
    file = tmp_path / "key"
    file.write_bytes(content)
    assert words in refusal(KAVENEGAR_API_KEY_FILE=str(file))
    assert str(file) in refusal(KAVENEGAR_API_KEY_FILE=str(file))


def test_a_pipe_in_the_place_of_a_file_of_a_key_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "key")
    assert "it is a pipe" in refusal(KAVENEGAR_API_KEY_FILE=str(tmp_path / "key"))
