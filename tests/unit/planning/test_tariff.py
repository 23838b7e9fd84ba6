from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.planning.tariff import Tariff, load_tariff
from tests import schema_checks

PHONE_MCI, PHONE_IRANCELL, PHONE_UNASSIGNED = "09121234567", "09351234567", "09261234567"
GOOD = """\
version: 1
currency: IRR
vat: 10%
lines:
  "10004346": {persian: 1200, latin: "2,400"}
  3000*: {persian: 905, latin: 1800, operators: {MCI: {persian: 955}}}
  "300026*": {persian: 800}
  default: {persian: 1500}
"""


def tariff(tmp_path: Path, text: str) -> Tariff:
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    return load_tariff(tmp_path / "t.yaml", "t.yaml")


@pytest.mark.parametrize(
    ("line", "encoding", "parts", "phone", "rial"),
    [
        ("10004346", "ucs2", 1, PHONE_MCI, 1320),
        ("10004346", "ucs2", 3, PHONE_MCI, 3960),
        ("10004346", "gsm7", 1, PHONE_MCI, 2640),
        ("+9810004346", "ucs2", 1, PHONE_MCI, 1320),
        ("009810004346", "ucs2", 1, PHONE_MCI, 1320),
        ("30001234", "ucs2", 1, PHONE_IRANCELL, 996),
        ("30001234", "ucs2", 1, PHONE_MCI, 1051),
        ("30001234", "gsm7", 1, PHONE_MCI, 1980),
        ("30001234", "ucs2", 1, PHONE_UNASSIGNED, 996),
        ("30002626", "ucs2", 1, PHONE_MCI, 880),
        ("30002626", "gsm7", 1, PHONE_MCI, None),
        ("2000", "ucs2", 1, PHONE_MCI, 1650),
        ("2000", "gsm7", 1, PHONE_MCI, None),
        ("", "ucs2", 1, PHONE_MCI, 1650),
    ],
)
def test_the_most_specific_price_is_taken_and_taxed(
    tmp_path: Path, line: str, encoding: str, parts: int, phone: str, rial: int | None
) -> None:
    assert tariff(tmp_path, GOOD).price(line, encoding, parts, phone) == rial  # type: ignore[arg-type]


def test_without_a_matching_line_the_price_is_not_known(tmp_path: Path) -> None:
    text = "version: 1\nlines:\n  '1000': {persian: 100}\n"
    assert tariff(tmp_path, text).price("2000", "ucs2", 1, PHONE_MCI) is None
    assert tariff(tmp_path, text).price("1000", "ucs2", 1, PHONE_MCI) == 100


def test_tax_is_rounded_once_for_a_message_half_up(tmp_path: Path) -> None:
    prices = tariff(tmp_path, "version: 1\nvat: 10%\nlines:\n  default: {persian: 5}\n")
    assert [prices.price("1000", "ucs2", parts, PHONE_MCI) for parts in (1, 2, 3)] == [6, 11, 17]


@pytest.mark.parametrize(
    ("vat", "rial"), [("0%", 1001), ("9.5%", 1096), ("9.94%", 1100), ("9.95%", 1101), ("0.04%", 1001), ("0.05%", 1002)]
)
def test_tax_is_computed_in_fractions_and_not_in_floating_point(tmp_path: Path, vat: str, rial: int) -> None:
    prices = tariff(tmp_path, f"version: 1\nvat: {vat}\nlines:\n  default: {{persian: 1001}}\n")
    assert prices.price("1000", "ucs2", 1, PHONE_MCI) == rial


def problems_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(Invalid) as raised:
        tariff(tmp_path, text)
    return [str(problem) for problem in raised.value.problems]


def test_everything_wrong_in_a_tariff_is_told_at_once_and_located(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        """\
version: 2
currency: IRT
vat: 10
tax: 1
lines:
  abc: {persian: 1.5, latn: 3}
  "1000": 12
  "+981000": {latin: 1}
  default: {operators: {mci: {persian: 1}, MCI: 3}}
""",
    )
    starts = [
        "t.yaml:1:10: version: ",
        "t.yaml:2:11: currency: ",
        "t.yaml:3:6: vat: ",
        "t.yaml:4:1: tax: unknown key 'tax'",
        "t.yaml:6:3: lines.abc: a line is",
        "t.yaml:6:18: lines.abc.persian: ",
        "t.yaml:6:23: lines.abc.latn: unknown key 'latn'; did you mean 'latin'?",
        "t.yaml:7:11: lines.1000: ",
        "t.yaml:8:3: lines.+981000: this line has prices above already",
        "t.yaml:9:12: lines.default: give the price",
        "t.yaml:9:25: lines.default.operators.mci: an operator is one of MCI",
        "t.yaml:9:49: lines.default.operators.MCI: ",
    ]
    assert len(problems) == len(starts)
    for problem, start in zip(problems, starts, strict=True):
        assert problem.startswith(start)


@pytest.mark.parametrize("price", ["-5", "1.5", "yes", "12k", "''", "1,2", "1e3"])
def test_a_price_is_a_whole_number_of_rial(tmp_path: Path, price: str) -> None:
    (problem,) = problems_of(tmp_path, f"version: 1\nlines: {{default: {{persian: {price!r}}}}}\n".replace('"', "'"))
    assert "whole number of Rial" in problem


def test_a_tariff_without_lines_is_an_error(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "version: 1\n")
    assert "`lines` gives prices" in problem


def test_a_tariff_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"^t\.yaml: the tariff cannot be read"):
        load_tariff(tmp_path / "gone.yaml", "t.yaml")


HEAD = "version: 1\n"
LINE = HEAD + "lines: {default: {persian: 1}}\n"
VALID = [
    GOOD,
    LINE,
    LINE.replace("version: 1", "version: '1'"),
    LINE + "vat: 9.5%\n",
    LINE + "vat: 100 %\n",
    LINE + "vat: ۱۰%\n",
    HEAD + "lines: {10004346: {latin: 0}, +9830002626: {persian: 1}, 0098*: {persian: ۱۲۰۰}}\n",
    HEAD + "lines: {default: {persian: '1,200', latin: 12_000, operators: {MCI: {}, Irancell: {latin: 1}}}}\n",
]
INVALID = [
    HEAD,
    LINE.replace(HEAD, ""),
    LINE.replace("version: 1", "version: 2"),
    LINE + "currency: IRT\n",
    LINE + "vat: 10\n",
    LINE + "vat: 101%\n",
    LINE + "vat: 1.23456%\n",
    LINE + "tax: 10%\n",
    HEAD + "lines: {}\n",
    HEAD + "lines: [1]\n",
    HEAD + "lines: {default: 12}\n",
    HEAD + "lines: {default: {}}\n",
    HEAD + "lines: {default: {operators: {MCI: {persian: 1}}}}\n",
    HEAD + "lines: {default: {persian: 1, latn: 2}}\n",
    HEAD + "lines: {12: {persian: 1}}\n",
    HEAD + "lines: {abc: {persian: 1}}\n",
    HEAD + "lines: {۱۰۰۰: {persian: 1}}\n",
    HEAD + "lines: {default: {persian: 1.5}}\n",
    HEAD + "lines: {default: {persian: -5}}\n",
    HEAD + "lines: {default: {persian: true}}\n",
    HEAD + "lines: {default: {persian: '1,2'}}\n",
    HEAD + "lines: {default: {persian: 1, operators: {mci: {persian: 1}}}}\n",
    HEAD + "lines: {default: {persian: 1, operators: {MCI: 3}}}\n",
    HEAD + "lines: {default: {persian: 1, operators: {MCI: {voice: 3}}}}\n",
]


@pytest.mark.parametrize("text", VALID)
def test_what_is_a_tariff_an_editor_takes_too(tmp_path: Path, editor_reads: Callable[[str], object], text: str) -> None:
    tariff(tmp_path, text)
    assert schema_checks.faults("tariff", as_json(editor_reads(text))) == []


@pytest.mark.parametrize("text", INVALID)
def test_what_is_not_a_tariff_an_editor_flags_too(
    tmp_path: Path, editor_reads: Callable[[str], object], text: str
) -> None:
    assert problems_of(tmp_path, text)
    assert schema_checks.faults("tariff", as_json(editor_reads(text)))


def test_the_tariffs_of_this_repository_are_as_their_schema_says(editor_reads: Callable[[str], object]) -> None:
    root = schema_checks.SCHEMAS.parent
    path = root / "campaigns/tariff.yaml"
    assert schema_checks.faults("tariff", as_json(editor_reads(path.read_text(encoding="utf-8")))) == []
    first = path.read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == schema_checks.SCHEMAS / "tariff.schema.json"
    astray = (root / "tests/data/campaigns/astray/tariff.yaml").read_text(encoding="utf-8")
    assert schema_checks.faults("tariff", as_json(editor_reads(astray)))


def as_json(value: object) -> object:
    """As an editor judges it: keys are text."""
    if isinstance(value, dict):
        return {str(key): as_json(inner) for key, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, list) else value
