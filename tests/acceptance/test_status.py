"""`kaverun status` through the installed command."""

from __future__ import annotations

import json


def test_delivery_is_told_and_waited_for(kaverun, campaign, sandbox):
    path = campaign(rows=7)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    sandbox._ask("clock", {"advance": 60})
    ended = kaverun("status", path, "--wait", "10s", "--base-url", sandbox.url)
    assert ended.code == 0, ended.err
    assert "nowruz: 7 accepted, 0 still on their way" in ended.out
    assert "Delivered" in ended.out
    document = json.loads(kaverun("status", path, "--format", "json", "--base-url", sandbox.url).out)
    assert (document["accepted"], document["open"], document["statuses"]) == (7, 0, {"10": 7})


def test_a_campaign_that_was_never_sent_says_so(kaverun, campaign, sandbox):
    ended = kaverun("status", campaign(), "--base-url", sandbox.url)
    assert ended.code == 0
    assert "no accepted message" in ended.out


def test_a_span_nobody_understands_is_refused(kaverun, campaign, sandbox):
    ended = kaverun("status", campaign(), "--wait", "soon", "--base-url", sandbox.url)
    assert ended.code == 1
    assert "--wait" in ended.err
