"""Iranian mobile numbers: one canonical form, and a plain reason for every refusal.

What is taken and what is refused: traps.md *Phones*. A doubtful number is refused, never guessed at: a wrong guess
is a paid message to a stranger.
"""

from __future__ import annotations

import re
from typing import Final

#: A mobile number after its country code or trunk zero. 98… is left out: nobody has 098x, and `0989…` is a
#: country code written wrongly.
_plain = re.compile(r"(?:0|(?:(?:\+|00)?980?))?(9[0-79][0-9]{8})").fullmatch
_canonical = re.compile(r"09[0-79][0-9]{8}").fullmatch

#: Digits of Persian, Arabic and East Asian keyboards, for `str.translate`.
DIGITS: Final = {
    ord(digit): str(value)
    for row in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")
    for value, digit in enumerate(row)
}
#: Zero-width, bidi and byte-order marks that come along when a number is pasted.
INVISIBLE: Final = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff" + "".join(
    chr(code) for first, last in ((0x202A, 0x202E), (0x2066, 0x2069)) for code in range(first, last + 1)
)
_SPACES: Final = " \t\n\r\f\v\u00a0\u2007\u202f\u3000"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u0640\ufe63\uff0d"
_WRITTEN = str.maketrans(
    DIGITS
    | {ord(mark): "" for mark in INVISIBLE}
    | {ord(dash): "-" for dash in _DASHES}
    | {ord("\u066b"): ".", ord("＋"): "+"}
)

_decimal = re.compile(r"\+?(\d+)\.0+").fullmatch
_scientific = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d+)").fullmatch
_formula = re.compile(r'="([^"]*)"').fullmatch
_one_point = re.compile(r"\d+\.(?!0+$)\d{1,2}").fullmatch
_last_digit_alone = re.compile(r"\d+(?:\.\d+)+\.\d").fullmatch
_grouping = re.compile(r"[\s\-.()\[\]]+")
#: What a link or a contact is copied with.
_scheme = re.compile(r"(?:tel|sms|smsto|callto)\s*:\s*(?://)?", re.IGNORECASE).match
_QUOTES: Final = "'\"`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a«»"
# Signs that part values as often as digits: taken out only where the digits stand in groups that nobody gives two
# values in, the operator's three first (0912/345/6789), or thousands (9,123,456,789).
_PARTING: Final = r"[,/\\_:'\u2019\u00b7\u060c\u066c]"
_by_operator = re.compile(r"(?:(?:\+|00)?98-?)?0?9\d\d(?:-\d{2,7})+").fullmatch
_by_thousands = re.compile(r"\+?\d{1,3}(?:-\d{3})+").fullmatch
_no_cents = re.compile(r"(?<=[,\u060c\u066c]\d{3})\.0{1,2}$")
_between_groups = re.compile(rf"-?{_PARTING}-?")
_several = re.compile(r"(?:(?:0|\+98|0098|98)?0?9\d{9}){2,}").fullmatch
_landline = re.compile(r"(?:0|\+980?|00980?|980?)?[1-8]\d{9}").fullmatch
_national = re.compile(r"(?:\+980?|00980?|0(?=9)|980?(?=\d{10}$)|)(\d+)").fullmatch


class NotAMobile(ValueError):
    """A text that is no single Iranian mobile number; `reason` says why, without the number in it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def normalize(text: str) -> str:
    """The number as `09xxxxxxxxx`.

    Takes 09…, 9…, 98…, +98…, 0098…, each also with a trunk zero, Persian, Arabic-Indic and full-width digits, grouping
    by spaces, dashes, dots and brackets, in quotes or after `tel:`, grouping by commas, slashes and underscores where
    it can only be read one way, invisible marks, and what a spreadsheet makes of a number when no digit is lost.
    Raises NotAMobile for anything else.
    """
    if _canonical(text):
        return text
    match = _plain(text)
    return "0" + match[1] if match else _normalize_written(text)


def _normalize_written(text: str) -> str:
    written = text.translate(_WRITTEN).strip()
    match = _plain(written)
    return "0" + match[1] if match else _normalize_grouped(written)


def _normalize_grouped(written: str) -> str:
    written = _bare(written)
    digits = _grouping.sub("", _as_integer(written)) if _may_be_grouped(written) else ""
    match = _plain(digits) or _plain(_parted(written))
    if match:
        return "0" + match[1]
    raise NotAMobile(_reason(written, digits))


def _bare(written: str) -> str:
    """A number without the formula, the quotes or the scheme of a link around it."""
    formula = _formula(written)
    bare = (formula[1] if formula else written).strip(_QUOTES + _SPACES)
    scheme = _scheme(bare)
    return bare[scheme.end() :].strip(_QUOTES + _SPACES) if scheme else bare


def _parted(written: str) -> str:
    """The digits of a number whose groups are parted by signs that also part values, "" where it may be several."""
    if "\n" in written or "\r" in written:
        return ""
    groups = _between_groups.sub("-", _grouping.sub("-", _no_cents.sub("", written)).strip("-"))
    return groups.replace("-", "") if _by_operator(groups) or _by_thousands(groups) else ""


def _as_integer(written: str) -> str:
    """What a spreadsheet meant by 9123456789.0 or 9.123456789E+09; other texts as they are."""
    decimal = _decimal(written)
    if decimal:
        return decimal[1]
    scientific = _scientific(written)
    return _all_digits(scientific) if scientific else written


def _all_digits(scientific: re.Match[str]) -> str:
    first, fraction, exponent = scientific[1], scientific[2] or "", int(scientific[3])
    if exponent > 20 or len(fraction) < exponent or fraction[exponent:].strip("0"):
        raise NotAMobile(
            "a spreadsheet shortened it to scientific notation and its last digits are lost; "
            "format the column as text and export the list again"
        )
    return first + fraction[:exponent]


def _may_be_grouped(written: str) -> bool:
    """False where taking the grouping out could join what does not belong together."""
    return not (written.startswith(("-", ".")) or "\n" in written or "\r" in written or _fraction(written))


def _fraction(written: str) -> bool:
    return bool(_one_point(written) or _last_digit_alone(written))


def _reason(written: str, digits: str) -> str:
    return _reason_of_text(written) or _reason_of_digits(digits or _grouping.sub("", written))


def _reason_of_text(written: str) -> str:
    if not written:
        return "the number is empty"
    if written.startswith("#"):
        return "it is a spreadsheet's error value, not a number"
    letter = next((char for char in written if char.isalpha()), "")
    if ":::" in written:
        return "several numbers stand in one cell (Google Contacts puts ::: between them); give each its own row"
    if letter:
        return f"the letter '{letter}' stands in it" + (", perhaps for the digit 0" if letter in "oOОо" else "")
    if re.search(r"[;,/|&،؛\n\r]", written):
        return _reason_of_separator(written)
    if written.startswith("-"):
        return "it begins with a minus sign"
    if _fraction(written):
        return "it is a decimal fraction, not a number to call"
    odd = next((char for char in written if not (char.isdigit() or char.isspace() or char in "+-.()[]")), "")
    return f"the character {_named(odd)} stands in it" if odd else ""


def _named(char: str) -> str:
    return f"'{char}'" if char.isprintable() else f"U+{ord(char):04X}"


def _reason_of_separator(written: str) -> str:
    pieces = [piece for piece in re.split(r"[;,/|&،؛\n\r]+", written) if piece.strip()]
    long = all(len(re.findall(r"\d", piece)) >= 7 for piece in pieces)
    if (len(pieces) > 1 and long) or _several(re.sub(r"\D", "", written)):
        return "several numbers stand in one cell; give each its own row"
    return "a separator stands inside it; write the digits only"


def _reason_of_digits(digits: str) -> str:
    if "+" in digits[1:] or not digits.strip("+"):
        return "a + stands where no number begins"
    if _several(digits):
        return "several numbers stand in one cell; give each its own row"
    if re.match(r"\+(?!98)|00(?!98)", digits):
        return "it is not an Iranian number (+98)"
    if re.match(r"0?989", digits) and len(digits) < 14:
        return "it begins with 098 or 989, where 98 can be the country code or part of the number; write 09… or +98…"
    if _landline(digits):
        return "it is a landline, not a mobile number"
    return _reason_of_length(digits)


def _reason_of_length(digits: str) -> str:
    match = _national(digits)
    national = match[1] if match else digits
    if len(national) != 10:
        return f"it has {len(national)} digits after the leading zero or country code; a mobile number has 10"
    return "it does not begin with 09"


def as_number(phone: str) -> int:
    """The nine digits of a canonical number after its 09, which tell it from all others; below 2**30."""
    return int(phone) - 9_000_000_000


def mask(phone: str) -> str:
    """A canonical number for people to see: 0912***4567."""
    return f"{phone[:4]}***{phone[-4:]}"


def mask_text(text: str) -> str:
    """What may be shown of a text that is no number: its first four and last two characters."""
    shown = "".join(char if char.isprintable() else "·" for char in text.strip())
    return shown if len(shown) <= 6 else shown[:4] + "*" * min(len(shown) - 6, 20) + shown[-2:]


def _prefixes() -> dict[str, str]:
    ranges = {
        "MCI": [(910, 919), (932, 932), (990, 994), (996, 996)],
        "Irancell": [(900, 905), (930, 930), (933, 933), (935, 939)],
        "RighTel": [(920, 923)],
        "MTCE": [(931, 931)],
        "TeleKish": [(934, 934)],
    }
    return {f"0{n}": name for name, spans in ranges.items() for low, high in spans for n in range(low, high + 1)}


_OPERATOR_OF: Final = _prefixes()
#: The operators that `operator` knows, in the order of their size.
OPERATORS: Final = tuple(dict.fromkeys(_OPERATOR_OF.values()))


def operator(phone: str) -> str:
    """The operator a canonical number was first given out by, "" where the prefix is unassigned.

    A hint only, numbers are ported. Source: kavenegar-facts.md *Money and language*.
    """
    return _OPERATOR_OF.get(phone[:4], "")
