"""Variables of the campaign file and of the command line are values a template can take, or errors with a place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign, load_campaign
from kaverun.campaign.variables import over, read_given
from kaverun.errors import Invalid, Problem

HEAD = "version: 1\nname: a\nrecipients: members.csv\nmessage: hi\n"


def test_texts_numbers_and_lists_are_kept_as_they_are_written(load: Callable[[str], LoadedCampaign]) -> None:
    loaded = load(HEAD + "vars: {shop: کتاب, discount: 20, code: 020, rate: 1.5, open: true, gifts: [چای, 5]}\n")
    assert loaded.variables.values == {
        "shop": "کتاب", "discount": 20, "code": "020", "rate": 1.5, "open": True, "gifts": ("چای", 5),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("vars: 5", "c/campaign.yaml:5:7: vars: must be a mapping of keys, and is 5"),
        (
            f"vars: {{a: [{', '.join('b' * 1001)}]}}",
            "c/campaign.yaml:5:11: vars.a: has 1,001 members, and a list here has at most 1,000",
        ),
        (
            f"vars: {{{', '.join(f'a{n}: 1' for n in range(1001))}}}",
            "c/campaign.yaml:5:7: vars: has 1,001 members and may have 1,000: more is data",
        ),
        ("vars:", "c/campaign.yaml:5:1: vars: has no value: write one, or delete the line"),
        ("vars: {a: }", "c/campaign.yaml:5:8: vars.a: has no value: write one, or delete the line"),
        ("vars: {a: {b: 1}}", "c/campaign.yaml:5:11: vars.a: must be a text, a number, true or false, or a list of"),
        ("vars: {a: [[1]]}", "c/campaign.yaml:5:11: vars.a: must be a text, a number, true or false, or a list of"),
        ("vars: {a b: 1}", 'c/campaign.yaml:5:8: vars.a b: "a b" is no name that a template can use: write a_b'),
        ("vars: {if: 1}", 'c/campaign.yaml:5:8: vars.if: "if" is no name that a template can use: write if_'),
        ("vars: {'!': 1}", 'c/campaign.yaml:5:8: vars.!: "!" is no name that a template can use'),
        ("vars: {شهري: 1}", 'c/campaign.yaml:5:8: vars.شهري: "شهري" is no name that a template can use: write شهری'),
    ],
)
def test_what_no_template_can_use_is_an_error_at_its_place(
    problems: Callable[[str], list[Problem]], written: str, told: str
) -> None:
    (problem,) = problems(HEAD + written + "\n")
    assert str(problem).startswith(told)


def test_given_values_come_first_and_are_read_as_the_file_would_be() -> None:
    variables = over(
        {"a": 1, "code": "012", "b": 5}, {"a": "20", "code": "34", "d": "x=y", "e": "", "f": "true", "g": "007"}
    )
    assert variables.values == {"a": 20, "code": "34", "b": 5, "d": "x=y", "e": "", "f": True, "g": "007"}


def test_given_values_are_over_those_of_the_file_only_for_the_one_run(repository: Path) -> None:
    Path("c/campaign.yaml").write_text(HEAD + "vars: {discount: 20}\n")
    loaded = load_campaign(Path("c/campaign.yaml"), {"discount": "30"})
    assert (loaded.variables.values, loaded.campaign.vars) == ({"discount": 30}, {"discount": 20})


def test_all_that_is_wrong_with_given_values_is_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read_given(["a=1", "b", "1c=2", "a=3", "=4"])
    assert [str(problem) for problem in caught.value.problems] == [
        "--var b: write it as --var name=value",
        '--var 1c: "1c" is no name that a template can use: write _1c',
        "--var a: is given twice: keep one of the two",
        '--var : "" is no name that a template can use',
    ]
