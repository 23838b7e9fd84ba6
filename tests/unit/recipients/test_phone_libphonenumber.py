"""Ten thousand generated cells, read here and by libphonenumber: every difference is of a class that is justified."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import phonenumbers
import pytest

from kaverun.text.phone import NotAMobile, normalize

CELLS = 10_000
_SCRIPTS = ("0123456789", "0123456789", "0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")
_PREFIXES = ("0", "0", "", "98", "+98", "0098", "980", "+980", "00980", "+98 ", "0098 0", "+", "00", "098", "+0098")
_GROUPING = ("", "", "", " ", "-", ".", "–", " - ", "\u00a0", "\u200c")
_AROUND = (
    *("{}", "{}", "{}", "{}", " {} ", "({})", "\u200e{}\u200f", "\u202a{}\u202c", "'{}", '="{}"', "{}.0", "{}.0"),
    *("tel:{}", "موبایل {}", "{} ext 5", "{} x5", "O{}", "{}l", "{}#", "*{}", "-{}", ";{}", "{};", "{}/1", "{}؛"),
)
_JUNK = "OoIlSB.,+#*xتآ_~^e/"


def national(chance: random.Random) -> str:
    """What may stand after the prefix: mobiles mostly, then landlines and numbers of a wrong length."""
    kind = chance.random()
    if kind < 0.75:
        return chance.choice(("90", "91", "92", "93", "99")) + f"{chance.randrange(10**8):08}"
    if kind < 0.85:
        return f"9{chance.randrange(4, 9)}{chance.randrange(10**8):08}"
    if kind < 0.93:
        return f"{chance.randrange(1, 8)}{chance.randrange(10**9):09}"
    return "9" + "".join(chance.choices("0123456789", k=chance.choice((6, 7, 8, 10, 11))))


def grouped(number: str, chance: random.Random) -> str:
    between = chance.choice(_GROUPING)
    return between.join((number[:3], number[3:6], number[6:]))


def cell(chance: random.Random) -> str:
    written = chance.choice(_PREFIXES) + grouped(national(chance), chance)
    if chance.random() < 0.06:
        written += chance.choice((";", ",", "/", " ", "\n", "، ", " - ")) + "0" + grouped(national(chance), chance)
    if chance.random() < 0.06:
        place = chance.randrange(len(written))
        written = written[:place] + chance.choice(_JUNK) + written[place + 1 :]
    written = chance.choice(_AROUND).format(written)
    if chance.random() < 0.04:
        number = national(chance)
        written = f"{number[0]}.{number[1:].rstrip('0') or '0'}E+{len(number) - 1:02}"
    return written.translate(str.maketrans(_SCRIPTS[0], chance.choice(_SCRIPTS)))


def ours(written: str) -> str:
    try:
        return normalize(written)
    except NotAMobile:
        return ""


def theirs(written: str) -> str:
    """What libphonenumber takes as an Iranian mobile number, canonical; "" for anything else."""
    try:
        number = phonenumbers.parse(written, "IR")
    except phonenumbers.NumberParseException:
        return ""
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return f"0{number.national_number}" if mobile and number.country_code == 98 else ""


Difference = Callable[[str, str, str], object]
#: Classes of differences, the first that fits: why it is right that the two disagree on a cell.
CLASSES: dict[str, Difference] = {
    # New prefixes come faster than releases of the library, and a number nobody has costs nothing: the provider
    # refuses it. (0906 to 0909 and 0924 to 0929, of which no operator has any, are what tests use.)
    "taken here: a prefix that the library does not know": lambda cell, here, there: here and not theirs(here),
    # Pasted from a page or typed with a Persian keyboard: they are no part of a number and do not part two.
    "taken here: marks that nobody sees": lambda cell, here, there: (
        here and re.search("[\u200c\u200e\u200f\u202a\u202c]", cell)
    ),
    # A spreadsheet printed the number; no digit is lost, so the number is sure.
    "taken here: a spreadsheet's way to print a number": lambda cell, here, there: (
        here and not there and re.search(r"\.[0۰٠０]+$|\dE\+\d\d$", cell)
    ),
    # The operator's three digits by themselves, or thousands: nobody gives two values in such groups.
    "taken here: a grouping that can be read one way only": lambda cell, here, there: (
        here and not there and re.search(r"[,/_]", cell)
    ),
    # The library reads a 0 after the point as one more digit of a number that is too short, and calls a stranger.
    "refused here: a fraction is no digit": lambda cell, here, there: there and re.search(r"\.[0۰٠０]\"?$", cell),
    # It drops letters before and after, reads those inside as keys of a phone (O is 6), and cuts at an extension: the
    # owner of what remains is a guess.
    "refused here: a letter": lambda cell, here, there: there and any(char.isalpha() for char in cell),
    # Of several numbers it takes the first and calls the others an extension; what a separator at an end cut off is
    # unknown.
    "refused here: a separator of values": lambda cell, here, there: there and re.search("[;,/\n،؛]", cell),
    # It skips whatever precedes the first digit or +. A minus makes it a computed value; nobody writes * or #, and
    # + stands for 00, not before it.
    "refused here: a sign that no number has": lambda cell, here, there: (
        there and re.search(r"[*#~^_]|^\W*-|\+\W*[0۰٠０]|\d\W*\+", cell)
    ),
}


def class_of(written: str, here: str, there: str) -> str:
    return next((name for name, fits in CLASSES.items() if fits(written, here, there)), "")


@pytest.fixture(scope="module")
def read() -> list[tuple[str, str, str]]:
    """Every cell with what is read here and there."""
    chance = random.Random(1405)
    return [(written, ours(written), theirs(written)) for written in (cell(chance) for _ in range(CELLS))]


def test_every_difference_is_of_a_justified_class(read: list[tuple[str, str, str]]) -> None:
    assert [one for one in read if one[1] != one[2] and not class_of(*one)] == []


def test_every_class_is_needed(read: list[tuple[str, str, str]]) -> None:
    counts = Counter(class_of(*one) for one in read if one[1] != one[2])
    assert set(counts) == set(CLASSES)


def test_the_two_never_read_different_numbers_from_one_cell(read: list[tuple[str, str, str]]) -> None:
    assert [one for one in read if one[1] and one[2] and one[1] != one[2]] == []


def test_the_two_agree_on_most_cells_and_on_many_numbers(read: list[tuple[str, str, str]]) -> None:
    agreed = [here for _, here, there in read if here == there]
    assert len(agreed) > CELLS * 0.6
    assert len([number for number in agreed if number]) > CELLS * 0.1
