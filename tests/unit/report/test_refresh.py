"""Reports are brought up to date: statuses and nothing else, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import random

import pytest

from kaverun.errors import ReportError
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, RunRecord, Scope, by_batch
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.cells import safe_cell, text_of_cell
from kaverun.plan.served import Fate
from kaverun.report import folder as report_folder
from kaverun.report.messages_csv import COLUMNS
from kaverun.report.refresh import refresh_reports

RUN = RunRecord("run-1", "nowruz", "once", "loopback", "d", None, 100.0)
SCOPE = Scope("nowruz", "once", "loopback")
TEXTS = {1: "در صف ارسال", 4: "ارسال شده", 10: "رسیده", 11: "نرسیده", 50: '=odd, "one"'}
WINDOW = 1000.0


def is_open(standing):
    return standing[0] not in (10, 11) and standing[1] > WINDOW


def csv_bytes(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def row(number, messageid="", status="", key="", text="سلام", action="send", line="3000"):
    cells = {
        "row": number, "key": key or f"k{number}", "phone": f"0912{number:07d}", "line": line, "action": action,
        "outcome": "accepted" if messageid else "not_sent", "localid": 2**62 + number, "messageid": messageid,
        "status": status, "statustext": safe_cell(TEXTS.get(status, "")) if status else "", "cost": 120, "text": text,
    }  # fmt: skip
    return [str(cells.get(column, "")) for column in COLUMNS]


class Desk:
    """A ledger with messages 101, 102 … of one run, and report folders."""

    def __init__(self, path):
        self.reports = path / "reports"
        self.ledger = SqliteLedger.open(path / "ledger.db")
        self.ledger.begin(RUN)

    def accept(self, count, now=2000.0):
        numbers = []
        for start in range(0, count, 200):
            places = range(start, min(start + 200, count))
            messages = [Message(2**62 + n, f"0912{n:07d}", "3000", "", n, "", 1) for n in places]
            (number,) = self.ledger.intend("run-1", [messages], now)
            results = {index: Result(Fate.ACCEPTED, 101 + n, 1, 120, 1) for index, n in enumerate(places)}
            self.ledger.record([(number, results)], TEXTS, now)
            numbers.append(number)
        return [number * POSITIONS_PER_BATCH + index for number in numbers for index in range(200)][:count]

    def write(self, rows, run_id="run-1", report=None):
        target = self.reports / "nowruz" / run_id
        target.mkdir(parents=True)
        (target / "messages.csv").write_bytes(csv_bytes(rows))
        (target / "report.json").write_text(json.dumps(report or {"version": 1, "delivery": None, "last": "ü"}))
        return target

    def refresh(self, asked=3000.0, scope=SCOPE):
        return refresh_reports(self.reports, self.ledger, scope, is_open, asked)


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.ledger.close()


def test_statuses_and_sums_are_brought_up_to_date_and_everything_else_stays(desk):
    positions = desk.accept(3)
    rows = [row(0, 101, 1), row(1, 102, 1, text="یک\nدو"), row(2), row(3, 103, 1, action="done", line="'+9830")]
    folder = desk.write(rows)
    desk.ledger.follow(by_batch({positions[0]: 10, positions[1]: 11}).items(), {})
    assert desk.refresh() == [folder]
    rows[0], rows[1] = row(0, 101, 10), row(1, 102, 11, text="یک\nدو")
    assert (folder / "messages.csv").read_bytes() == csv_bytes(rows)
    report = json.loads((folder / "report.json").read_text())
    assert list(report) == ["version", "delivery", "last"]
    assert report["delivery"] == {
        "asked_at": "1970-01-01T00:50:00.000+00:00",
        "accepted": 3,
        "open": 1,
        "statuses": {"1": 1, "10": 1, "11": 1},
        "words": {"1": "In queue", "10": "Delivered", "11": "Undelivered"},
        "places": [
            {"line": "+9830", "operator": "MCI", "statuses": {"1": 1}},
            {"line": "3000", "operator": "MCI", "statuses": {"10": 1, "11": 1}},
        ],
    }
    assert sorted(file.name for file in folder.iterdir()) == ["messages.csv", "report.json"]


def test_a_report_in_which_nothing_changed_is_not_written(desk):
    positions = desk.accept(2)
    folder = desk.write([row(0, 101, 1), row(1, 102, 1)])
    assert desk.refresh() == [folder]
    before = {file.name: (file.stat().st_ino, file.read_bytes()) for file in folder.iterdir()}
    assert desk.refresh(asked=4000.0) == []
    assert {file.name: (file.stat().st_ino, file.read_bytes()) for file in folder.iterdir()} == before
    desk.ledger.follow(by_batch(dict.fromkeys(positions, 10)).items(), {})
    assert desk.refresh() == [folder]
    assert json.loads((folder / "report.json").read_text())["delivery"]["open"] == 0
    (folder / "messages.csv").write_bytes(b"no longer looked at")
    assert desk.refresh() == []


def test_ten_thousand_rows_of_any_cells_keep_their_bytes_but_for_the_statuses(desk):
    draw = random.Random(1405)
    pieces = ["سلام", '"', ",", "\n", "\r\n", "'", "=1+1", " ", "لغو۱۱", ";", ""]
    positions = desk.accept(8_000)
    rows, expected, news = [], [], {}
    for number in range(10_000):
        messageid = 101 + number if number < 8_000 else draw.choice(["", 99_999])
        key, text = ("".join(draw.choices(pieces, k=4)) for _ in range(2))
        after = draw.choice(list(TEXTS)) if number < 8_000 else 1
        rows.append(row(number, messageid, 1 if messageid else "", key, text))
        expected.append(row(number, messageid, after if messageid else "", key, text))
        if number < 8_000:
            news[positions[number]] = after
    draw.shuffle(order := list(range(10_000)))
    folder = desk.write([rows[number] for number in order])
    desk.ledger.follow(by_batch(news).items(), TEXTS)
    assert desk.refresh() == [folder]
    assert (folder / "messages.csv").read_bytes() == csv_bytes([expected[number] for number in order])


def test_only_reports_of_the_run_that_is_meant_are_touched(desk):
    desk.accept(1)
    for run_id, campaign in (("run-2", "nowruz"), ("run-3", "other")):
        desk.ledger.begin(RUN._replace(run_id=run_id, campaign=campaign))
    folders = [desk.write([row(0, 101, 4)], run_id) for run_id in ("run-1", "run-2", "run-3", "run-4")]
    assert desk.refresh(scope=SCOPE._replace(run_id="run-2")) == [folders[1]]
    # Its rows may have been sent by another run.
    assert (folders[1] / "messages.csv").read_bytes() == csv_bytes([row(0, 101, 1)])
    assert desk.refresh() == [folders[0]]
    assert b'"delivery": null' in (folders[2] / "report.json").read_bytes()


def test_a_report_that_is_not_there_is_no_error(desk):
    desk.accept(1)
    assert desk.refresh() == []
    folder = desk.write([row(0, 101, 4)])
    for name in ("messages.csv", "report.json"):
        (folder / name).unlink()
    assert desk.refresh() == []


def test_a_report_of_sums_alone_has_those_of_its_run_and_one_of_rows_alone_has_the_newest_rows(desk):
    desk.accept(1)
    folder = desk.write([row(0, 101, 4)])
    rows = (folder / "messages.csv").read_bytes()
    (folder / "messages.csv").unlink()
    assert desk.refresh() == [folder]
    assert json.loads((folder / "report.json").read_bytes())["delivery"]["statuses"] == {"1": 1}
    assert desk.refresh() == []
    (folder / "report.json").unlink()
    (folder / "messages.csv").write_bytes(rows)
    assert desk.refresh() == [folder]
    assert (folder / "messages.csv").read_bytes() == csv_bytes([row(0, 101, 1)])
    assert desk.refresh() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (csv_bytes([row(0, "x", 1)]), "invalid literal"),
        (csv_bytes([row(0, 101, 1)]).replace(b"statustext", b"words"), "'statustext' is not in list"),
        (csv_bytes([row(0, 101, 1)]).replace(b",", b";"), "is not in list"),
        (csv_bytes([row(0, 101, 1)[:9]]), "a row has too few cells"),
        (csv_bytes([]) + b'1,"k', "a quotation mark is not closed"),
        (csv_bytes([]) + b'1,"k' + b"x\n" * 600_000 + b'"' + b"," * 14, "a quotation mark is not closed"),
        (csv_bytes([row(0, 101, 1)]).decode("utf-8-sig").encode("utf-16"), "codec can't decode"),
    ],
    ids=["id", "column", "delimiter", "short row", "open quote", "long row", "encoding"],
)
def test_a_file_that_is_not_as_it_was_written_is_left_alone_and_said(desk, content, words):
    positions = desk.accept(1)
    desk.ledger.follow(by_batch({positions[0]: 10}).items(), {})
    folder = desk.write([])
    (folder / "messages.csv").write_bytes(content)
    with pytest.raises(ReportError, match=rf"messages\.csv is not as kaverun wrote it: .*{words}"):
        desk.refresh()
    assert (folder / "messages.csv").read_bytes() == content


@pytest.mark.parametrize("name", ["messages.csv", "report.json"])
def test_a_pipe_in_the_place_of_a_reports_file_does_not_hang(desk, name):
    desk.accept(1)
    folder = desk.write([])
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(ReportError, match="is not a file"):
        desk.refresh()


def test_one_report_that_cannot_be_written_does_not_keep_the_others_from_it(desk):
    positions = desk.accept(1)
    desk.ledger.begin(RUN._replace(run_id="run-2"))
    broken, sound = desk.write([row(0, 101, 1)], "run-1"), desk.write([row(0, 101, 1)], "run-2")
    (broken / ".messages.csv.draft").mkdir()
    desk.ledger.follow(by_batch({positions[0]: 10}).items(), {})
    with pytest.raises(ReportError, match="run-1 cannot be brought up to date: Is a directory") as refusal:
        desk.refresh()
    assert refusal.value.exit_code == 3
    assert b",10," in (sound / "messages.csv").read_bytes()


def test_a_death_while_writing_leaves_the_old_report_and_the_next_time_makes_it_new(desk, monkeypatch):
    positions = desk.accept(1)
    folder = desk.write([row(0, 101, 1)])
    before = (folder / "messages.csv").read_bytes()
    desk.ledger.follow(by_batch({positions[0]: 10}).items(), {})

    class Killed(BaseException):
        pass

    def die(*arguments):
        raise Killed

    for name in ("replace", "fsync"):
        monkeypatch.setattr(report_folder.os, name, die)
        with pytest.raises(Killed):
            desk.refresh()
        monkeypatch.undo()
        assert (folder / "messages.csv").read_bytes() == before
    (folder / ".messages.csv.draft").write_text("what a killed process left")
    desk.refresh()
    assert (folder / "messages.csv").read_bytes() == csv_bytes([row(0, 101, 10)])


@pytest.mark.parametrize("text", ["", "'", "=1", "+9830", "-", "سلام", "\tx", "o'clock"])
def test_a_safe_cell_gives_its_text_back(text):
    assert text_of_cell(safe_cell(text)) == text
