import tempfile
from pathlib import Path

import pytest

from kaverun.cli.bug import bug_message

KEY = "7A68656E6F2D6B65792D666F722D62756773"


def error_with(words):
    try:
        raise ZeroDivisionError(words)
    except ZeroDivisionError as error:
        return error


def log_of(words):
    return Path(words.partition(" are in ")[2].partition(":")[0])


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_the_log_of_a_bug_has_no_key_and_no_whole_number_even_where_nobody_read_the_key_yet(monkeypatch, tmp_path):
    monkeypatch.setenv("KAVENEGAR_API_KEY", KEY)
    (tmp_path / "key").write_text(f"{KEY[::-1]}\n")
    monkeypatch.setenv("KAVENEGAR_API_KEY_FILE", str(tmp_path / "key"))
    words = bug_message(error_with(f"GET /v1/{KEY}/ of {KEY[::-1]} for +989123456789 and 09351234567"), sent=False)
    log = log_of(words)
    text = log.read_text()
    assert "ZeroDivisionError" in text
    assert "Traceback" in text
    assert not any(secret in text + words for secret in (KEY, KEY[::-1], "9123456789", "9351234567"))
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_leaves_its_last_line_without_secrets(monkeypatch):
    monkeypatch.setenv("KAVENEGAR_API_KEY", KEY)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    words = bug_message(error_with(f"no answer of /v1/{KEY}/"), sent=True)
    assert "cannot be written" in words
    assert "ZeroDivisionError: no answer of /v1/[api key]/" in words
    assert "may have been sent" in words
    assert KEY not in words


def test_an_error_whose_words_cannot_be_had_is_shown_without_them(monkeypatch):
    def never(error):
        raise RecursionError

    monkeypatch.setattr("traceback.format_exception", never)
    log = log_of(bug_message(error_with("x"), sent=False))
    assert "ZeroDivisionError, whose message cannot be shown" in log.read_text()
