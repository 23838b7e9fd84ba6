from __future__ import annotations

import pytest

from kaverun.text.alphabets import looks_latin, mixed

LONG = "Dear customer, your order is ready for pickup at our shop in the city. See you soon"


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        (LONG.replace("D", "\u0410", 1), "\u0410"),
        (LONG.replace("o", "\u043e", 2), "\u043e"),
        (LONG.replace("O", "\u039f").replace("S", "\u0421") + "\u0391", "\u0421\u0391"),
        (LONG + " code ۱۲", "۱۲"),
        (LONG + "؟", "؟"),
        (LONG + " علی", "علی"),
        (LONG + " \u2018ok\u2019 а", "а"),
    ],
)
def test_a_few_letters_of_another_alphabet_cost_a_part(text: str, signs: str) -> None:
    found = mixed(text)
    assert looks_latin(text)
    assert found is not None
    assert found.signs == signs
    assert found.without.encoding == "gsm7"


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        LONG + " \u2019",  # `costly` names it
        "Dear а",  # one part all the same
        LONG + " سلام دوست عزیز، سفارش شما آماده است",
        "سفارش شما با کد ABC1234 آماده است و می\u200cتوانید از فروشگاه ما در شهر تحویل بگیرید. منتظر شما هستیم. سپاس",
        LONG + " а \U0001f600",
        "Ωμέγα: " + LONG[:60],
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    assert mixed(text) is None


def test_a_persian_text_does_not_look_latin() -> None:
    assert not looks_latin("سفارش شما با کد ABC1234 آماده است")
