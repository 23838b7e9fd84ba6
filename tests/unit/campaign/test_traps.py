"""Values that YAML 1.1, pydantic or an eye take for something else, as they stand in campaign files.

Each line is one that was seen to send something wrong without a word; `test_strict_yaml.py` has what breaks files.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Problem
from kaverun.text.parts import measure

Load = Callable[[str], LoadedCampaign]
Problems = Callable[[str], list[Problem]]
HEAD = "version: 1\nname: a\n"
SMALL = HEAD + "recipients: members.csv\nmessage: hi\n"


@pytest.mark.parametrize(
    "written",
    [
        *("09123456789", "01234567", "012345", "000123", "1.10", "+989123456789", "00989123456789", "0x1F", "1e3"),
        *("10:30", "22:15", "09:30", "1:2:3", "1405-09-29", "1405-02-31", "2026-02-31", "on", "no", "off", "yes", "y"),
        *("1_000", "1,000", ".5", "۱۲۳", "12345678901234567890", "NaN", ".inf", "0o17", "="),
    ],
)
def test_a_cell_is_kept_as_it_is_written(load: Load, written: str) -> None:
    text = HEAD + f"message: hi\nrecipients:\n  - phone: '1'\n    cell: {written}\n    {written}: key\n"
    (row,) = load(text).campaign.recipients.inline
    assert row["cell"] == written
    assert row[written] == "key"


@pytest.mark.parametrize(("written", "value"), [("5", 5), ("1.5", 1.5), ("true", True), ("False", False), ("", None)])
def test_a_cell_beyond_doubt_has_its_type(load: Load, written: str, value: object) -> None:
    (row,) = load(HEAD + f"message: hi\nrecipients:\n  - phone: '1'\n    cell: {written}\n").campaign.recipients.inline
    assert row["cell"] == value
    assert type(row["cell"]) is type(value)


@pytest.mark.parametrize("sign", ["|", "|-", ">", ">-"])
def test_seventy_persian_characters_in_a_block_are_one_part(load: Load, sign: str) -> None:
    loaded = load(HEAD + f"recipients: members.csv\nmessage:\n  text: {sign}\n    {'س' * 70}\n")
    assert measure(loaded.templates["text"].text) == ("ucs2", 70, 1)


def test_a_template_file_that_ends_with_a_newline_is_one_part_too(load: Load, repository: object) -> None:
    from pathlib import Path

    Path("c/t.j2").write_text("س" * 70 + "\r\n", encoding="utf-8", newline="")
    loaded = load(HEAD + "recipients: members.csv\nmessage: {file: t.j2}\n")
    assert measure(loaded.templates["text"].text) == ("ucs2", 70, 1)


def test_a_column_may_be_called_by_three_digits(load: Load) -> None:
    (row,) = load(HEAD + "message: hi\nrecipients: [{phone: '1', 100: , 200: a}]\n").campaign.recipients.inline
    assert (row["100"], row["200"]) == (None, "a")


def test_off_is_a_word_and_no_boolean(load: Load) -> None:
    assert (
        load(HEAD + "recipients: members.csv\nmessage: {text: hi, normalize: off}\n").campaign.message.normalize
        == "off"
    )


def test_a_line_and_a_tag_keep_their_leading_zeros(load: Load) -> None:
    campaign = load(SMALL.replace("message: hi", "message: {text: hi, tag: 007}") + "senders: 0210001\n").campaign
    assert (campaign.senders[0].line, campaign.message.tag) == ("0210001", "007")


@pytest.mark.parametrize(
    ("text", "place", "key", "words"),
    [
        ("schedule: {at: 10:30}\n", (5, 16), "schedule.at", '"10:30" is no date and time'),
        ("schedule: {at: 22:15}\n", (5, 16), "schedule.at", '"22:15" is no date and time'),
        ("schedule: {at: 1405-09-29}\n", (5, 16), "schedule.at", "in Jalali as 1404-12-29 10:00"),
        ("schedule: {at: 1405-07-31 10:00}\n", (5, 16), "schedule.at", "does not exist in the Jalali calendar"),
        ("schedule: {at: 2026-02-31 10:00}\n", (5, 16), "schedule.at", "does not exist in the calendar"),
        ("schedule: {at: '1766242800'}\n", (5, 16), "schedule.at", "is no date and time"),
        ("schedule: {at: 1766242800}\n", (5, 16), "schedule.at", "is no date and time"),
        ("schedule: {at: 2026-03-20 10:00, deadline: 10:30}\n", (5, 44), "schedule.deadline", "is no duration"),
        ("schedule: {at: 2026-03-20 10:00, deadline: 600}\n", (5, 44), "schedule.deadline", "write 600s"),
        ("schedule: {quiet_hours: 22:00}\n", (5, 25), "schedule.quiet_hours", "a single time"),
        ("limits: {cost: 50_000_000}\n", (5, 16), "limits.cost", "digits 0-9 only"),
        ("limits: {cost: 50,000,000}\n", (5, 19), "limits.000", "large numbers without commas"),
        ("limits: {cost: ۵۰۰۰}\n", (5, 16), "limits.cost", "digits 0-9 only"),
        ("limits: {recipients: 012}\n", (5, 22), "limits.recipients", "digits 0-9 only"),
        ("limits: {invalid: 0.01}\n", (5, 19), "limits.invalid", "write a percentage"),
        ("sending: {batch: '200'}\n", (5, 18), "sending.batch", "without quotes"),
        ("retry: {initial: 1}\n", (5, 18), "retry.initial", "write 1s"),
        ("retry: {multiplier: yes}\n", (5, 21), "retry.multiplier", "must be a number"),
    ],
)
def test_a_value_that_means_something_else_is_told_at_its_place(
    problems: Problems, text: str, place: tuple[int, int], key: str, words: str
) -> None:
    found = problems(SMALL + text)
    assert (found[0].line, found[0].column, found[0].key) == (*place, key)
    assert words in found[0].what


@pytest.mark.parametrize("written", ["y", "yes", "on", "1", "'true'", "Yes"])
def test_only_true_and_false_are_yes_and_no(problems: Problems, written: str) -> None:
    (problem,) = problems(SMALL.replace("message: hi", f"message: {{text: hi, hide: {written}}}"))
    assert (problem.key, problem.what.split(",")[0]) == ("message.hide", "must be true or false")
