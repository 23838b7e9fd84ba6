from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.text.persian import latin_digits, normalize_persian, persian_digits, thousands, toman


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("علي", "علی"),
        ("موسى", "موسی"),
        ("كتاب", "کتاب"),
        ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"),
        ("کد 123 و ١٢", "کد 123 و ۱۲"),
        ("kaverun.example/p/١٢?c=٣ تا ١٢", "kaverun.example/p/١٢?c=٣ تا ۱۲"),
        ("کد:YALDA-١٢، لغو١١", "کد:YALDA-12، لغو۱۱"),
        ("کد ۱۲AB", "کد ۱۲AB"),
        ("a\u2063b\u180e\ufff9", "ab"),
        ("می\u200cروم", "می\u200cروم"),
        ("می\u200c\u200cروم", "می\u200cروم"),
        ("\ufeffسلام\u200b\u200f \u202bسارا\u202c\u00ad", "سلام سارا"),
        ("\u2067سارا\u2069", "سارا"),
        ("آ".replace("آ", "ا\u0653"), "آ"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("ه\u200d.", "ه\u200d."),
        ("سلام \u200dسارا", "سلام سارا"),
        ("Hello `x`", "Hello `x`"),
        ("cafe\u0301", "café"),
        ("", ""),
    ],
)
def test_a_text_is_made_persian(text: str, expected: str) -> None:
    assert normalize_persian(text) == expected


@given(st.text(alphabet="يىكیک٠١۰0 a/\u200c\u200d\u200b\u0653ا😀\n"))
def test_a_persian_text_stays_as_it_is(text: str) -> None:
    once = normalize_persian(text)
    assert normalize_persian(once) == once


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a1۲٣", "a۱۲۳"), (1405, "۱۴۰۵"), (12.0, "۱۲"), (1.5, "۱.۵"), (None, ""), (Decimal("2.50"), "۲.۵۰")],
)
def test_digits_become_persian(value: object, expected: str) -> None:
    assert persian_digits(value) == expected


def test_digits_become_latin() -> None:
    assert latin_digits("a1۲٣") == "a123"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        ("1250000", "1,250,000"),
        ("1,250,000", "1,250,000"),
        ("۱۲۵۰۰۰۰", "1,250,000"),
        (" 1000 ", "1,000"),
        (-1234567, "-1,234,567"),
        (1234.5, "1,234.5"),
        (1200.0, "1,200"),
        ("1234٫5", "1,234.5"),
        (Decimal(10) ** 21, "1,000,000,000,000,000,000,000"),
    ],
)
def test_thousands_are_set_apart(value: object, expected: str) -> None:
    assert thousands(value) == expected


def test_thousands_may_be_set_apart_by_another_sign() -> None:
    assert thousands(1234567, "٬") == "1٬234٬567"


@pytest.mark.parametrize("value", ["", "abc", None, True, "1e999999", "NaN", "1_000", "12x"])
@pytest.mark.parametrize("amount", [thousands, toman])
def test_what_is_no_number_is_refused_without_showing_it(amount: object, value: object) -> None:
    with pytest.raises(ValueError, match="needs a number, and its input is none"):
        amount(value)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("rial", "expected"), [(10, 1), ("1,250,000", 125000), (1205, Decimal("120.5")), (0, 0), (12500.0, 1250)]
)
def test_toman_is_a_tenth_of_rial(rial: object, expected: object) -> None:
    assert toman(rial) == expected
    assert str(toman(rial)) == str(expected)


@pytest.mark.parametrize(
    "link",
    [
        *(
            "https://x.ir/كتاب/٥?q=يك",
            "http://مثال.com/ي",
            "www.x.ir/ي٣",
            "x.ir/كيش",
            "a.b.co/٤#ي",
            "ali@x.ir",
            "tel://٠٩١٢",
        ),
        "https://x.ir/e\u0301\u200d",
    ],
)
def test_letters_and_digits_of_a_link_stay_and_those_around_it_do_not(link: str) -> None:
    assert normalize_persian(f"كتاب ٥: {link} يك") == f"کتاب ۵: {link} یک"


def test_a_point_between_persian_words_is_no_link() -> None:
    assert normalize_persian("كتاب.يك ٥.٣ A.ي") == "کتاب.یک ۵.۳ A.ی"
