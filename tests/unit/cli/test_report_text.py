"""The summary of a run says what is so: why nothing was sent, and what helps where something is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kaverun.cli.report_text import report_text
from kaverun.report.report import Counts, Report, Stop
from kaverun.report.report_json import report_json

NOBODY = Counts(rows=0, send=0, done=0, skip=0, invalid=0, accepted=0, rejected=0, unknown=0, not_sent=0)


def counts(**changed):
    from dataclasses import replace

    known = replace(NOBODY, **changed)
    send = known.accepted + known.rejected + known.unknown + known.not_sent
    return replace(known, send=send, rows=send + known.done + known.skip + known.invalid)


def report(of, status="completed", **changed):
    return Report(
        "nowruz", "once", "r", "loopback", "d", status, None, 1.0, 2.0, of, 0, 0, None, 0, None, (), (),
        changed.pop("stop", None), (), (), Path("reports"), **changed,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ({"done": 3}, "nothing to send: everyone on the list was served before"),
        ({"invalid": 3}, "nothing to send: 3 invalid of 3 rows"),
        ({"skip": 2}, "nothing to send: 2 skipped of 2 rows"),
        ({"invalid": 1}, "nothing to send: 1 invalid of 1 row"),
        ({"done": 3, "skip": 1, "invalid": 2}, "nothing to send: 3 served before, 1 skipped, 2 invalid of 6 rows"),
        ({}, "nothing to send: the list has no rows"),
    ],
)
def test_why_there_was_nothing_to_send_is_said_as_it_is(of, words):
    text = report_text(report(counts(**of)))
    assert words in text
    assert ("served before" in text) == bool(of.get("done"))


CONTINUE = "Run the same command again to continue"
UNKNOWN = "stays unknown however often"


@pytest.mark.parametrize(
    ("of", "changed", "said", "not_said"),
    [
        ({"accepted": 1, "not_sent": 2}, {"status": "interrupted"}, [CONTINUE], ["once what stopped it", UNKNOWN]),
        (
            {"accepted": 1, "not_sent": 2},
            {"status": "stopped", "stop": Stop(407, "Kavenegar answered 407")},
            [f"{CONTINUE} once what stopped it is over or fixed"],
            [],
        ),
        ({"accepted": 1, "unknown": 1}, {"status": "partial"}, [CONTINUE], [UNKNOWN]),
        (
            {"accepted": 1, "unknown": 1},
            {"status": "partial", "undecided": 1},
            ["1 unknown message stays unknown", "--resend-unknown"],
            [CONTINUE],
        ),
        (
            {"accepted": 1, "rejected": 2},
            {"status": "partial"},
            ["2 rejected messages are tried again by the same command, and rejected again unless"],
            [CONTINUE],
        ),
        ({"accepted": 3}, {}, [], [CONTINUE]),
    ],
)
def test_what_helps_is_said_and_nothing_that_changes_nothing(of, changed, said, not_said):
    told = report(counts(**of), **changed)
    text = report_text(told)
    assert all(words in text for words in said)
    assert not any(words in text for words in not_said)
    assert json.loads(report_json(told))["advice"] == list(told.advice)


@pytest.mark.parametrize(
    ("of", "code"), [({"invalid": 3}, 1), ({"invalid": 2, "skip": 1}, 0), ({"invalid": 2, "done": 1}, 0), ({}, 0)]
)
def test_a_list_of_which_every_row_is_invalid_is_not_done(of, code):
    told = report(counts(**of))
    assert told.exit_code == code
    assert ("Every row is invalid" in report_text(told)) == (code == 1)
