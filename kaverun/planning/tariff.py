"""What a message costs, in Rial: prices are data that the campaign brings along, never a guess.

    version: 1
    currency: IRR
    vat: 10%
    lines:
      "10004346": {persian: 1200, latin: 2400}
      "3000*": {persian: 900, latin: 1800, operators: {MCI: {persian: 950, latin: 1900}}}
      default: {persian: 1500, latin: 3000}

A price is for one part, without tax. A line is looked for as written, then by the longest prefix with a *, then under
`default`. Operators go by the number's prefix (kavenegar-facts.md *Money and language*), a hint only.
`kaverun schema tariff` says the same to editors; they find it by the first line of the file:

    # yaml-language-server: $schema=../schemas/tariff.schema.json
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NotRequired, TypedDict

from kaverun.documents import Says
from kaverun.errors import Invalid, Problem
from kaverun.files.small import read_small
from kaverun.text.parts import Encoding
from kaverun.text.phone import OPERATORS, operator

if TYPE_CHECKING:
    from kaverun.strict_yaml.document import Document

_DEFAULT = "default"
_ENCODINGS: dict[str, Encoding] = {"persian": "ucs2", "latin": "gsm7"}
# Patterns hold for Python and for ECMA 262, so that editors judge alike. Digits may be Persian or Arabic ones.
_DIGIT = "[0-9۰-۹٠-٩]"
_LINE_PATTERN = r"^(\+98|0098)?([0-9]{3,20}|[0-9]{1,19}\*|default)$"
_RIAL_PATTERN = rf"^\s*({_DIGIT}{{1,3}}([,_]{_DIGIT}{{3}})+|{_DIGIT}+)\s*$"
_SHARE_PATTERN = rf"^(100(\.0{{1,4}})?|{_DIGIT}{{1,2}}(\.{_DIGIT}{{1,4}})?)\s*%$"
_line = re.compile(_LINE_PATTERN).fullmatch
_whole = re.compile(_RIAL_PATTERN).fullmatch
_share = re.compile(_SHARE_PATTERN).fullmatch

_Rial = Annotated[int | str, Says({"pattern": _RIAL_PATTERN, "minimum": 0, "examples": [1200, "1,200"]})]
_Share = Annotated[str, Says({"pattern": _SHARE_PATTERN, "examples": ["10%"]})]


# The file as it is written: no other keys are known, and editors show the texts below them.
class OperatorPrices(TypedDict):
    """Prices of numbers that one operator gave out, in Rial for one part, without tax."""

    persian: NotRequired[_Rial]
    """Rial for one part of a text with other letters than Latin ones."""
    latin: NotRequired[_Rial]
    """Rial for one part of a text in Latin letters."""


class LinePrices(OperatorPrices):
    """Prices of a sender line, in Rial for one part, without tax."""

    operators: NotRequired[_ByOperator]
    """Prices of numbers that an operator gave out, where they are others."""


_ByOperator = Annotated[Mapping[str, OperatorPrices], Says({"propertyNames": {"enum": list(OPERATORS)}})]
_OfSomeEncoding = Annotated[LinePrices, Says({"anyOf": [{"required": [name]} for name in _ENCODINGS]})]
_ByLine = Annotated[
    Mapping[str, _OfSomeEncoding], Says({"propertyNames": {"pattern": _LINE_PATTERN}, "minProperties": 1})
]


class TariffFile(TypedDict):
    """A file with prices, as it is written."""

    version: Annotated[int | str, Says({"enum": [1, "1"]})]
    """The version of this file format."""
    currency: NotRequired[Literal["IRR"]]
    """Iranian Rial."""
    vat: NotRequired[_Share]
    """The tax that is added to every price."""
    lines: _ByLine
    """Prices by sender line: its digits, a prefix with * such as 3000*, or default for all others."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Rial for one part by encoding, without tax; `operators` where some have their own."""

    parts: Mapping[Encoding, int]
    operators: Mapping[str, Mapping[Encoding, int]]

    def part(self, encoding: Encoding, phone: str) -> int | None:
        """Rial for one part to a canonical number; None where the tariff does not say."""
        own = self.operators.get(operator(phone)) if self.operators else None
        price = own.get(encoding) if own else None
        return self.parts.get(encoding) if price is None else price


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """Prices by line. `vat` is a share of the price: 10% is 1/10."""

    lines: Mapping[str, Prices]
    vat: Fraction = Fraction(0)

    def price(self, line: str, encoding: Encoding, parts: int, phone: str) -> int | None:
        """Rial for one message of `parts` parts, tax included and rounded to whole Rial, half up; None: not known."""
        prices = _prices_of(self, line)
        part = prices.part(encoding, phone) if prices else None
        return None if part is None else _taxed(part * parts, self.vat)


@lru_cache(maxsize=1024)
def _prices_of(tariff: Tariff, line: str) -> Prices | None:
    number = local_line(line)
    for known in (number, *(number[:length] + "*" for length in range(len(number), 0, -1))):
        if known in tariff.lines:
            return tariff.lines[known]
    return tariff.lines.get(_DEFAULT)


@lru_cache(maxsize=4096)
def _taxed(price: int, vat: Fraction) -> int:
    return floor(price * (1 + vat) + Fraction(1, 2))


def local_line(line: str) -> str:
    """A sender line without the country code it may be written with: +9810004346 and 009810004346 are 10004346."""
    for prefix in ("+98", "0098"):
        if line.startswith(prefix):
            return line.removeprefix(prefix)
    return line


def load_tariff(path: Path, shown: str) -> Tariff:
    """Read a tariff file, called `shown` in problems. Raises Invalid with every problem found, each at its place."""
    from kaverun.strict_yaml.document import MAX_BYTES, parse

    try:
        document = parse(read_small(path, MAX_BYTES), shown)
    except OSError as error:
        raise Invalid([Problem(f"the tariff cannot be read: {error.strerror or error}", shown)]) from None
    reader = _Reader(document)
    tariff = reader.tariff()
    if reader.problems:
        raise Invalid(sorted(reader.problems, key=lambda problem: (problem.line, problem.column)))
    return tariff


class _Reader:
    """Turns a document into a tariff and gathers what is wrong with it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def tariff(self) -> Tariff:
        data = self._document.data
        self._known_keys(data, TariffFile)
        if str(data.get("version", "")) != "1":
            self._wrong("the version of a tariff file is 1: write `version: 1`", "version")
        if data.get("currency", "IRR") != "IRR":
            self._wrong("prices are in Rial: write `currency: IRR`", "currency")
        return Tariff(self._lines(data.get("lines")), self._vat(data.get("vat")))

    def _vat(self, value: object) -> Fraction:
        if value is None:
            return Fraction(0)
        if not _share(str(value)):
            self._wrong("a tax is a percentage from 0% to 100%, such as 10%", "vat")
            return Fraction(0)
        return Fraction(str(value).rstrip().removesuffix("%").rstrip()) / 100

    def _lines(self, value: object) -> dict[str, Prices]:
        if not isinstance(value, dict) or not value:
            self._wrong('`lines` gives prices by line, such as "10004346": {persian: 1200, latin: 2400}', "lines")
            return {}
        found: dict[str, Prices] = {}
        for name, prices in value.items():
            if local_line(name) in found:
                self._wrong("this line has prices above already; keep one of the two", "lines", name, of_key=True)
            found[local_line(name)] = self._prices(name, prices)
        return found

    def _prices(self, name: str, value: object) -> Prices:
        if not _line(name):
            self._wrong("a line is its digits, a prefix with * such as 3000*, or default", "lines", name, of_key=True)
        if not isinstance(value, dict):
            self._wrong("a line has prices such as {persian: 1200, latin: 2400}", "lines", name)
            return Prices({}, {})
        self._known_keys(value, LinePrices, "lines", name)
        if not any(encoding in value for encoding in _ENCODINGS):
            self._wrong("give the price of a part: persian, latin, or both", "lines", name)
        return Prices(self._by_encoding(value, "lines", name), self._operators(value.get("operators"), name))

    def _operators(self, value: object, name: str) -> dict[str, dict[Encoding, int]]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong("`operators` gives prices by operator, such as MCI: {persian: 950}", "lines", name, "operators")
            return {}
        found = {}
        for who, prices in value.items():
            place = ("lines", name, "operators", who)
            if who not in OPERATORS:
                self._wrong(f"an operator is one of {', '.join(OPERATORS)}", *place, of_key=True)
            elif not isinstance(prices, dict):
                self._wrong("an operator has prices such as {persian: 950, latin: 1900}", *place)
            else:
                self._known_keys(prices, OperatorPrices, *place)
                found[who] = self._by_encoding(prices, *place)
        return found

    def _by_encoding(self, value: Mapping[str, object], *place: str) -> dict[Encoding, int]:
        found: dict[Encoding, int] = {}
        for name, encoding in _ENCODINGS.items():
            if name in value:
                found[encoding] = self._rial(value[name], *place, name)
        return found

    def _rial(self, value: object, *place: str) -> int:
        written = "" if isinstance(value, bool) else str(value).strip()
        if not _whole(written):
            self._wrong("a price is a whole number of Rial, such as 1200 or 1,200", *place)
            return 0
        return int(re.sub("[,_]", "", written))

    def _known_keys(self, value: Mapping[str, object], kind: type, *place: str) -> None:
        import difflib

        known = [*kind.__annotations__]
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"
                self._wrong(f"unknown key '{key}'; {hint}", *place, key, of_key=True)

    def _wrong(self, what: str, *place: str, of_key: bool = False) -> None:
        self.problems.append(self._document.problem(what, *place, of="key" if of_key else "value"))
