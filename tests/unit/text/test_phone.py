from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.text.phone import NotAMobile, mask, mask_text, normalize, operator

NUMBER = "09121234567"


@pytest.mark.parametrize(
    "written",
    [
        "09121234567",
        "9121234567",
        "989121234567",
        "+989121234567",
        "00989121234567",
        "+98 0912 123 4567",
        "98 0912 123 4567",
        "0098 0912 1234567",
        "+98 (0) 912 123 4567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "+۹۸۹۱۲۱۲۳۴۵۶۷",
        "０９１２１２３４５６７",
        " 0912 123 45 67 ",
        "0912\u00a0123\u00a04567",
        "0912-123-4567",
        "0912–123–4567",
        "0912.123.4567",
        "0912.1234567",
        "(0912) 1234567",
        "[0912]1234567",
        "0912\u200c123\u200c4567",
        "\u202a+989121234567\u202c",
        "\ufeff09121234567\u200f",
        "9121234567.0",
        "9121234567.00",
        "۹۱۲۱۲۳۴۵۶۷٫۰",
        "9.121234567E+09",
        "9.121234567e9",
        "9.1212345670E+09",
        "9.89121234567E+11",
        '="09121234567"',
        "'09121234567",
        "09121234567\n",
        "0912/123/4567",
        "0912/1234567",
        "0912/123/45/67",
        "۰۹۱۲/۱۲۳/۴۵۶۷",
        "+98/912/123/4567",
        "+98 912/123/4567",
        "0912 / 123 / 4567",
        "(0912) 123/4567",
        "0912,123,4567",
        "0912، 123، 4567",
        "9,121,234,567",
        "9,121,234,567.00",
        "۹٬۱۲۱٬۲۳۴٬۵۶۷",
        "9'121'234'567",
        "989,121,234,567",
        "0912_123_4567",
        "0912_1234567",
        "0912\\123\\4567",
        "0912·123·4567",
        "0912:123:4567",
        "tel:+989121234567",
        "TEL: 0912-123-4567",
        "tel://09121234567",
        "sms:+989121234567",
        '"09121234567"',
        "'09121234567'",
        "«09121234567»",
        "“09121234567”",
        "‘0912 123 4567’",
        "`09121234567`",
        "\"'09121234567'\"",
        "'tel:+989121234567'",
        "9,121234567E+09",
    ],
)
def test_every_way_to_write_a_number_has_one_form(written: str) -> None:
    assert normalize(written) == NUMBER


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "empty"),
        (" \u200c ", "empty"),
        ("9.12E+09", "last digits are lost"),
        ("9.12123457E+09", "last digits are lost"),
        ("9.1212345671E+09", "last digits are lost"),
        ("1E+999999", "last digits are lost"),
        ("09121234567;09351234567", "several numbers"),
        ("09121234567، 09351234567", "several numbers"),
        ("09121234567/09351234567", "several numbers"),
        ("09121234567\n09351234567", "several numbers"),
        ("09121234567 09351234567", "several numbers"),
        ("0912123456709351234567", "several numbers"),
        ("09121234567-09351234567", "several numbers"),
        ("09121234567 / 8", "separator"),
        ("9121234567,0", "separator"),
        ("0912123456,7", "separator"),
        ("0912123456/7", "separator"),
        ("091212345/67", "separator"),
        ("09121,234567", "separator"),
        ("0,9121234567", "separator"),
        ("9121234567,", "separator"),
        ("0912/123/456", "separator"),
        ("0912,123,45678", "separator"),
        ("021/8877/6655", "separator"),
        ("09121234567 ::: 09351234567", "Google Contacts"),
        ("+98 912 123 4567 ::: work", "Google Contacts"),
        ("'09121234567','09351234567'", "several numbers"),
        ("«09121234567» «09351234567»", "character '»'"),
        ("0912/123/4567 - 0935/123/4567", "several numbers"),
        ("0912/123/4567-90", "separator"),
        ("tel:09121234567;ext=5", "letter 'e'"),
        ("mailto:09121234567", "letter 'm'"),
        ("fax:09121234567", "letter 'f'"),
        ("tel:02188776655", "landline"),
        ("tel:", "empty"),
        ('""', "empty"),
        ("9,12E+09", "last digits are lost"),
        ("'9.12E+09'", "last digits are lost"),
        ("tel:O9121234567", "letter 'O'"),
        ("0912\n1234567", "separator"),
        ("0989121234567", "098"),
        ("09891234567", "098"),
        ("9891234567", "098"),
        ("02188776655", "landline"),
        ("2188776655", "landline"),
        ("+98 21 8877 6655", "landline"),
        ("0098 21 88776655", "landline"),
        ("O9121234567", "letter 'O'"),
        ("0912123456l", "letter 'l'"),
        ("سارا", "letter 'س'"),
        ("0912123456", "9 digits"),
        ("091212345678", "11 digits"),
        ("912345678.0", "9 digits"),
        ("912123456.7", "decimal fraction"),
        ("0912.345.678.9", "decimal fraction"),
        ("30002626", "8 digits"),
        ("+1 202 555 0123", "not an Iranian number"),
        ("00442071234567", "not an Iranian number"),
        ("009123456789", "not an Iranian number"),
        ("+9121234567", "not an Iranian number"),
        ("-9121234567", "minus"),
        ("#N/A", "spreadsheet's error"),
        ("0912+1234567", "a +"),
        ("+", "a +"),
        ("09_121234567", "character '_'"),
        ("0912*1234567", "character '*'"),
        ("0912\x001234567", "U+0000"),
    ],
)
def test_what_is_no_single_mobile_number_is_refused_with_its_reason(written: str, reason: str) -> None:
    with pytest.raises(NotAMobile) as raised:
        normalize(written)
    assert reason in raised.value.reason
    assert "1234567" not in raised.value.reason


@given(st.text(alphabet="0123456789+-. ()۰۹٠Eeآ;\n\u200c", max_size=20))
def test_any_text_is_a_canonical_number_or_refused(written: str) -> None:
    try:
        number = normalize(written)
    except NotAMobile:
        return
    assert len(number) == 11
    assert number.isascii()
    assert number.startswith("09")
    assert normalize(number) == number


@given(st.integers(min_value=0, max_value=9), st.text(alphabet="0123456789", min_size=8, max_size=8))
def test_the_digits_of_a_number_are_never_changed(second: int, rest: str) -> None:
    if second == 8:
        return
    digits = f"9{second}{rest}"
    for form in ("{}", "0{}", "98{}", "+98{}", "0098{}", "{}.0"):
        assert normalize(form.format(digits)) == "0" + digits


def test_a_number_is_shown_with_its_middle_hidden() -> None:
    assert mask(NUMBER) == "0912***4567"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0912123456", "0912****56"),
        ("09121234567;09351234567", "0912*****************67"),
        ("0912", "0912"),
        ("0912\n34567", "0912****67"),
        ("x" * 5000, "xxxx" + "*" * 20 + "xx"),
    ],
)
def test_a_text_that_is_no_number_is_shown_masked(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    ("phone", "name"),
    [
        ("09121234567", "MCI"),
        ("09321234567", "MCI"),
        ("09961234567", "MCI"),
        ("09001234567", "Irancell"),
        ("09391234567", "Irancell"),
        ("09211234567", "RighTel"),
        ("09311234567", "MTCE"),
        ("09341234567", "TeleKish"),
        ("09091234567", ""),
        ("09241234567", ""),
        ("09951234567", ""),
    ],
)
def test_the_prefix_hints_at_the_operator(phone: str, name: str) -> None:
    assert operator(phone) == name
