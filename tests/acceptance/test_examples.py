"""The worked examples are what users start from: each is valid, plans as its words promise, and can be applied."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "campaigns"
CAMPAIGNS = sorted(file for file in EXAMPLES.glob("*/*.yaml"))
# Prefixes no operator has (facts page, *Money and language*): nobody is reached should someone apply an example.
UNASSIGNED = ("0906", "0907", "0908", "0909", "0924", "0925", "0926", "0927", "0928", "0929")


def test_there_are_at_least_three():
    assert len(CAMPAIGNS) >= 3


@pytest.mark.parametrize("path", CAMPAIGNS, ids=lambda path: path.stem)
def test_an_example_is_applied_to_its_end_and_writes_to_nobody_real(kaverun, path):
    assert kaverun("validate", "--strict", path).code == 0
    ended = kaverun("apply", path, "--sandbox", "--yes", KAVENEGAR_API_KEY="")
    assert ended.code == 0, ended.said
    (campaign,) = (entry for entry in (kaverun.folder / "reports").iterdir() if entry.is_dir())
    report, rows = kaverun.reports(campaign.name)[0]
    assert report["counts"]["accepted"] == report["counts"]["send"] > 0
    assert {row["phone"][:4] for row in rows} <= set(UNASSIGNED)
    assert all(row["messageid"] for row in rows if row["action"] == "send")


def test_the_demo_greets_some_hundred_members_and_leaves_out_those_who_asked_for_it(kaverun):
    kaverun("apply", EXAMPLES / "greeting/greeting.yaml", "--sandbox", "--yes")
    report, rows = kaverun.reports("yalda-greeting")[0]
    assert report["counts"]["accepted"] == 318
    assert [row["reason"].rpartition("/")[2] for row in rows if row["action"] == "skip"] == [
        "opt-outs.csv:2",
        "opt-outs.csv:3",
    ]
    texts = [row["text"] for row in rows if row["outcome"] == "accepted"]
    assert all("ي" not in text and "ك" not in text for text in texts)
    assert sum("YALDA-" in text for text in texts) == sum("طلایی" in line for line in _members()) - _gold_opt_outs(rows)


def test_the_reminder_has_its_date_in_words_its_signature_and_another_date_for_one_run(kaverun):
    path = EXAMPLES / "renewal-reminder/renewal-reminder.yaml"
    for variables, words in ((), "۳۰ آذر"), (("--var", "مهلت=1405-10-15"), "۱۵ دی"):
        kaverun("plan", path, *variables, "--messages", "out.csv")
        with (kaverun.folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
            texts = [row["text"] for row in csv.DictReader(file) if row["action"] == "send"]
        assert all(f"تا {words}: " in text and text.endswith("\nکتابخانه‌ی نو\nلغو۱۱") for text in texts)
        assert len(texts) > 5


def _members():
    return (EXAMPLES / "greeting/members.csv").read_text(encoding="utf-8-sig").splitlines()


def _gold_opt_outs(rows):
    return sum("طلایی" in _members()[int(row["row"])] for row in rows if row["action"] == "skip")
