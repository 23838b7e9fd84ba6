"""Lookups and calls through the installed command: planned, killed, continued; nobody is reached twice."""

from __future__ import annotations

import json

LOOKUP = (
    "version: 1\nname: codes\nchannel: lookup\nrecipients: members.csv\n"
    "message: {template: verify, token: '{{ code }}'}\nsending: {concurrency: 1}\n"
    "retry: {attempts: 3, initial: 20ms, max: 50ms, jitter: 1ms, read_timeout: 1s}\n"
)
MEMBERS = "phone,code\n" + "".join(f"0926{n:07d},code-{n}\n" for n in range(6))


def test_a_lookup_killed_after_its_answer_is_unknown_and_sent_again_only_once_it_is_named(kaverun, sandbox):
    kaverun.write("members.csv", MEMBERS)
    path = kaverun.write("codes.yaml", LOOKUP)
    killed = kaverun("apply", path, "--yes", "--base-url", sandbox.url, KAVERUN_FAILPOINT="request-answered:3")
    assert killed.code == -9
    sent = sandbox.by_receptor()
    assert len(sent) == 3

    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 3
    _, rows = kaverun.reports("codes")[-1]
    unknown = {row["phone"]: row for row in rows if row["outcome"] == "unknown"}
    given = {row["phone"]: [int(row["messageid"])] for row in rows if row["messageid"]}
    assert len(given) + len(unknown) == 6
    # Those that had left may be the candidates that are named; nobody got anything twice.
    for phone, ids in sent.items():
        assert given.get(phone) == ids or f"messageid {ids[0]} " in unknown[phone]["reason"]
    assert {len(ids) for ids in sandbox.by_receptor().values()} == {1}

    named = [word for phone, row in unknown.items() if phone not in sent for word in ("--resend-unknown", row["key"])]
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url, *named).code == 3
    assert {len(ids) for ids in sandbox.by_receptor().values()} == {1}
    assert len(sandbox.by_receptor()) == 6


def test_a_lookup_s_plan_masks_its_tokens_and_guesses_no_price(kaverun):
    kaverun.write("members.csv", MEMBERS)
    path = kaverun.write("codes.yaml", LOOKUP)
    plan = json.loads(kaverun("plan", path, "--format", "json").out)
    assert (plan["channel"], plan["counts"]["send"], plan["cost"]) == ("lookup", 6, None)
    assert json.loads(plan["samples"][0]["text"]) == {"template": "verify", "token": "***"}
    for form in ("text", "markdown"):
        said = kaverun("plan", path, "--format", form).out
        assert "a template of the panel" in said
        assert "part" not in said.replace("participant", "")


def test_calls_are_handed_over_for_their_time_and_cost_what_the_provider_says(kaverun, sandbox):
    kaverun.write("members.csv", MEMBERS)
    path = kaverun.write(
        "calls.yaml",
        "version: 1\nname: calls\nchannel: voice\nrecipients: members.csv\nmessage: سلام\n"
        "schedule: {at: 2035-03-21 10:00}\n",
    )
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    report, rows = kaverun.reports("calls")[0]
    assert report["cost"] == sum(int(row["cost"]) for row in rows) > 0
    assert {row["status"] for row in rows} == {"2"}
    assert len(sandbox.requests("call/maketts")) == 1
