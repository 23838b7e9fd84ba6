"""The library against a sandbox over HTTP: what it promises holds as it does for the command."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread

import pytest

from kaverun import (
    Client,
    Invalid,
    LimitExceeded,
    Locked,
    NotConfirmed,
    Observer,
    Refused,
    Sandbox,
    apply,
    load,
    plan,
    report,
    status,
)

CAMPAIGN = """\
version: 1
name: nowruz
message: "{{ name }} سلام"
senders: ["10004346"]
sending: {batch: 10, concurrency: 2}
retry: {attempts: 3, initial: 10ms, max: 20ms, jitter: 1ms, read_timeout: 1s}
"""


@pytest.fixture
def sandbox(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()  # so that no ledger is looked for above
    with Sandbox() as sandbox:
        yield sandbox


def people(count, text="نام"):
    return ({"phone": f"0926{n:07d}", "name": f"{text} {n}"} for n in range(count))


def numbers(sandbox):
    return [int(message.receptor[4:]) for message in sandbox.messages()]


def test_a_generator_of_mappings_reaches_everyone_once_and_again_nobody(sandbox):
    done = apply(load(CAMPAIGN, recipients=people(45)), client=sandbox.client(), yes=True)
    assert (done.status, done.exit_code, done.counts.accepted) == ("completed", 0, 45)
    assert sorted(numbers(sandbox)) == list(range(45))
    again = apply(load(CAMPAIGN, recipients=people(50)), client=sandbox.client(), yes=True)
    assert (again.counts.done, again.counts.accepted) == (45, 5)
    assert sorted(numbers(sandbox)) == list(range(50))
    assert apply(load(CAMPAIGN, recipients=people(50)), client=sandbox.client()).run_id == ""


def test_rows_of_a_database_are_recipients_and_are_numbered(sandbox):
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.execute("CREATE TABLE member (phone, name)")
    database.executemany("INSERT INTO member VALUES (?, ?)", [("09260000001", "سارا"), ("12", None)])
    text = CAMPAIGN + "recipients: {on_invalid: skip}\n"
    rows = database.execute("SELECT * FROM member")
    apply(load(text, recipients=rows), client=sandbox.client(), yes=True)
    found = [(row["row"], row["file"], row["action"]) for row in report("nowruz").rows()]
    assert found == [(1, "<recipients>", "send"), (2, "<recipients>", "invalid")]
    database.close()


def test_the_columns_and_rules_of_the_file_hold_for_rows_that_are_handed_over(sandbox, tmp_path):
    (tmp_path / "out.csv").write_text("09260000002\n")
    data = {
        "version": 1,
        "name": "nowruz",
        "message": "{{ due.year }} {{ amount * 2 }} {{ price }}",
        "recipients": {
            "csv": "not-there.csv",
            "phone": "mobile",
            "where": "amount > 1",
            "exclude": "out.csv",
            "columns": {"due": "date", "amount": "decimal"},
        },
    }
    rows = [
        {"mobile": f"0926000000{n}", "due": date(2026, 3, 20), "amount": Decimal(f"{n}.50"), "price": Decimal("12.50")}
        for n in range(4)
    ]
    made = plan(load(data, recipients=rows), client=sandbox.client())
    assert [(entry.action, entry.cause, entry.text) for entry in made.entries()] == [
        ("skip", "filtered", ""),
        ("send", "", "2026 3.00 12.50"),
        ("skip", "excluded", ""),
        ("send", "", "2026 7.00 12.50"),
    ]


def test_a_plan_is_its_own_agreement_and_what_was_approved_is_sent(sandbox, tmp_path):
    made = plan(load(CAMPAIGN, recipients=people(3)), client=sandbox.client())
    assert (made.totals.send, made.totals.rows) == (3, 3)
    done = apply(made, client=sandbox.client())
    assert done.digest == made.digest
    assert done.counts.accepted == 3
    assert [entry.action for entry in made.entries()] == ["done"] * 3


def test_a_plan_that_was_kept_has_the_rows_that_were_handed_over(sandbox, tmp_path):
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN.replace("سلام", "{{ gift }} سلام") + "vars: {gift: چای}\n")
    loaded = load("campaign.yaml", recipients=people(3), variables={"gift": "قهوه"})
    plan(loaded, client=sandbox.client(), out="nowruz.kvplan")
    del loaded
    assert apply("nowruz.kvplan", client=sandbox.client()).counts.accepted == 3
    assert [message.text for message in sandbox.messages()] == [f"نام {n} قهوه سلام" for n in range(3)]
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN.replace("سلام", "درود"))
    with pytest.raises(Invalid, match="was changed since the plan was made"):
        apply("nowruz.kvplan", client=sandbox.client())


def test_nothing_is_sent_unless_somebody_agrees(sandbox):
    client, seen = sandbox.client(), []
    with pytest.raises(NotConfirmed, match="yes=True"):
        apply(load(CAMPAIGN, recipients=people(3)), client=client)
    with pytest.raises(NotConfirmed, match="declined"):
        apply(load(CAMPAIGN, recipients=people(3)), client=client, approve=lambda plan: seen.append(plan.digest))
    with pytest.raises(Refused, match="not the expected"):
        apply(load(CAMPAIGN, recipients=people(4)), client=client, expect=seen[0], yes=True)
    assert numbers(sandbox) == []
    apply(load(CAMPAIGN, recipients=people(3)), client=client, expect=seen[0])
    assert len(numbers(sandbox)) == 3


def test_a_limit_refuses_the_run_and_not_the_plan(sandbox):
    text = CAMPAIGN + "limits: {recipients: 2}\n"
    made = plan(load(text, recipients=people(3)), client=sandbox.client())
    assert "more than the limit of 2" in made.refusals[0].what
    with pytest.raises(LimitExceeded):
        apply(made, client=sandbox.client())
    assert numbers(sandbox) == []
    apply(load(text, recipients=people(3)), client=sandbox.client(), yes=True, allow_over=["recipients"])
    assert len(numbers(sandbox)) == 3
    with pytest.raises(ValueError, match="is not one of"):
        plan(load(text, recipients=people(3)), allow_over=["number"])


def test_a_new_ledger_is_accepted_only_by_name_where_people_get_what_is_sent(sandbox, monkeypatch):
    monkeypatch.setattr(Client, "provider", "api.kavenegar.com")
    with pytest.raises(Refused, match="is new: it has no runs"):
        apply(load(CAMPAIGN, recipients=people(3)), client=sandbox.client(), yes=True)
    assert numbers(sandbox) == []
    apply(load(CAMPAIGN, recipients=people(3)), client=sandbox.client(), yes=True, new_ledger=True)
    assert len(numbers(sandbox)) == 3


def test_a_run_that_is_stopped_goes_on_with_the_rows_it_has(sandbox):
    stopping = Event()

    class Impatient(Observer):
        def sent(self, progress):
            stopping.set()

    cut = apply(
        load(CAMPAIGN, recipients=people(400)),
        client=sandbox.client(),
        yes=True,
        stopping=stopping,
        observer=Impatient(),
    )
    assert (cut.status, cut.exit_code) == ("interrupted", 130)
    assert 0 < len(numbers(sandbox)) < 400

    class Planning(Observer):
        rows = 0

        def planned(self, rows):
            self.rows = rows

    planning = Planning()
    rest = apply(load(CAMPAIGN, recipients=people(400)), client=sandbox.client(), yes=True, observer=planning)
    assert planning.rows == 0, "the rows are in the ledger, and nothing had to be planned again"
    assert rest.status == "completed"
    assert sorted(numbers(sandbox)) == list(range(400))


def test_two_threads_never_apply_one_campaign_at_once(sandbox):
    inside, answered = Event(), Event()

    def approve(plan):
        inside.set()
        return answered.wait(30)

    first = Thread(target=lambda: apply(load(CAMPAIGN, recipients=people(3)), client=sandbox.client(), approve=approve))
    first.start()
    assert inside.wait(30)
    with pytest.raises(Locked):
        apply(load(CAMPAIGN, recipients=people(3)), client=sandbox.client(), yes=True)
    answered.set()
    first.join(30)
    assert sorted(numbers(sandbox)) == [0, 1, 2]


def test_statuses_come_into_the_ledger_and_into_the_report(sandbox):
    loaded = load(CAMPAIGN, recipients=people(3))
    done = apply(loaded, client=sandbox.client(), yes=True)
    assert report(done).statuses == {1: 3}
    sandbox.clock.advance(3600)
    for subject in (loaded, done, done.run_id, "nowruz"):
        found = status(subject, client=sandbox.client())
        assert (found.accepted, found.open, found.statuses, found.not_known) == (3, 0, {10: 3}, 0)
    assert report("nowruz").statuses == {10: 3}
    assert [row["status"] for row in report(loaded).rows("delivered")] == [10] * 3
    assert list(report(done.run_id).rows("rejected")) == []
    with pytest.raises(Refused, match="knows nothing of a campaign other"):
        status("other", client=sandbox.client(), ledger=".kaverun/ledger.db")


def test_statuses_are_waited_for_until_they_are_final(sandbox):
    apply(load(CAMPAIGN, recipients=people(3)), client=sandbox.client(), yes=True)
    waits = []

    class Screen(Observer):
        def waiting(self, still_open, messages):
            waits.append(still_open)

    class Skipping:
        """Waits by moving the sandbox's hour."""

        now = monotonic = sandbox.clock.now
        sleep = sandbox.clock.advance

    assert status("nowruz", client=sandbox.client()).open == 3
    found = status("nowruz", client=sandbox.client(), wait=60, clock=Skipping(), observer=Screen())
    assert (found.open, found.statuses) == (0, {10: 3})
    assert waits == [3] * 4, "after 1, 2, 4 and 8 seconds, of which the last is more than the ten it takes"
    waits.clear()
    assert status("nowruz", client=sandbox.client(), wait=60, clock=Skipping(), observer=Screen()).open == 0
    assert waits == []


def test_a_plan_of_a_text_is_not_kept_in_a_file(sandbox, tmp_path):
    with pytest.raises(Refused, match="only if its campaign is a file too"):
        plan(load(CAMPAIGN, recipients=people(3)), out="nowruz.kvplan")
    assert not (tmp_path / "nowruz.kvplan").exists()


def test_a_report_merges_the_runs_of_a_campaign_and_is_written_by_its_name(sandbox, tmp_path):
    first = apply(load(CAMPAIGN, recipients=people(2)), client=sandbox.client(), yes=True)
    apply(load(CAMPAIGN, recipients=people(3)), client=sandbox.client(), yes=True)
    merged = report("nowruz")
    assert (merged.counts.accepted, len(merged.runs), merged.run_id) == (3, 2, "")
    assert report(first.run_id).counts.accepted == 2
    merged.write("nowruz.csv")
    assert (tmp_path / "nowruz.csv").read_text(encoding="utf-8-sig").count("\n") == 4
    merged.write("nowruz.xlsx", only=["delivered"])
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(Refused, match="is not a report"):
        merged.write("mine.csv")
    with pytest.raises(Refused, match="knows no campaign other"):
        report("other", ledger=".kaverun/ledger.db")


def test_all_errors_come_at_once_with_their_places(sandbox, tmp_path):
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN.replace("name: nowruz", "name: Nowruz") + "sendig: 1\n")
    with pytest.raises(Invalid) as caught:
        load("campaign.yaml", recipients=[{"phone": "0912", "name": "سارا"}])
    places = [(problem.path, problem.line, problem.row) for problem in caught.value.problems]
    assert places == [("campaign.yaml", 2, 0), ("campaign.yaml", 7, 0), ("<recipients>", 1, 1)]
    with pytest.raises(Invalid, match="no recipients were handed over"):
        plan(load(CAMPAIGN, recipients=[]), client=sandbox.client())


def test_a_campaign_is_a_file_its_text_or_its_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "members.csv").write_text("phone,name\n09260000001,سارا\n", encoding="utf-8")
    text = 'version: 1\nname: nowruz\nrecipients: members.csv\nmessage: "{{ name }} سلام"\n'
    (tmp_path / "lists" / "campaign.yaml").write_text(text, encoding="utf-8")
    data = {"version": 1, "name": "nowruz", "recipients": Path("members.csv"), "message": "{{ name }} سلام"}
    loaded = [load("lists/campaign.yaml"), load(text, folder="lists"), load(data, folder=tmp_path / "lists")]
    digests = {plan(one).digest for one in loaded}
    assert len(digests) == 1
    with pytest.raises(Invalid, match="<campaign>: the data cannot be written as YAML"):
        load({"name": "\ud800"})


def test_a_client_refuses_keys_that_are_none_and_ways_that_show_them(monkeypatch):
    monkeypatch.delenv("KAVENEGAR_API_KEY", raising=False)
    for key, url in ((None, None), ("", None), ("two words", None), ("a-key", "http://example.org/v1")):
        with pytest.raises(Refused):
            Client(key, url)
    monkeypatch.setenv("KAVENEGAR_API_KEY", "from-the-environment")
    assert Client().provider == "api.kavenegar.com"
    assert "from-the-environment" not in repr(vars(Client()))
