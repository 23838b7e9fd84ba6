"""`report.json` is one JSON document, however many batches it lists."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from kaverun.documents import json_bytes
from kaverun.report.report import BatchLine, Counts, Report
from kaverun.report.report_json import report_json, write_json
from tests import schema_checks

CAMPAIGN = 'nowruz "batches": []'


def report_of(batches):
    lines = tuple(BatchLine(number, 200, 199, 0, 0, 1) for number in range(1, batches + 1))
    counts = Counts(batches * 200, batches * 200, 0, 0, 0, batches * 199, 0, 0, batches)
    return Report(
        CAMPAIGN, "once", "run-1", "loopback", "d", "partial", None, 0.0, 1.0, counts, 0, None, None, None, None, (),
        lines, None, (), (), Path("reports"),
    )  # fmt: skip


@pytest.mark.parametrize("batches", [0, 1, 499, 500, 501, 1_500])
def test_batches_that_are_written_some_at_a_time_look_as_if_written_at_once(tmp_path, batches):
    path = tmp_path / "report.json"
    write_json(path, report_of(batches))
    document = orjson.loads(path.read_bytes())
    assert path.read_bytes() == json_bytes(document) == report_json(report_of(batches))
    assert [line["batch"] for line in document["batches"]] == [*range(1, batches + 1)]
    assert document["campaign"] == CAMPAIGN
    assert [*document][-1] == "delivery"
    assert schema_checks.faults("report", document, "RunReport") == []
