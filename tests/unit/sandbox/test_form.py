from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote_to_bytes

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kaverun.sandbox.form import FormError, read_fields, unquote


@given(st.text())
def test_a_quoted_text_comes_back(text: str) -> None:
    assert unquote(quote_plus(text, errors="replace").encode()) == text.encode(errors="replace").decode()
    assert unquote(quote(text, errors="replace").encode()) == text.encode(errors="replace").decode()


@given(st.text(alphabet="%\\x0u19AfGn+ &é", max_size=20))
def test_stray_percent_signs_and_backslashes_are_taken_as_the_standard_library_does(text: str) -> None:
    assume(not re.search("%u[0-9A-Fa-f]{4}", text))
    wanted = unquote_to_bytes(text.replace("+", " ").encode())
    try:
        assert unquote(text.encode()) == wanted.decode()
    except FormError:
        with pytest.raises(UnicodeDecodeError):
            wanted.decode()


@given(st.text())
def test_a_text_in_percent_u_escapes_comes_back(text: str) -> None:
    units = text.encode("utf-16-be", errors="surrogatepass")
    written = b"".join(b"%%u%02x%02X" % pair for pair in zip(units[::2], units[1::2], strict=True))
    assert unquote(written) == text


@pytest.mark.parametrize("raw", [b"%ud83d", b"a%ude00b", b"%ude00%ud83d"])
def test_half_a_surrogate_pair_is_an_error(raw: bytes) -> None:
    with pytest.raises(FormError):
        unquote(raw)


def test_raw_utf8_is_taken() -> None:
    assert read_fields(b"", "message=سلام دنیا&receptor=09".encode()) == {"message": "سلام دنیا", "receptor": "09"}


@pytest.mark.parametrize(
    ("raw", "text"), [(b"a\\n%D8%B3", "a\\nس"), (b"\\x41%41", "\\x41A"), (b"100%\\u0041", "100%\\u0041")]
)
def test_backslashes_next_to_escapes_stay_as_they_are(raw: bytes, text: str) -> None:
    assert unquote(raw) == text


def test_what_is_not_utf8_is_an_error() -> None:
    with pytest.raises(FormError):
        unquote(b"%ED%A0%80")


def test_names_are_read_in_any_case() -> None:
    assert read_fields(b"Receptor=1", b"MESSAGE=2") == {"receptor": "1", "message": "2"}


def test_a_repeated_field_is_joined_with_commas() -> None:
    assert read_fields(b"messageid=1&messageid=2&MessageID=3", b"") == {"messageid": "1,2,3"}


def test_the_body_wins_over_the_query() -> None:
    assert read_fields(b"sender=1&tag=a", b"sender=2") == {"sender": "2", "tag": "a"}


def test_empty_pairs_and_a_final_newline_are_ignored() -> None:
    assert read_fields(b"&&", b"a=1&&b=\r\n") == {"a": "1", "b": ""}
