"""Whatever stands in a field comes out of any parser of forms as it went in."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.kavenegar.form import form_body

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(st.text("abcXYZ[]", min_size=1), TEXTS))
def test_every_text_comes_back(fields):
    assert dict(parse_qsl(form_body(fields).decode("ascii"), keep_blank_values=True)) == fields


@pytest.mark.parametrize("value", ["", "a b+c&d=e%f;g", "a\nb\t", '["0926","0927"]', "[1,2]", "٪", "سلام ABC 😀"])
def test_it_means_what_the_standard_library_s_encoding_means(value):
    assert parse_qsl(form_body({"k": value}).decode()) == parse_qsl(urlencode({"k": value}))


def test_an_array_of_numbers_is_escaped_as_usual():
    value = orjson.dumps(["09260000001", "09260000002"]).decode()
    assert form_body({"receptor": value}).decode() == urlencode({"receptor": value})


def test_nothing_but_safe_characters_travels():
    body = form_body({"message": "سلام & = + % \0\x1f", "sender": "a/b?c#d\\é"})
    assert set(body.decode()) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~%&=")
