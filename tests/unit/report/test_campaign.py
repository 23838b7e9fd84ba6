"""The report of a campaign merges its runs: each person once, with the final status, at what it cost in the end."""

from __future__ import annotations

import csv
import io
import json
from zipfile import ZipFile

import pytest

from kaverun.errors import Refused
from kaverun.ledger.batches import Result
from kaverun.ledger.runs import run_called
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from kaverun.report import as_markdown, report_json
from kaverun.report.campaign import campaign_report
from kaverun.report.renderings import drawing_of_campaign, drawing_of_run
from tests import schema_checks
from tests.ledger_rows import ACCEPTED, given_left_out, given_messages, given_run, message
from tests.unit.report.conftest import SCOPE

FIRST, SECOND, THIRD = (f"20261123T06215{n}Z-8f2dc5" for n in (1, 2, 3))
REJECTED = Result(Fate.REJECTED, status=6, attempts=1, reason="Kavenegar answered 411")


def status(code, fate=Fate.ACCEPTED):
    return Result(fate, status=code, cost=120, attempts=1)


def drawn(drawing, form):
    file = io.StringIO()
    drawing.write(form, file)
    if form == "json":
        definition = "RunReportWithRows" if drawing.run else "CampaignReport"
        assert schema_checks.faults("report", json.loads(file.getvalue()), definition) == []
    return file.getvalue()


def csv_rows(drawing):
    return list(csv.DictReader(io.StringIO(drawn(drawing, "csv").removeprefix("\ufeff"))))


@pytest.fixture
def sent(store):
    """Six people of two runs with all kinds of ends, and one that is excluded by now."""
    results = [status(10), status(11), status(14), status(13, Fate.CANCELLED), REJECTED, status(11)]
    numbers = given_messages(store, SCOPE, 6, results, run_id=FIRST)
    given_messages(store, SCOPE, [message(5, id=numbers[4])], run_id=SECOND)
    with store.transaction():
        store.write("UPDATE message SET row = NULL WHERE id = ?", (numbers[5],))
    given_left_out(store, SCOPE, 6, "is on opt-outs.csv", message=numbers[5])
    given_left_out(store, SCOPE, 7, "not a mobile number", action="invalid")
    return store


def test_each_person_is_named_once_with_the_final_status_and_the_run_that_sent(sent):
    rows = csv_rows(drawing_of_campaign(sent, "nowruz", "last"))
    assert [(row["key"], row["action"], row["outcome"], row["status"], row["run_id"]) for row in rows] == [
        ("1", "send", "accepted", "10", FIRST),
        ("2", "send", "accepted", "11", FIRST),
        ("3", "send", "accepted", "14", FIRST),
        ("4", "send", "accepted", "13", FIRST),
        ("5", "send", "accepted", "1", SECOND),
        ("6", "skip", "", "11", FIRST),
        ("7", "invalid", "", "", ""),
    ]
    assert {row["occurrence"] for row in rows} == {"once"}


def test_costs_are_net_of_what_was_refunded(sent):
    (report,) = campaign_report(sent, "nowruz")
    assert [row["cost"] for row in csv_rows(drawing_of_campaign(sent, "nowruz", "last"))][:5] == [
        "120", "120", "0", "0", "120",
    ]  # fmt: skip
    assert report.totals.cost == 360
    assert report.totals.counts.accepted == 5
    assert report.totals.statuses == {1: 1, 10: 1, 11: 1, 13: 1, 14: 1}


@pytest.mark.parametrize(
    ("only", "keys"),
    [
        (["delivered"], ["1"]),
        (["undelivered"], ["2"]),
        (["blocked"], ["3"]),
        (["skipped"], ["6"]),
        (["invalid"], ["7"]),
        (["rejected"], []),
        (["blocked", "delivered"], ["1", "3"]),
    ],
)
def test_rows_are_chosen_by_what_became_of_them_and_never_who_is_left_out_by_now(sent, only, keys):
    assert [row["key"] for row in csv_rows(drawing_of_campaign(sent, "nowruz", "last", only))] == keys


def test_rows_of_a_run_are_chosen_by_what_that_run_made_of_them(sent):
    rows = csv_rows(drawing_of_run(sent, run_called(sent, FIRST), ["rejected"]))
    assert [(row["key"], row["reason"]) for row in rows] == [("5", "Kavenegar answered 411")]
    assert "run_id" not in rows[0]


def test_who_is_no_longer_on_the_list_is_still_reported_and_a_replaced_message_is_not(store):
    given_messages(store, SCOPE, 2, [status(10), status(13, Fate.CANCELLED)], run_id=FIRST)
    with store.transaction():
        store.write("UPDATE message SET row = NULL")
    given_messages(store, SCOPE, [message(2, row=1, localid=99, generation=1)], run_id=SECOND)
    rows = csv_rows(drawing_of_campaign(store, "nowruz", "last"))
    assert [(row["key"], row["localid"], row["reason"]) for row in rows] == [
        ("2", "99", ""), ("1", "1", "no longer on the list"),
    ]  # fmt: skip


def test_what_was_sent_in_earnest_is_reported_before_a_later_sandbox_and_rehearsals_only_by_name(store):
    given_messages(store, SCOPE._replace(provider="api.kavenegar.com"), 1, run_id=FIRST)
    given_messages(store, SCOPE, [message(2)], run_id=SECOND)
    given_messages(store, Scope("nowruz", THIRD, "api.kavenegar.com"), [message(3)], run_id=THIRD, rehearsal=True)
    assert [one.scope for one in campaign_report(store, "nowruz", "all")] == [("nowruz", "once", "api.kavenegar.com")]
    assert [one.scope.occurrence for one in campaign_report(store, "nowruz", THIRD)] == [THIRD]


def test_all_occurrences_follow_each_other_the_latest_first(store):
    for number, name in enumerate(("2026-11-21", "2026-11-28"), 1):
        given_messages(store, SCOPE._replace(occurrence=name), [message(number)], run_id=(FIRST, SECOND)[number - 1])
    rows = csv_rows(drawing_of_campaign(store, "nowruz", "all"))
    assert [(row["occurrence"], row["key"]) for row in rows] == [("2026-11-28", "2"), ("2026-11-21", "1")]
    assert len(csv_rows(drawing_of_campaign(store, "nowruz", "last"))) == 1
    assert csv_rows(drawing_of_campaign(store, "nowruz", "2026-11-21"))[0]["key"] == "1"


def test_a_campaign_or_occurrence_nobody_knows_is_refused_with_what_is_known(store):
    given_run(store, SCOPE)
    with pytest.raises(Refused, match="knows no campaign yalda; it knows nowruz"):
        campaign_report(store, "yalda")
    with pytest.raises(Refused, match=r"no occurrence 'twice' in ledger\.db; it has once"):
        campaign_report(store, "nowruz", "twice")


def test_json_has_the_sums_and_every_row(sent):
    document = json.loads(drawn(drawing_of_campaign(sent, "nowruz", "last"), "json"))
    (occurrence,) = document["occurrences"]
    assert (occurrence["counts"]["accepted"], occurrence["cost"]) == (5, 360)
    assert [run["run_id"] for run in occurrence["runs"]] == [SECOND, FIRST]
    assert [row["key"] for row in document["messages"]] == ["1", "2", "3", "4", "5", "6", "7"]
    of_run = json.loads(drawn(drawing_of_run(sent, run_called(sent, FIRST)), "json"))
    assert (of_run["counts"]["rejected"], len(of_run["messages"])) == (1, 7)


def test_rows_that_are_written_some_at_a_time_are_one_list(sent, monkeypatch):
    drawing = drawing_of_campaign(sent, "nowruz", "last")
    at_once = drawn(drawing, "json")
    monkeypatch.setattr(report_json, "_TOGETHER", 2)
    assert drawn(drawing, "json") == at_once


def test_json_without_rows_is_json(store):
    given_run(store, SCOPE)
    assert json.loads(drawn(drawing_of_campaign(store, "nowruz", "last"), "json"))["messages"] == []


def test_json_has_texts_as_they_were_sent_and_csv_as_no_spreadsheet_runs_them(store):
    given_messages(store, SCOPE, [message(1, text="=1+1")], run_id=FIRST)
    drawing = drawing_of_campaign(store, "nowruz", "last")
    assert json.loads(drawn(drawing, "json"))["messages"][0]["text"] == "=1+1"
    assert csv_rows(drawing)[0]["text"] == "'=1+1"


def test_markdown_has_sums_and_only_the_chosen_rows_without_whole_numbers(sent):
    text = drawn(drawing_of_campaign(sent, "nowruz", "last", ["undelivered"]), "markdown")
    assert "| cost, net of refunds | 360 Rial |" in text
    assert "- 1 Delivered" in text
    assert "0926&#42;&#42;&#42;0002" in text
    assert "09260000002" not in text
    assert "| row |" not in drawn(drawing_of_campaign(sent, "nowruz", "last"), "markdown")
    of_run = drawn(drawing_of_run(sent, run_called(sent, FIRST)), "markdown")
    assert f"kaverun run `{FIRST}`" in of_run
    assert "who | not recorded" in of_run


def test_a_comment_holds_the_first_rows_and_says_how_many_more_there_are(store, monkeypatch):
    monkeypatch.setattr(as_markdown, "MOST_ROWS", 2)
    given_messages(store, SCOPE, 5, REJECTED, run_id=FIRST)
    text = drawn(drawing_of_campaign(store, "nowruz", "last", ["rejected"]), "markdown")
    assert "and 3 more rows" in text
    assert text.count("Kavenegar answered 411") == 3  # two rows, and the reasons of all


def test_a_workbook_has_numbers_of_people_as_text_and_no_formula(store, tmp_path):
    from python_calamine import CalamineWorkbook

    given_messages(store, SCOPE, [message(1, text="=1+1"), message(2)], [ACCEPTED, REJECTED], run_id=FIRST)
    path = tmp_path / "report.xlsx"
    drawing_of_campaign(store, "nowruz", "last").write_workbook(path)
    header, first, second = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    cells = dict(zip(header, first, strict=True))
    assert (cells["phone"], cells["localid"], cells["text"], cells["cost"]) == ("09260000001", "1", "=1+1", 120)
    assert dict(zip(header, second, strict=True))["outcome"] == "rejected"
    with ZipFile(path) as workbook:
        assert b"<f>" not in workbook.read("xl/worksheets/sheet1.xml")


def test_more_rows_than_a_worksheet_holds_are_refused(store, tmp_path, monkeypatch):
    from kaverun.report import as_xlsx

    monkeypatch.setattr(as_xlsx, "_MOST_ROWS", 3)
    given_messages(store, SCOPE, 3, run_id=FIRST)
    with pytest.raises(Refused, match="holds 2 rows, and there are more"):
        drawing_of_campaign(store, "nowruz", "last").write_workbook(tmp_path / "report.xlsx")
