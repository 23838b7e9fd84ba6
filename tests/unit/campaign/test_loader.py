from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign, load_campaign
from kaverun.errors import Invalid, Problem

Load = Callable[[str | bytes], LoadedCampaign]
Problems = Callable[[str | bytes], list[Problem]]

SMALL = "version: 1\nname: a\nrecipients: members.csv\nmessage: hi\n"
HEAD = "version: 1\nname: a\n"

FULL = """\
version: 1
name: nowruz-1405
description: Nowruz greeting for club members
channel: sms
recipients:
  csv: [members.csv, more.csv]
  inline: [{phone: 09121234567, name: سارا, code: 012, vip: true, amount: 5, nothing: }]
  phone: mobile
  key: member_id
  where: city == "تهران"
  exclude: opt-outs.csv
  on_invalid: skip
  encoding: cp1256
  delimiter: tab
senders: [10004346, {line: +9830002626, weight: 3}]
message:
  text: |
    {{ name }} عزیز، نوروز مبارک!
    لغو11
  type: 1
  tag: 1405
  hide: true
  policy: evening-flow
  normalize: persian
  max_length: 1800
schedule:
  at: 1404-12-29 10:00
  timezone: Asia/Tehran
  deadline: 2h
sending: {batch: 100, concurrency: 8, rate: 1200/min}
retry: {attempts: 3, initial: 500ms, max: 2m, multiplier: 1.50, jitter: 0s, connect_timeout: 3s, read_timeout: 1m}
limits: {recipients: 100000, parts: 3, cost: 50000000, invalid: 1%, failed: 20}
tariff: ../tariff.yaml
report: {directory: out, formats: csv}
"""


def words_of(problems: list[Problem]) -> str:
    return "\n".join(str(problem) for problem in problems)


def test_a_small_campaign_gets_every_default(load: Load) -> None:
    campaign = load(SMALL).campaign
    assert campaign.recipients.csv == ("members.csv",)
    assert (campaign.recipients.phone, campaign.recipients.on_invalid) == ("phone", "fail")
    assert (campaign.message.text, campaign.message.max_length, campaign.message.normalize) == ("hi", 900, "off")
    assert (campaign.sending.batch, campaign.sending.concurrency, campaign.sending.rate) == (200, 4, None)
    assert (campaign.retry.attempts, campaign.retry.initial, campaign.retry.max) == (5, 1.0, 60.0)
    assert (campaign.schedule, campaign.senders, campaign.tariff) == (None, (), None)
    assert campaign.report.formats == ("json", "csv")


def test_every_key_of_the_design_is_read(load: Load) -> None:
    campaign = load(FULL).campaign
    assert campaign.recipients.inline == (
        {"phone": "09121234567", "name": "سارا", "code": "012", "vip": True, "amount": 5, "nothing": None},
    )
    assert campaign.recipients.exclude == ("opt-outs.csv",)
    assert campaign.recipients.delimiter == "\t"
    assert [(sender.line, sender.weight) for sender in campaign.senders] == [("10004346", 1), ("+9830002626", 3)]
    assert (campaign.message.tag, campaign.message.type, campaign.message.hide) == ("1405", 1, True)
    assert campaign.schedule is not None
    assert (campaign.schedule.at, campaign.schedule.deadline) == (datetime(2026, 3, 20, 10), 7200.0)
    assert campaign.sending.rate == 20.0
    assert (campaign.retry.initial, campaign.retry.multiplier, campaign.retry.read_timeout) == (0.5, 1.5, 60.0)
    assert (str(campaign.limits.invalid), str(campaign.limits.failed)) == ("1%", "20")
    assert campaign.report.formats == ("csv",)


def test_a_campaign_cannot_be_changed(load: Load) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(SMALL).campaign.name = "b"  # type: ignore[misc]


def test_text_begins_at_its_line_and_loses_one_newline(load: Load) -> None:
    template = load(FULL).templates["text"]
    assert template.text == "{{ name }} عزیز، نوروز مبارک!\nلغو11"
    assert (template.path, template.line, template.column) == ("c/campaign.yaml", 18, 5)


def test_a_short_text_begins_where_it_stands(load: Load) -> None:
    template = load(SMALL).templates["text"]
    assert (template.text, template.line, template.column) == ("hi", 4, 10)


def test_a_template_file_is_read_from_its_own_first_line(load: Load, repository: Path) -> None:
    (repository / "c/t.j2").write_bytes("\ufeffسلام {{ name }}\r\nلغو11\r\n".encode())
    template = load(HEAD + "recipients: members.csv\nmessage: {file: t.j2}\n").templates["text"]
    assert template.text == "سلام {{ name }}\nلغو11"
    assert (template.path, template.line, template.column) == ("c/t.j2", 1, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n \n", "is empty"),
        ("سلام".encode("cp1256"), "not UTF-8"),
        ("سلام".encode("utf-16"), "UTF-16"),
        (b"x" * (2**20 + 1), "larger than 1 MiB"),
    ],
)
def test_an_unusable_template_file_is_an_error(
    problems: Problems, repository: Path, content: bytes, words: str
) -> None:
    (repository / "c/t.j2").write_bytes(content)
    (problem,) = problems(HEAD + "recipients: members.csv\nmessage: {file: t.j2}\n")
    assert words in problem.what
    assert "c/t.j2" in str(problem)


def test_a_loaded_campaign_knows_where_things_are(load: Load, repository: Path) -> None:
    loaded = load(SMALL)
    assert loaded.path == Path("c/campaign.yaml")
    assert (loaded.folder, loaded.root) == (repository / "c", repository)
    assert loaded.file("members.csv").read_text() == "phone\n"
    assert loaded.shown("members.csv") == "c/members.csv"
    assert loaded.warnings == ()


@pytest.mark.parametrize("name", ["absent.yaml", "c"])
def test_a_campaign_file_that_cannot_be_read_is_named(repository: Path, name: str) -> None:
    with pytest.raises(Invalid, match=f"^{name}: "):
        load_campaign(Path(name))


@pytest.mark.parametrize(
    ("text", "place", "key", "words"),
    [
        ("name: a\nrecipients: members.csv\nmessage: hi\n", (1, 1), "version", "version: 1"),
        ("version: 1\nrecipients: members.csv\nmessage: hi\n", (1, 1), "name", "is missing"),
        (HEAD + "message: hi\n", (1, 1), "recipients", "members.csv"),
        (HEAD + "recipients: members.csv\n", (1, 1), "message", "is missing"),
        (SMALL + "schedule: {timezone: UTC}\n", (5, 1), "schedule", "names no time"),
        (SMALL + "schedule: {}\n", (5, 1), "schedule", "names no time"),
        (SMALL + "schedule: {quiet_hours: 22:00}\n", (5, 25), "schedule.quiet_hours", "a single time"),
        (SMALL + "lints: {off: [missing-optout]}\n", (5, 15), "lints.off[0]", "did you mean missing-opt-out?"),
        (SMALL + "lints: {off: []}\n", (5, 14), "lints.off", "is an empty list"),
        (SMALL + "lints: [same-text]\n", (5, 8), "lints", "must be a mapping of keys"),
        (SMALL + "senders: [{weight: 2}]\n", (5, 11), "senders[0].line", "is missing"),
        (SMALL + "limit: {cost: 5}\n", (5, 1), "limit", "did you mean limits?"),
        (SMALL + "sending: {bacth: 5}\n", (5, 11), "sending.bacth", "did you mean batch?"),
        (SMALL + "csv: a\n", (5, 1), "csv", "it belongs below recipients:"),
        (SMALL + "limits: {tariff: a}\n", (5, 10), "limits.tariff", "it belongs at the top of the file"),
        (SMALL + "zebra: 1\n", (5, 1), "zebra", "the keys here are version, name,"),
        (SMALL + "report: {formats: [html]}\n", (5, 20), "report.formats[0]", "is not available"),
        (SMALL + "channel: lookp\n", (5, 10), "channel", "did you mean lookup?"),
        (SMALL + "limits:\n", (5, 1), "limits", "has no value"),
        ("version: 1\nname:\nrecipients: members.csv\nmessage: hi\n", (2, 1), "name", "has no value"),
        (SMALL + "limits: {cost: }\n", (5, 10), "limits.cost", "has no value"),
        (SMALL + "limits: 5\n", (5, 9), "limits", "must be a mapping of keys, and is 5"),
        (SMALL + "senders: []\n", (5, 10), "senders", "is an empty list"),
        (SMALL + "senders: [1000, null]\n", (5, 17), "senders[1]", "must be a line"),
        (SMALL + "senders: true\n", (5, 10), "senders", "must be a list, and is true"),
        (HEAD + "message: hi\nrecipients: []\n", (4, 13), "recipients", "and is an empty list"),
        (HEAD + "message: hi\nrecipients: {}\n", (4, 1), "recipients", "neither csv, excel, jsonl nor inline"),
        (HEAD + "message: hi\nrecipients: {csv: []}\n", (4, 19), "recipients.csv", "is an empty list"),
        (HEAD + "message: hi\nrecipients: {inline: []}\n", (4, 22), "recipients.inline", "is an empty list"),
        (HEAD + "message: hi\nrecipients: [{}]\n", (4, 14), "recipients[0]", "has no columns"),
        (
            HEAD + "message: hi\nrecipients: [members.csv, {phone: 1}]\n",
            (4, 13),
            "recipients",
            "must be a file, a list of files",
        ),
        (HEAD + "message: hi\nrecipients: {inline: [5]}\n", (4, 23), "recipients.inline[0]", "must be a mapping"),
        (HEAD + "message: hi\nrecipients: {inline: {a: 1}}\n", (4, 22), "recipients.inline", "must be a list"),
        (HEAD + "message: hi\nrecipients: [{phone: [1]}]\n", (4, 22), "recipients[0].phone", "must be a single value"),
        (HEAD + "recipients: members.csv\nmessage: {}\n", (4, 1), "message", "neither text nor file"),
        (HEAD + "recipients: members.csv\nmessage: ''\n", (4, 10), "message", "is empty"),
        (HEAD + "recipients: members.csv\nmessage: {text: ' '}\n", (4, 17), "message.text", "is empty"),
        (HEAD + "recipients: members.csv\nmessage: [a]\n", (4, 10), "message", "must be a text, or a mapping"),
    ],
)
def test_a_wrong_file_is_told_in_plain_words(
    problems: Problems, text: str, place: tuple[int, int], key: str, words: str
) -> None:
    (problem,) = problems(text)
    assert (problem.path, problem.line, problem.column, problem.key) == ("c/campaign.yaml", *place, key)
    assert words in problem.what


def test_both_text_and_file_are_one_error(problems: Problems, repository: Path) -> None:
    (repository / "c/t.j2").write_text("hi")
    (problem,) = problems(HEAD + "recipients: members.csv\nmessage:\n  text: a\n  file: t.j2\n")
    assert (problem.line, problem.key) == (6, "message.file")


def test_an_unavailable_cron_does_not_also_miss_its_time(problems: Problems) -> None:
    (problem,) = problems(SMALL + "schedule: {cron: '0 10 * * *'}\n")
    assert (problem.key, problem.what) == ("schedule.cron", "is not available in this version of kaverun: delete it")


@pytest.mark.parametrize(
    "key", ["api_key", "apikey", "API-KEY", "token", "KAVENEGAR_API_KEY", "kavenegar_key", "password"]
)
def test_a_secret_in_the_file_is_refused_without_being_repeated(problems: Problems, key: str) -> None:
    (problem,) = problems(SMALL + f"{key}: 4B5A6C7D8E9F\n")
    assert "KAVENEGAR_API_KEY" in problem.what
    assert "4B5A6C7D8E9F" not in str(problem)
    (nested,) = problems(SMALL + f"sending: {{{key}: 4B5A6C7D8E9F}}\n")
    assert "KAVENEGAR_API_KEY" in nested.what


def test_a_token_column_of_a_recipient_is_no_secret(load: Load) -> None:
    assert load(HEAD + "message: hi\nrecipients: [{phone: 1, token: 012345}]\n").campaign.recipients.inline[0] == {
        "phone": 1,
        "token": "012345",
    }


def test_problems_of_yaml_and_of_the_models_are_told_together_and_once(problems: Problems) -> None:
    found = problems("version: 1\nname: A\nname: b\nmessage: {{ x }}\ncsv: [a،b]\nsender:\nrecipients: -a.csv\n")
    assert [(problem.line, problem.key) for problem in found] == [
        (2, "name"),
        (3, "name"),
        (4, "message"),
        (5, "csv"),
        (5, "csv[0]"),
        (6, "sender"),
        (7, "recipients"),
    ]


def test_a_text_swallowed_whole_by_its_hashtag_is_one_error(problems: Problems) -> None:
    (problem,) = problems(HEAD + "recipients: members.csv\nmessage:\n  text: #یلدا\n")
    assert "#یلدا" in problem.what


def test_a_plain_no_in_a_row_is_a_warning(load: Load) -> None:
    loaded = load(HEAD + "message: hi\nrecipients:\n  - {phone: 1, vip: no, a: 'no', b: nowruz}\n")
    (warning,) = loaded.warnings
    assert (warning.severity, warning.line, warning.column, warning.key) == ("warning", 5, 21, "recipients[0].vip")


def test_warnings_come_along_with_errors(problems: Problems) -> None:
    found = problems(HEAD + "message: hi\nrecipients:\n  - {phone: 1, vip: yes}\nx: 1\n")
    assert [problem.severity for problem in found] == ["warning", "error"]


def test_quiet_hours_stand_with_a_time_or_alone(load: Load) -> None:
    alone = load(SMALL + f"schedule: {{{QUIET}}}\n").campaign.schedule
    both = load(SMALL + f"schedule: {{at: 1404-12-29 21:59, {QUIET}}}\n").campaign.schedule
    assert alone is not None
    assert both is not None
    assert (alone.at, str(alone.quiet_hours)) == (None, "22:00-08:00")
    assert both.at == datetime(2026, 3, 20, 21, 59)


def test_one_lint_may_be_silenced_without_a_list(load: Load) -> None:
    assert load(SMALL + "lints: {off: same-text}\n").campaign.lints.off == ("same-text",)


def test_a_time_that_happens_twice_is_a_warning(load: Load) -> None:
    (warning,) = load(SMALL + "schedule: {at: 2026-10-25 02:30, timezone: Europe/Berlin}\n").warnings
    assert "happens twice" in warning.what


QUIET = 'quiet_hours: "22:00-08:00"'


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("senders: [1000, 2000, +1000]\n", "senders[2]", "the same line as senders[0]"),
        ("senders: [{line: 1000}, {line: '1000', weight: 2}]\n", "senders[1].line", "the same line"),
        ("retry: {initial: 2m}\n", "retry.initial", "shorter than retry.initial"),
        ("retry: {initial: 5s, max: 4s}\n", "retry.max", "shorter than retry.initial"),
        ("schedule: {at: 2026-03-29 02:30, timezone: Europe/Berlin}\n", "schedule.at", "clocks skip it"),
        (f"schedule: {{deadline: 2h, {QUIET}}}\n", "schedule.deadline", "means nothing without schedule.at"),
        (f"schedule: {{at: 1404-12-29 22:00, {QUIET}}}\n", "schedule.at", "write a time from 08:00 on"),
        (f"schedule: {{at: 2026-03-20 07:59, {QUIET}}}\n", "schedule.at", "lies in schedule.quiet_hours"),
        ("schedule: {at: 1404-12-29 10:00, timezone: Asia/Teheran}\n", "schedule.timezone", "Asia/Tehran?"),
    ],
)
def test_what_several_keys_say_together_is_checked(problems: Problems, text: str, key: str, words: str) -> None:
    (problem,) = problems(SMALL + text)
    assert problem.key == key
    assert words in problem.what


def test_rules_between_keys_are_told_although_other_keys_are_wrong(problems: Problems) -> None:
    found = problems(HEAD + "recipients: {phon: x}\nmessage: {type: 9}\nretry: {initial: 9m, attempts: 0}\n")
    assert {problem.key for problem in found} == {
        *("recipients", "recipients.phon", "message", "message.type", "retry.initial", "retry.attempts"),
    }


def test_no_message_speaks_pydantic_or_repeats_a_phone_number(problems: Problems) -> None:
    told = words_of(
        problems(
            "version: 09121234567\nname: 09121234567x_\nchannel: 09121234567\nrecipients: '09121234567'\n"
            "message: {type: 09121234567, hide: '0912 123 4567', tag: 09121234567 a, '09121234567': 1}\n"
            "senders: [091212345670912123456709121234567]\nlimits: {cost: +989121234567}\nsending: 09121234567\n"
        )
    )
    assert "1234567" not in told.replace(" ", "")
    for noise in ("Input should", "pydantic", "https://", "validation error", "Field required"):
        assert noise not in told


def test_loading_imports_nothing_heavy_that_it_does_not_need() -> None:
    import subprocess
    import sys

    code = "import sys, kaverun.campaign.loader; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"requests", "rich", "jinja2", "click", "persiantools", "tenacity"} & set(modules)
