"""A ledger that was lost is made again from reports; what it knows already never becomes less."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from shutil import copytree

import pytest

from kaverun.errors import Invalid, Locked, Refused
from kaverun.ledger.batches import NOTHING_SENT, Result, put_texts
from kaverun.ledger.care import faults
from kaverun.ledger.opening import open_ledger
from kaverun.ledger.runs import numbered, occurrence_of, run_called, runs
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate
from kaverun.message.identity import localids_of
from kaverun.message.scope import Scope
from kaverun.report.importing import import_reports
from kaverun.report.messages_csv import write_messages
from kaverun.report.report import Ended, Stop
from kaverun.report.rows import Extent
from kaverun.report.write import close_run
from tests.ledger_rows import ACCEPTED, BEGAN, given_left_out, given_messages, given_run, message

SCOPE = Scope("nowruz", "once", "api.kavenegar.com")
FIRST, SECOND, THIRD = (f"20261123T06215{n}Z-8f2dc5" for n in (1, 2, 3))
REJECTED = Result(Fate.REJECTED, status=6, attempts=2, reason="Kavenegar answered 411")
UNKNOWN = Result(Fate.UNKNOWN, attempts=1, reason="no answer came")
NOT_SENT = Result(Fate.NOT_SENT, reason="stopped before")
CANCELLED = Result(Fate.CANCELLED, status=13, cost=120, attempts=1)
CANCELLING = Result(Fate.CANCELLING, status=2, cost=120, attempts=1)
STARTED = {FIRST: BEGAN, SECOND: BEGAN + 100, THIRD: BEGAN + 200}


def person(number, scope=SCOPE, *, key=None, hashed=None, generation=0, **changes):
    key = str(number) if key is None else key
    (localid,) = localids_of(scope.campaign, scope.occurrence, [hashed or key], generation)
    return message(number, localid=localid, key=key, generation=generation, **changes)


@pytest.fixture
def lost():
    """The ledger that wrote the reports and was lost."""
    opened = SqliteStore.empty()
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path):
    """The one that they are imported into."""
    opened = SqliteStore.empty(tmp_path / "ledger.db")
    yield opened
    opened.close()


@pytest.fixture
def reported(lost, tmp_path):
    """Writes the report of a run of the lost ledger; gives its folder."""

    def report(run_id, scope=SCOPE, **changed):
        number = given_run(lost, scope, run_id, started=STARTED[run_id])
        return close_run(
            lost, number, Ended(STARTED[run_id] + 9, **changed), tmp_path / "reports", ("json", "csv")
        ).folder

    return report


def given(store, people, results=ACCEPTED, run_id=FIRST, scope=SCOPE, **fields):
    return given_messages(store, scope, people, results, run_id=run_id, started=STARTED[run_id], **fields)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def drawn(store, run_id, folder):
    """The rows of a run as a ledger has them."""
    run = run_called(store, run_id)
    write_messages(folder / "drawn.csv", store, Extent(occurrence_of(store, run.scope), run.number))
    return rows_of(folder / "drawn.csv")


def written(folder):
    """The rows of a report; what was planned or under way then is not sent, or in doubt, once it is imported."""
    became = {"planned": "not_sent", "sending": "unknown"}
    return [{**row, "fate": became.get(row["fate"], row["fate"])} for row in rows_of(folder / "messages.csv")]


def fates(store):
    """By key and generation, with the run."""
    rows = store.rows("SELECT key || '/' || generation, fate, run_id FROM history ORDER BY message")
    return {key: (fate, run) for key, fate, run in rows}


def dump(store):
    """Everything in a ledger, as far as it says what was sent."""
    tables = ("occurrence", "run", "input", "batch", "message", "outcome", "earlier_outcome", "left_out", "status_text")
    return {name: sorted(map(repr, store.rows(f"SELECT * FROM {name}"))) for name in tables}


def test_a_run_is_drawn_from_the_ledger_that_was_made_again_as_it_was_written(lost, store, reported, tmp_path):
    with lost.transaction():
        put_texts(lost, {1: "در صف ارسال", 6: '=no, "never"'})
    shared = Shared(date=1_800_003_600, type=1, tag="eid", hide=True, policy="evening")
    given(lost, [person(1, text="=سلام\r\n،"), person(2, text="'x")], [ACCEPTED, REJECTED], shared=shared,
          who="sara", host="ci", kaverun="1.0", revision="c0ffee", key_column="id", planned_cost=480)  # fmt: skip
    given(lost, [person(3), person(4)], [UNKNOWN, Result(Fate.ACCEPTED, attempts=1)], shared=shared)
    given(lost, [person(5, key="=5")], None, begun=None, shared=shared)
    given_left_out(lost, SCOPE, 6, "duplicate of row 1")
    with lost.transaction():
        lost.write("INSERT INTO source VALUES (7, '-members.csv')")
        lost.write("UPDATE message SET source = 7, file_line = row + 1")
        lost.write("INSERT INTO input VALUES (1, 'list', '-members.csv', 'd1', 6)")
    folder = reported(FIRST, stop=Stop(418, "no credit"), credit=7, notes=("a note",))
    (done,) = import_reports(store, [folder])
    assert done.gained == (True, 5, 0, 0)
    assert drawn(store, FIRST, tmp_path) == written(folder)
    run = run_called(store, FIRST)
    assert run == numbered(lost, 1)._replace(kind="imported", report=str(folder), default_line=None, plan=None)
    assert store.rows("SELECT * FROM input") == lost.rows("SELECT * FROM input")
    assert store.rows("SELECT DISTINCT channel, date, type, tag, hide, policy FROM batch WHERE date") == [
        ("sms", 1_800_003_600, "1", "eid", 1, "evening")
    ]
    assert store.rows("SELECT begun FROM batch WHERE begun") == [(BEGAN,), (BEGAN,)]
    assert list(faults(store)) == []


def test_runs_come_in_their_order_and_later_ones_tell_what_became_of_earlier_doubts(lost, store, reported, tmp_path):
    numbers = given(lost, [person(n) for n in (1, 2, 3, 4)], [ACCEPTED, REJECTED, None, UNKNOWN])
    first = reported(FIRST)
    with lost.transaction():
        lost.write(
            "INSERT INTO outcome SELECT id, batch, 'accepted', 7, 1, 120, 0, 'found at the provider' FROM message"
            " WHERE id = ?",
            (numbers[2],),
        )
        lost.write("UPDATE batch SET state = 'settled', settled = begun")
    given(lost, [person(2, id=numbers[1], text="سلام دوباره"), person(5)], run_id=SECOND)
    second = reported(SECOND)
    import_reports(store, [second, first])
    assert fates(store) == {
        "1/0": ("accepted", FIRST), "2/0": ("accepted", SECOND), "3/0": ("accepted", FIRST), "4/0": ("unknown", FIRST),
        "5/0": ("accepted", SECOND),
    }  # fmt: skip
    assert [run.run_id for run in runs(store)] == [SECOND, FIRST]
    assert drawn(store, SECOND, tmp_path) == written(second)
    again = next(row for row in drawn(store, FIRST, tmp_path) if row["key"] == "2")
    assert (again["outcome"], again["reason"], again["attempts"]) == ("rejected", REJECTED.reason, "2")
    assert store.rows("SELECT text FROM message WHERE key = '2'") == [("سلام دوباره",)]
    assert list(faults(store)) == []


def test_the_last_report_alone_knows_who_was_served_before_it(lost, store, reported, tmp_path):
    given(lost, [person(1), person(2), person(3), person(4)], [ACCEPTED, UNKNOWN, REJECTED, ACCEPTED])
    given(lost, [person(5)], run_id=SECOND, key_column="")
    with lost.transaction():
        lost.write("UPDATE message SET row = NULL WHERE key = '4'")
        lost.write("UPDATE message SET remark = 'sent by an earlier run with another text' WHERE key = '1'")
    given_left_out(lost, SCOPE, 4, "is on opt-outs.csv:2", message=4)
    folder = reported(SECOND)
    import_reports(store, [folder])
    earlier = f"{SECOND}-earlier"
    assert fates(store) == {
        "1/0": ("accepted", earlier), "2/0": ("unknown", earlier), "3/0": ("rejected", earlier),
        "4/0": ("accepted", earlier), "5/0": ("accepted", SECOND),
    }  # fmt: skip
    ours = [{**row, "batch": ""} for row in drawn(store, SECOND, tmp_path)]
    assert ours == [{**row, "batch": ""} for row in written(folder)]
    # When they were handed over is not known: nobody may take a look-up for a proof that they were not.
    assert store.rows(
        "SELECT DISTINCT begun FROM batch JOIN run ON run.id = run WHERE run_id = ?", (earlier,)
    ) == [(None,)]  # fmt: skip


def test_what_was_under_way_is_in_doubt_and_what_was_never_begun_is_not_sent(lost, store, reported):
    given(lost, [person(1)], None)
    given(lost, [person(2)], None, begun=None)
    import_reports(store, [reported(FIRST)])
    assert fates(store) == {"1/0": ("unknown", FIRST), "2/0": ("not_sent", FIRST)}
    # A doubt can be looked up for as long after its batch was handed over as before.
    assert store.rows("SELECT begun, settled FROM batch ORDER BY begun DESC") == [(BEGAN, BEGAN + 9), (None, BEGAN + 9)]


def test_the_same_report_a_second_time_adds_nothing(lost, store, reported):
    given(lost, [person(n) for n in (1, 2, 3)], [ACCEPTED, REJECTED, UNKNOWN])
    given(lost, [person(4)], run_id=SECOND)
    given_left_out(lost, SCOPE, 5, "duplicate of row 1")
    folders = [reported(FIRST), reported(SECOND)]
    import_reports(store, folders)
    before = dump(store)
    for again in import_reports(store, [*folders, *folders]):
        assert again.gained == (False, 0, 0, 0)
    assert dump(store) == before


@pytest.mark.parametrize(
    ("known", "said", "kept"),
    [
        (ACCEPTED, UNKNOWN, "accepted"),
        (ACCEPTED, REJECTED, "accepted"),
        (ACCEPTED, CANCELLED, "cancelled"),
        (ACCEPTED, CANCELLING, "accepted"),
        (CANCELLING, ACCEPTED, "cancelling"),
        (CANCELLED, ACCEPTED, "cancelled"),
        (UNKNOWN, ACCEPTED, "accepted"),
        (UNKNOWN, NOT_SENT, "unknown"),
        (UNKNOWN, REJECTED, "unknown"),
        (None, REJECTED, "sending"),
        (None, ACCEPTED, "accepted"),
        (REJECTED, ACCEPTED, "accepted"),
        (REJECTED, UNKNOWN, "unknown"),
        (NOT_SENT, REJECTED, "rejected"),
    ],
)
def test_who_may_have_a_message_never_becomes_somebody_who_has_not(lost, store, reported, known, said, kept):
    given(store, [person(1), person(2)], [known, ACCEPTED], run_id=FIRST)
    given(lost, [person(1)], said, run_id=SECOND)
    import_reports(store, [reported(SECOND)])
    assert fates(store)["1/0"][0] == kept
    assert list(faults(store)) == []


@pytest.mark.parametrize("known", [REJECTED, NOT_SENT])
def test_a_ledger_that_has_the_run_knows_what_became_of_its_doubts(lost, store, reported, known):
    given(store, [person(1)], known, status="completed")
    given(lost, [person(1)], UNKNOWN)
    (done,) = import_reports(store, [reported(FIRST)])
    assert done.gained == (False, 0, 0, 0)
    assert fates(store) == {"1/0": (str(known.fate), FIRST)}


def test_a_ledger_from_before_the_run_ended_learns_the_end(lost, store, reported):
    given(lost, [person(1), person(2), person(3)])
    given(store, [person(1)], None)
    given(store, [person(2), person(3)], None, begun=None)
    (done,) = import_reports(store, [reported(FIRST)])
    assert done.gained == (False, 0, 3, 0)
    assert fates(store) == {f"{n}/0": ("accepted", FIRST) for n in (1, 2, 3)}
    # What was planned is in no batch any more that a run that goes on would hand over.
    assert store.rows("SELECT state, count(*) FROM batch GROUP BY 1") == [("settled", 2)]
    run = run_called(store, FIRST)
    assert (run.kind, run.status, run.finished, run.exit_code) == ("apply", "completed", BEGAN + 9, 0)


def test_newer_statuses_are_taken_and_older_ones_are_not(lost, store, reported):
    people = [person(n) for n in range(1, 5)]
    given(lost, people, [ACCEPTED._replace(status=status) for status in (1, 10, 4, 6)])
    given(store, people, [ACCEPTED._replace(status=status, cost=cost)
                          for status, cost in ((10, 120), (4, None), (None, 120), (10, 120))])  # fmt: skip
    (done,) = import_reports(store, [reported(FIRST)])
    assert done.gained == (False, 0, 0, 2)
    assert store.rows("SELECT status, cost FROM outcome ORDER BY message") == [
        (10, 120),
        (10, 120),
        (4, 120),
        (10, 120),
    ]


def test_what_was_cancelled_stays_so_and_its_successor_has_the_row(lost, store, reported, tmp_path):
    nothing_sent = Result(Fate.CANCELLED, status=13, attempts=1, reason=NOTHING_SENT)
    given(lost, [person(1), person(2), person(3)], [CANCELLED, CANCELLING, nothing_sent])
    with lost.transaction():
        lost.write("UPDATE message SET row = NULL WHERE id = 1")
    given(lost, [person(1, generation=1)], run_id=SECOND)
    folders = [reported(FIRST), reported(SECOND)]
    import_reports(store, folders)
    assert fates(store) == {
        "1/0": ("cancelled", FIRST), "2/0": ("cancelling", FIRST), "3/0": ("cancelled", FIRST),
        "1/1": ("accepted", SECOND),
    }  # fmt: skip
    assert store.rows("SELECT generation, row FROM message WHERE key = '1' ORDER BY 1") == [(0, None), (1, 1)]
    assert drawn(store, SECOND, tmp_path) == written(folders[1])


def test_what_has_a_successor_was_cancelled_though_its_report_is_older_than_that(lost, store, reported):
    (number,) = given(lost, [person(1)])
    first = reported(FIRST)
    with lost.transaction():
        lost.write("UPDATE outcome SET fate = 'cancelled', status = 13")
        lost.write("UPDATE message SET row = NULL WHERE id = ?", (number,))
    given(lost, [person(1, generation=1)], REJECTED, run_id=SECOND)
    import_reports(store, [first, reported(SECOND)])
    assert fates(store) == {"1/0": ("cancelled", FIRST), "1/1": ("rejected", SECOND)}


def test_who_was_hashed_under_an_older_spelling_is_found_by_it(lost, store, reported):
    given(lost, [person(1, key="12", hashed="۱۲"), person(2, key="'=a", hashed="'=a")])
    with lost.transaction():
        lost.write("UPDATE message SET spelling = '۱۲' WHERE key = '12'")
    import_reports(store, [reported(FIRST)])
    assert store.rows("SELECT key, spelling FROM message ORDER BY id") == [("12", "۱۲"), ("'=a", None)]


def test_of_whom_a_ledger_forgot_all_but_the_localid_a_report_need_not_know_more(lost, store, reported):
    given(lost, [person(1), person(2, generation=1)])
    with lost.transaction():
        lost.write("UPDATE message SET key = iif(generation, '#7', ''), phone = '', text = ''")
    import_reports(store, [reported(FIRST)])
    assert store.rows("SELECT localid, key, phone FROM message") == lost.rows("SELECT localid, key, phone FROM message")


def test_what_went_to_a_sandbox_never_stands_for_what_went_out(lost, store, reported):
    sandbox = SCOPE._replace(provider="loopback")
    given(lost, [person(1)], run_id=FIRST, scope=sandbox)
    given(store, [person(1)], REJECTED, run_id=SECOND)
    import_reports(store, [reported(FIRST, sandbox)])
    assert store.rows("SELECT provider, fate FROM history ORDER BY message") == [
        ("api.kavenegar.com", "rejected"), ("loopback", "accepted"),
    ]  # fmt: skip


def test_a_rehearsal_is_left_out(lost, store, reported):
    rehearsed = SCOPE._replace(occurrence=SECOND)
    given(lost, [person(1)])
    given(lost, [person(1, rehearsed)], run_id=SECOND, scope=rehearsed, rehearsal=True)
    done = import_reports(store, [reported(FIRST), reported(SECOND, rehearsed)])
    assert [one.gained and one.gained.messages for one in done] == [1, None]
    assert [run.run_id for run in runs(store)] == [FIRST]


def test_a_list_that_a_later_run_knows_stays_as_it_is(lost, store, reported):
    given(store, [person(1), person(2)], run_id=SECOND)
    given_left_out(store, SCOPE, 3, "is on opt-outs.csv:2")
    given(lost, [person(1, row=7), person(9)])
    given_left_out(lost, SCOPE, 2, "duplicate of row 1")
    import_reports(store, [reported(FIRST)])
    assert store.rows("SELECT key, row FROM message ORDER BY key") == [("1", 1), ("2", 2), ("9", None)]
    assert store.rows("SELECT row, reason FROM left_out") == [(3, "is on opt-outs.csv:2")]


def test_many_messages_that_were_never_sent_are_in_batches_of_two_hundred(lost, store, reported):
    given(lost, [person(n) for n in range(1, 502)], None, begun=None)
    import_reports(store, [reported(FIRST)])
    assert store.rows("SELECT count(*) FROM message GROUP BY batch") == [(200,), (200,), (101,)]


def changed_json(**values):
    def change(folder):
        path = folder / "report.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


def changed_rows(change):
    """Changes `messages.csv` as a list of lines, the header first."""

    def rewrite(folder):
        path = folder / "messages.csv"
        lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
        change(lines)
        path.write_bytes("\r\n".join(lines).encode())

    return rewrite


def cell(line, column, value):
    def change(lines):
        cells = lines[line - 1].split(",")
        cells[lines[0].split(",").index(column)] = value
        lines[line - 1] = ",".join(cells)

    return changed_rows(change)


WRONG = {
    "no json": (lambda folder: (folder / "report.json").unlink(), "report.json: is missing: without it nobody knows"),
    "no csv": (lambda folder: (folder / "messages.csv").unlink(), "messages.csv: is missing: without it nobody knows"),
    "broken json": (lambda folder: (folder / "report.json").write_text("{\n  ,"), "report.json:2:3: is not JSON"),
    "newer": (changed_json(version=2), "report.json: version: 2 is not 1: another version of kaverun wrote it"),
    "no object": (lambda folder: (folder / "report.json").write_text("[]"), "report.json: version: nothing is not 1"),
    "odd name": (changed_json(campaign="../x"), "report.json: campaign: String should match pattern"),
    "odd batch": (changed_json(batches=[{"batch": "x"}]), "report.json: batches.0.begun: is missing"),
    "another occurrence": (changed_json(occurrence="twice"), "messages.csv:2: localid: "),
    "another key": (cell(3, "key", "3"), "messages.csv:3: localid: "),
    "another generation": (cell(2, "generation", "1"), "messages.csv:2: localid: "),
    "no localid": (cell(2, "localid", ""), "messages.csv:2: localid: is missing"),
    "no messageid": (cell(2, "messageid", ""), "messages.csv:2: messageid: is missing, and the message is accepted"),
    "in Excel": (cell(2, "phone", "9260000001"), 'messages.csv:2: phone: "9260***0001" is not a mobile number as'),
    "no number": (cell(3, "status", "1.0"), 'messages.csv:3: status: "1.0" is not a whole number'),
    "huge": (cell(3, "cost", "9" * 19), "messages.csv:3: cost: "),
    "odd fate": (cell(2, "fate", "sent"), 'messages.csv:2: fate: "sent" is not one of planned, sending, accepted'),
    "odd action": (cell(2, "action", "sent"), 'messages.csv:2: action: "sent" is not one of send, done, skip, invalid'),
    "odd date": (cell(2, "date", "tomorrow"), 'messages.csv:2: date: "tomorrow" is not a time in UTC'),
    "a cell more": (cell(3, "text", "a,b"), "messages.csv:3: has 24 cells, and its header 23"),
    "a quote": (cell(3, "text", '"a'), "messages.csv:5: unexpected end of data"),
    "an older one": (changed_rows(lambda lines: lines.__setitem__(0, lines[0].replace(",fate", ",x"))),
                     "messages.csv:1: has no column fate: it was written by an earlier version"),
    "no line end": (changed_rows(lambda lines: lines.pop()), "messages.csv:4: the file ends in the middle of a row"),
    "cut off": (changed_rows(lambda lines: lines.__delitem__(3)), "messages.csv: has 2 rows of batch 1, of which 3 "),
    "nothing": (lambda folder: (folder / "messages.csv").write_text(""), "messages.csv: is empty: take a copy"),
    "no text": (lambda folder: (folder / "messages.csv").write_bytes(b"\xff\xfe\n"), "messages.csv:1: it is not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_of_a_report_that_was_changed_nothing_is_imported(lost, store, reported, what):
    change, words = WRONG[what]
    given(lost, [person(1), person(2), person(3)])
    folders = [reported(FIRST)]
    given(lost, [person(4)], run_id=SECOND)
    folders.append(reported(SECOND))
    change(folders[0])
    with pytest.raises(Invalid) as wrong:
        import_reports(store, [folders[0].parent.parent])
    assert f"{folders[0]}/{words}" in str(wrong.value)
    assert (runs(store), store.rows("SELECT 1 FROM message")) == ([], [])
    assert store.rows("SELECT 1 FROM temp.sqlite_schema") == []


def test_so_much_may_be_wrong_that_reading_ends(lost, store, reported):
    given(lost, 1500)
    with pytest.raises(Invalid) as wrong:
        import_reports(store, [reported(FIRST)])
    assert len(wrong.value.problems) == 20


def test_a_folder_without_reports_is_refused(store, tmp_path):
    (tmp_path / "empty" / ".20261123T062151Z-8f2dc5.draft").mkdir(parents=True)
    with pytest.raises(Refused, match="there is no report in it or below it"):
        import_reports(store, [tmp_path / "empty"])


def test_a_report_that_has_a_run_at_another_provider_than_the_ledger_or_another_report_is_refused(
    lost, store, reported, tmp_path
):
    given(lost, [person(1)])
    folder = reported(FIRST)
    copytree(folder, tmp_path / "copy")
    changed_json(provider="loopback")(tmp_path / "copy")
    with pytest.raises(Refused, match=f"in {folder} the run {FIRST} is of nowruz once api"):
        import_reports(store, [folder, tmp_path / "copy"])
    given(store, [person(1)])
    with pytest.raises(Refused, match="it is of nowruz once loopback, and in the ledger "):
        import_reports(store, [tmp_path / "copy"])


def test_nothing_is_imported_while_somebody_works_on_the_campaign(lost, reported, tmp_path):
    given(lost, [person(1)])
    folder = reported(FIRST)
    with closing(open_ledger(tmp_path / "ledger.db")) as store:
        with store.locked("nowruz", BEGAN), pytest.raises(Locked):
            import_reports(store, [folder])
        assert runs(store) == []
        import_reports(store, [folder])
        assert fates(store) == {"1/0": ("accepted", FIRST)}
