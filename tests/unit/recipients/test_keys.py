"""However a program writes a key, it is the key of the same person; and what may be another person stays another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.recipients.keys import normal_key

SPELLINGS = {
    "12": [
        "12", "12.0", "12.00", " 12 ", "۱۲", "١٢", "１２", "१२", "𝟏𝟐", "۱۲.۰", "۱۲٫۰", "12\u00a0", "\u3000 12\t",
        "\u200f12\u200e", "\ufeff12", "1\u200c2", "1\u200d2", "1\u00ad2", "\u206612\u2069", "\u202b12\u202c",
        "1\ufe0f2",
    ],
    "0012": ["0012", "۰۰۱۲", "0012.0", "００１２", "\u200e0012"],
    "AB-1": [f"AB{dash}1" for dash in "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"] + ["ＡＢ－１"],
    "کد-یک": ["کد-یک", "كد-يك", "کد-ىک", "كد–یک", "\u200fکد-یک", "\ufedaد-يك"],
    "خ 1": ["خ ۱", "خ\u00a01", "خ ١"],
    "ئ": ["ئ", "ي\u0654"],
}  # fmt: skip


@pytest.mark.parametrize(("form", "written"), [(form, one) for form, all_ in SPELLINGS.items() for one in all_])
def test_every_spelling_of_a_key_has_the_same_form(form, written):
    assert normal_key(written) == form


@pytest.mark.parametrize(
    "key",
    [
        "12", "012", "0012", "12.5", "12.50", "1.0.0", "v1.0", "-12.0", "12.", ".0", "12,0", "1e2", "12 0", "AB-1",
        "ab-1", "AB_1", "AB--1", "A B", "کدـیک", "آ", "ا", "#12",
    ],
)  # fmt: skip
def test_what_may_tell_two_people_apart_stays_as_it_is(key):
    assert normal_key(key) == key


@given(st.text())
def test_a_form_has_itself_as_its_form(written):
    assert normal_key(normal_key(written)) == normal_key(written)
