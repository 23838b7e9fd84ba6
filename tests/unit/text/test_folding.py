"""What is only another way to write a text makes no other text; what changes what it says does."""

from __future__ import annotations

import unicodedata

import pytest

from kaverun.text.folding import folded, holds_words


@pytest.mark.parametrize(
    "echo",
    [
        "كارت هديه\r\nعلي‌رضا ۱۵ é",
        "كارت هديه\rعلي‌رضا ۱۵ é",
        "  کارت  هدیه\n\nعلی‌رضا ۱۵ é\n",
        "کارت هدیه علی رضا ۱۵ é",
        "کارت هدیه علیرضا ١٥ é",
        "\u200fکارت هدیه علی\u00adرضا 15\u200e é\x00",
        unicodedata.normalize("NFD", "کارت هدیه علی‌رضا ۱۵ é"),
        "ﻛﺎﺭﺕ ﻫﺪﻳﻪ علی‌رضا １５ é",
    ],
)
def test_line_ends_letters_forms_marks_spaces_and_digits_are_folded(echo):
    assert folded(echo) == folded("كارت هديه\nعلي‌رضا ۱۵ é")


@pytest.mark.parametrize("other", ["", "سلام علی ۱۶", "سلام علی", "سلام على ۱۵!"])
def test_another_text_stays_another(other):
    assert folded(other) != folded("سلام علی ۱۵")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("کد شما: ۱۲۳۴", "1234"),
        ("کد شما:1234\nلغو11", "1234"),
        ("verify: 1234", "1234"),
        ("کد 1234.لغو11", "1234"),
        ("خانم  مريم\nرضايي، سلام", "مریم رضایی"),
        ("verify: نام-1 نام-2", "نام-2"),
        ("(1234)", "1234"),
    ],
)
def test_words_are_found_whole_however_they_are_written(text, words):
    assert holds_words(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("کد ۱۲۳۴۵", "1234"),
        ("کد 91234", "1234"),
        ("علیرضا", "علی"),
        ("علی‌رضا", "علی"),
        ("1,234 تومان", "234"),
        ("ساعت 12:30", "12"),
        ("12.5", "12"),
        ("نام-1", "نام"),
        ("code12", "12"),
        ("کد", ""),
    ],
)
def test_a_part_of_a_word_or_number_is_not_that_word(text, words):
    assert not holds_words(text, words)
