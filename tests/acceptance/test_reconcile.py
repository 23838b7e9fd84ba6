"""`kaverun reconcile` through the installed command."""

from __future__ import annotations

import json


def send_beside(kaverun, sandbox):
    """A message that the ledger does not hear of."""
    send = ("sms/send", "receptor=09121112222", "message=hello", "sender=30002626", "--yes")
    assert kaverun("api", *send, "--base-url", sandbox.url).code == 0


def test_what_was_applied_agrees_and_what_somebody_else_sent_is_named(kaverun, campaign, sandbox):
    path = campaign(rows=5)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    sandbox._ask("clock", {"advance": 60})
    kaverun("status", path, "--base-url", sandbox.url)
    agreed = kaverun("reconcile", path, "--base-url", sandbox.url)
    assert (agreed.code, agreed.out.splitlines()[0]) == (0, "nowruz: the ledger and Kavenegar's outbox agree")
    send_beside(kaverun, sandbox)
    differing = kaverun("reconcile", path, "--base-url", sandbox.url)
    assert differing.code == 3
    assert "in the outbox but not in the ledger: 1 message, 300 Rial" in differing.out
    assert "0912***2222 from 30002626" in differing.out
    assert "09121112222" not in differing.said
    document = json.loads(kaverun("reconcile", path, "--format", "json", "--base-url", sandbox.url).out)
    assert (document["differs"], document["complete"]) == (True, True)
    assert document["ledger"] == {"messages": 5, "parts": 5, "cost": 600}
    assert document["listing"]["same"] == {"messages": 5, "cost": 600}
    assert document["listing"]["not_in_ledger"]["messages"] == 1


def test_without_an_ip_whitelist_counts_are_compared_and_what_to_do_is_said(kaverun, campaign, start_sandbox):
    sandbox = start_sandbox("--ip-whitelist", "none", "--dialect", "live")
    path = campaign(rows=5)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    ended = kaverun("reconcile", path, "--base-url", sandbox.url)
    assert ended.code == 3
    assert "nothing differs as far as it could be compared" in ended.out
    assert "407" in ended.out
    assert "Security Settings" in ended.out
    figures = {
        line.split(",")[0].strip(): line.split()[5:] for line in ended.out.splitlines() if "in that time" in line
    }
    assert figures == {"outbox": ["5", "5", "600"], "ledger": ["5", "600"]}


def test_a_provider_that_refuses_the_key_or_is_not_there_is_told(kaverun, campaign, start_sandbox):
    sandbox = start_sandbox("--api-key", "another")
    path = campaign(rows=1)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url, KAVENEGAR_API_KEY="another")
    refused = kaverun("reconcile", path, "--base-url", sandbox.url)
    assert (refused.code, "401" in refused.err) == (1, True)
    gone = kaverun("reconcile", path, "--base-url", "http://127.0.0.1:9/v1")
    assert (gone.code, "refused" in gone.err) == (1, True)
