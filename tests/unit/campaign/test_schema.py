from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from jsonschema import Draft7Validator

from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schema import campaign_schema
from kaverun.errors import Invalid
from kaverun.schemas import schema_text

EditorReads = Callable[[str], object]
HEAD = "version: 1\nname: a\n"
SMALL = HEAD + "recipients: members.csv\nmessage: hi\n"
ROWS = HEAD + "message: hi\n"


@pytest.fixture(scope="module")
def editor() -> Draft7Validator:
    return Draft7Validator(campaign_schema())


def test_the_schema_is_draft_07_and_names_itself() -> None:
    schema = campaign_schema()
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["$id"] == "urn:kaverun:schema:campaign:1"


def test_the_schema_says_nothing_that_only_later_drafts_know() -> None:
    text = schema_text("campaign")
    for word in ("$defs", "prefixItems", '"const"', '"format"', '"title": "Name"', '"type": "null"'):
        assert word not in text


def test_a_reference_never_has_neighbours() -> None:
    def walk(part: object) -> None:
        if isinstance(part, dict):
            assert "$ref" not in part or len(part) == 1
            list(map(walk, part.values()))
        elif isinstance(part, list):
            list(map(walk, part))

    walk(campaign_schema())


def test_every_key_is_described_and_no_other_key_is_allowed() -> None:
    schema = campaign_schema()
    for part in (schema, *schema["definitions"].values()):
        assert part["additionalProperties"] is False
        for found in part["properties"].values():
            assert "description" in found or "$ref" in found


def test_examples_and_defaults_are_valid_themselves() -> None:
    schema = campaign_schema()
    for part in (schema, *schema["definitions"].values()):
        for found in part["properties"].values():
            judge = Draft7Validator({**found, "definitions": schema["definitions"]})
            for value in (*found.get("examples", ()), *([found["default"]] if "default" in found else ())):
                judge.validate(value)


VALID = [
    SMALL,
    ROWS + "recipients: [members.csv, more.csv]\n",
    ROWS + "recipients: [{phone: 09121234567, vip: true, a: 1.5, b: }]\n",
    ROWS + "recipients: {csv: members.csv, exclude: [opt-outs.csv], on_invalid: skip, encoding: cp1256}\n",
    ROWS + "recipients: {inline: [{phone: 1}], phone: mobile, key: 5, where: a == 1}\n",
    ROWS + "recipients: {csv: members.csv, encoding: utf-8, delimiter: ';'}\n",
    ROWS + "recipients: members.xlsx\n",
    ROWS + "recipients: [members.xlsx#A, old.XLS]\n",
    ROWS + "recipients: [members.jsonl]\n",
    ROWS + "recipients: {csv: members.csv, excel: members.xlsx#برگه 1, jsonl: [members.jsonl], exclude: old.XLS}\n",
    ROWS + "recipients: {csv: members.csv, columns: {vip: bool, مبلغ: int, a: text, b: decimal, c: date}}\n",
    HEAD
    + "recipients: members.csv\nmessage: {text: hi, type: 0, tag: 012, hide: false, policy: x, max_length: 4000}\n",
    HEAD + "recipients: members.csv\nmessage: 5\n",
    HEAD + "recipients: members.csv\nmessage: {file: ../tariff.yaml, normalize: persian}\n",
    SMALL.replace("name: a", "name: 1405"),
    SMALL + "vars: {discount: 20, نام_فروشگاه: کتاب, open: true, gifts: [چای, 5, 1.5], code: 012, nothing: []}\n",
    SMALL + "senders: 10004346\n",
    SMALL + "senders: {line: 0210, weight: 2}\n",
    SMALL + "senders: [10004346, '30002626', +983000, {line: 1000, weight: 1000}]\n",
    SMALL + "schedule: {at: 1404-12-29 10:00}\n",
    SMALL + "schedule: {at: 2026-03-20T10:00:30, timezone: Europe/Berlin, deadline: 1h30m}\n",
    SMALL + "schedule: {quiet_hours: '22:00-08:00'}\n",
    SMALL + "schedule: {quiet_hours: 22:00-08:00, at: 2026-03-20 10:00, deadline: 2h}\n",
    SMALL + "lints: {off: [missing-opt-out, link-in-text, same-text, unused-column, no-quiet-hours]}\n",
    SMALL + "lints: {off: same-text}\n",
    SMALL + "sending: {batch: 1, concurrency: 64, rate: 50/s}\n",
    SMALL + "retry: {attempts: 1, initial: 500ms, max: 1.5s, multiplier: 2.0, jitter: 0s, read_timeout: 1m}\n",
    SMALL + "retry: {multiplier: 1.50}\n",
    SMALL + "limits: {recipients: 1, parts: 100, cost: 0, invalid: 0.5%, failed: 20}\n",
    SMALL + "tariff: ../tariff.yaml\ndescription: |\n  two\n  lines\nchannel: sms\n",
    SMALL + "report: {directory: out, formats: csv}\n",
]

INVALID = [
    "version: 1\n",
    SMALL.replace("version: 1", "version: 2"),
    SMALL.replace("version: 1", "version: '1'"),
    SMALL.replace("name: a", "name: A b"),
    SMALL.replace("name: a", "name: -5"),
    SMALL.replace("name: a", "name: 1.5"),
    SMALL.replace("name: a", f"name: {'a' * 65}"),
    SMALL.replace("message: hi", "message: ''"),
    SMALL.replace("message: hi", "message: ' '"),
    SMALL.replace("message: hi", "message: [hi]"),
    SMALL.replace("message: hi", "message: true"),
    SMALL.replace("message: hi", "message: {}"),
    SMALL.replace("message: hi", "message: {text: a, file: members.csv}"),
    SMALL.replace("message: hi", "message: {text: a, type: 4}"),
    SMALL.replace("message: hi", "message: {text: a, hide: yes}"),
    SMALL.replace("message: hi", "message: {text: a, hide: 1}"),
    SMALL.replace("message: hi", "message: {text: a, tag: a b}"),
    SMALL.replace("message: hi", "message: {text: a, max_length: 5_000}"),
    SMALL.replace("message: hi", "message: {text: }"),
    ROWS + "recipients: []\n",
    ROWS + "recipients: {}\n",
    ROWS + "recipients: 5\n",
    ROWS + "recipients: [members.csv, {phone: 1}]\n",
    ROWS + "recipients: [{}]\n",
    ROWS + "recipients: [{phone: [1]}]\n",
    ROWS + "recipients: {csv: []}\n",
    ROWS + "recipients: {inline: []}\n",
    ROWS + "recipients: {csv: [5]}\n",
    ROWS + "recipients: {csv: members.csv, on_invalid: ask}\n",
    ROWS + "recipients: {csv: members.csv, delimiter: ';;'}\n",
    ROWS + "recipients: {csv: members.csv, exclude: }\n",
    SMALL + "vars: 5\n",
    SMALL + "vars: [a]\n",
    SMALL + "vars: {a b: 1}\n",
    SMALL + "vars: {1a: 1}\n",
    SMALL + "vars: {a-b: 1}\n",
    SMALL + "vars: {نام‌خانوادگی: 1}\n",
    SMALL + "vars: {a: {b: 1}}\n",
    SMALL + "vars: {a: [[1]]}\n",
    SMALL + "vars: {a: }\n",
    SMALL + "vars: {a: [1, null]}\n",
    ROWS + "recipients: {csv: members.csv, columns: {a: integer}}\n",
    ROWS + "recipients: {csv: members.csv, columns: {a: true}}\n",
    ROWS + "recipients: {csv: members.csv, columns: {}}\n",
    ROWS + "recipients: {csv: members.csv, columns: [a]}\n",
    ROWS + "recipients: {csv: members.xlsx}\n",
    ROWS + "recipients: {excel: [members.csv]}\n",
    ROWS + "recipients: {jsonl: members.csv}\n",
    ROWS + "recipients: [members.csv, members.xlsx]\n",
    ROWS + "recipients: x.json\n",
    ROWS + "recipients: {excel: list.xlsb}\n",
    ROWS + "recipients: {inline: [{phone: 1}], delimiter: ';'}\n",
    ROWS + "recipients: {excel: members.xlsx, encoding: utf-8}\n",
    SMALL + "senders: []\n",
    SMALL + "senders: [12]\n",
    SMALL + "senders: 1000 4346\n",
    SMALL + "senders: [{weight: 1}]\n",
    SMALL + "senders: [{line: 1000, weight: 0}]\n",
    SMALL + "schedule: {}\n",
    SMALL + "schedule: {at: 10:30}\n",
    SMALL + "schedule: {at: 1405-09-29}\n",
    SMALL + "schedule: {at: 1999-01-01 10:00}\n",
    SMALL + "schedule: {at: 2026-03-20 24:00}\n",
    SMALL + "schedule: {at: 1766242800}\n",
    SMALL + "schedule: {at: 2026-03-20 10:00, timezone: 3.5}\n",
    SMALL + "schedule: {at: 2026-03-20 10:00, deadline: 2}\n",
    SMALL + "schedule: {timezone: UTC}\n",
    SMALL + "schedule: {quiet_hours: 22:00}\n",
    SMALL + "schedule: {quiet_hours: 22-8}\n",
    SMALL + "schedule: {quiet_hours: '22:00-24:00'}\n",
    SMALL + "schedule: {quiet_hours: '22:00-08:00', deadline: 2h}\n",
    SMALL + "lints: {off: [opt-out]}\n",
    SMALL + "lints: {off: []}\n",
    SMALL + "lints: [same-text]\n",
    SMALL + "schedule: {cron: '0 10 * * *'}\n",
    SMALL + "sending: {batch: 201}\n",
    SMALL + "sending: {rate: 1000}\n",
    SMALL + "sending: {rate: 0/s}\n",
    SMALL + "retry: {initial: 1}\n",
    SMALL + "retry: {initial: 1m1h}\n",
    SMALL + "retry: {multiplier: 0.5}\n",
    SMALL + "limits: {cost: 50,000}\n",
    SMALL + "limits: {invalid: 101%}\n",
    SMALL + "limits: {invalid: 100.5%}\n",
    SMALL + "limits: {failed: 1.5}\n",
    SMALL + "limits:\n",
    SMALL + "report: {formats: [html]}\n",
    SMALL + "report: {formats: []}\n",
    SMALL + "channel: fax\n",
    SMALL + "tarif: ../tariff.yaml\n",
    SMALL + "api_key: abc\n",
]


@pytest.mark.parametrize("text", VALID)
def test_what_the_loader_takes_an_editor_takes_too(
    editor: Draft7Validator, editor_reads: EditorReads, load: Callable[[str], LoadedCampaign], text: str
) -> None:
    load(text)
    assert [error.message for error in editor.iter_errors(editor_reads(text))] == []


@pytest.mark.parametrize("text", INVALID)
def test_what_the_loader_refuses_an_editor_flags_too(
    editor: Draft7Validator, editor_reads: EditorReads, load: Callable[[str], LoadedCampaign], text: str
) -> None:
    with pytest.raises(Invalid):
        load(text)
    assert not editor.is_valid(editor_reads(text))


def test_the_printed_schema_keeps_persian_readable() -> None:
    assert "سارا" in schema_text("campaign")
    assert json.loads(schema_text("campaign")) == campaign_schema()
