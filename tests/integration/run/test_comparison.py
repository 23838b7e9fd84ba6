"""The ledger next to the outbox of a sandbox: what each has alone is named; in both dialects of the service."""

from __future__ import annotations

from contextlib import closing
from threading import Event

import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import NotReached
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.opening import open_ledger, read_ledger
from kaverun.ledger.runs import run_called
from kaverun.ledger.statuses import record_statuses
from kaverun.reconcile.comparison import compare
from kaverun.reconcile.listing import StatusPair, Sum
from kaverun.run.retrying import Patience
from tests.ledger_rows import ACCEPTED, given_messages, message

HOUR, DAY = 3600, 86_400
DIALECTS = pytest.mark.parametrize("dialect", ["document", "live"])
CAMPAIGN = "version: 1\nname: nowruz\nrecipients: members.csv\nchannel: {}\nmessage: {}\n"


def client_of(bench):
    """A client that judges dates by the sandbox's clock, as a real one does by the hour it shares with the service."""
    return Client.connect(bench.sandbox.url, Secret("key-of-the-bench"), Timeouts(1, 5), clock=bench.sandbox.clock)


def compared(bench, run_id=None):
    clock = bench.sandbox.clock
    patience = Patience(Retry(attempts=2, initial="10ms"), Event(), clock, lambda seconds: None)
    with closing(read_ledger(bench.folder / "ledger.db")) as store:
        run = run_called(store, run_id) if run_id else None
        return compare(store, client_of(bench), patience, clock, bench.scope, run)


def adopt(bench, run_id, number, **result):
    """One more accepted message that the ledger has."""
    with closing(open_ledger(bench.folder / "ledger.db")) as store:
        more = ACCEPTED._replace(**result)
        now = bench.sandbox.clock.now()
        given_messages(store, bench.scope, [message(number)], more, run_id=run_id, begun=now, kind="found")


@pytest.fixture
def applied(bench):
    def make(people=20, **settings):
        made = bench(people=people, **settings)
        made.apply()
        return made

    return make


@DIALECTS
def test_after_an_apply_nothing_differs(applied, dialect):
    bench = applied(dialect=dialect)
    bench.sandbox.clock.advance(60)
    result = compared(bench)
    assert (result.differs, result.complete, result.exit_code) == (False, True, 0)
    assert (result.kept, result.parts, result.listing.both) == (Sum(20, 2400), 20, Sum(20, 2400))
    assert result.counted == ((20, 20, 2400) if dialect == "live" else (20, None, None))
    assert result.listing.statuses == (StatusPair(1, 10, 20),)


@DIALECTS
def test_what_another_client_sent_is_not_in_the_ledger_and_its_number_is_masked(applied, dialect):
    bench = applied(dialect=dialect)
    (sent,) = bench.client.send("09121112222", "hello", sender="30002626")
    result = compared(bench)
    assert (result.differs, result.complete, result.exit_code) == (True, True, 3)
    (example,) = result.listing.strange.examples
    assert (example.messageid, example.phone, example.line) == (sent.messageid, "0912***2222", "30002626")
    assert (result.listing.strange.messages, result.listing.strange.cost) == (1, 300)


@DIALECTS
def test_what_the_provider_does_not_have_is_missing(applied, dialect):
    bench = applied(dialect=dialect)
    adopt(bench, "more", 77, messageid=9_999_999_999)
    result = compared(bench)
    assert result.exit_code == 3
    (example,) = result.listing.missing.examples
    assert (example.messageid, example.phone, example.row) == (9_999_999_999, "0926***0077", 77)
    assert (result.listing.missing.messages, result.listing.missing.cost) == (1, 120)


def test_messages_of_other_campaigns_in_the_ledger_are_only_counted(applied):
    bench = applied()
    text = (bench.folder / "campaign.yaml").read_text(encoding="utf-8")
    (bench.folder / "campaign.yaml").write_text(text.replace("nowruz", "yalda"), encoding="utf-8")
    bench.apply()
    result = compared(bench)
    assert (result.exit_code, result.listing.elsewhere, result.listing.strange.messages) == (0, Sum(20, 2400), 0)


def test_what_is_in_doubt_is_recognised_in_the_outbox(bench):
    bench = bench(people=20)
    bench.intend(sent=[3, 5])
    result = compared(bench)
    assert (result.doubtful, result.listing.doubts, result.listing.strange.messages) == (20, 2, 0)
    assert result.exit_code == 3
    bench.apply()
    assert compared(bench).exit_code == 0


@pytest.mark.parametrize("channel", ["voice", "lookup"])
def test_calls_and_lookups_agree_as_well(applied, channel):
    message = "{template: verify, token: x}" if channel == "lookup" else "سلام"
    bench = applied(people=4, campaign=CAMPAIGN.format(channel, message))
    bench.sandbox.clock.advance(60)
    result = compared(bench)
    assert (result.exit_code, result.listing.both.messages, result.listing.statuses) == (0, 4, (StatusPair(1, 10, 4),))


def test_a_call_in_doubt_is_recognised_without_its_line(bench):
    bench = bench(people=2, campaign=CAMPAIGN.format("voice", "سلام"))
    bench.intend()
    bench.client.make_tts("09260000001", "سلام")
    result = compared(bench)
    assert (result.doubtful, result.listing.doubts, result.listing.strange.messages) == (2, 1, 0)


def test_another_text_to_the_same_number_is_no_doubt_of_ours(bench):
    bench = bench(people=2)
    bench.intend()
    bench.client.send("09260000001", "another text", sender="10004346")
    result = compared(bench)
    assert (result.listing.doubts, result.listing.strange.messages) == (0, 1)


def test_costs_that_differ_are_named_and_what_the_ledger_has_no_cost_for_is_not(applied):
    bench = applied(people=2)
    sent = [bench.client.send(f"092600000{number}", "سلام", sender="10004346")[0] for number in (77, 78)]
    adopt(bench, "more", 77, messageid=sent[0].messageid, cost=100)
    adopt(bench, "less", 78, messageid=sent[1].messageid, cost=None)
    costs = compared(bench).listing.costs
    assert (costs.messages, costs.cost) == (1, 20)
    assert [(one.messageid, one.ledger_cost, one.listed_cost) for one in costs.examples] == [
        (sent[0].messageid, 100, 120)
    ]


def test_a_status_that_was_final_differs_when_it_is_another_there(applied):
    bench = applied(people=3)
    with closing(open_ledger(bench.folder / "ledger.db")) as store:
        record_statuses(store, {11: [2]}, {})
    bench.sandbox.clock.advance(60)
    result = compared(bench)
    assert result.listing.statuses == (StatusPair(1, 10, 2), StatusPair(11, 10, 1))
    assert result.differs


def test_what_somebody_else_cancelled_differs(applied):
    bench = applied(people=3)
    bench.client.cancel([bench.sandbox.messages()[0].messageid])
    bench.sandbox.clock.advance(60)
    result = compared(bench)
    assert result.listing.statuses == (StatusPair(1, 10, 2), StatusPair(1, 13, 1))
    assert result.differs


@DIALECTS
def test_without_an_ip_whitelist_only_counts_are_compared(applied, dialect):
    bench = applied(dialect=dialect, ip_whitelist=("203.0.113.1",))
    result = compared(bench)
    assert (result.listing, result.differs, result.complete, result.exit_code) == (None, False, False, 3)
    assert "407" in result.refusal
    assert (result.counted.messages, result.around) == (20, Sum(20, 2400))
    bench.client.send("09121112222", "hello")
    assert compared(bench).differs


def test_more_messages_in_a_second_than_a_list_holds_are_asked_for_by_id(bench):
    bench = bench(people=1_200)
    bench.sandbox.clock.stop()
    bench.apply()
    result = compared(bench)
    assert (result.exit_code, result.listing.both) == (0, Sum(1_200, 144_000))
    bench.client.send(["09121112222"] * 2, "hello")
    result = compared(bench)
    assert (result.listing.unlisted, result.listing.strange.messages, result.complete) == (2, 0, False)


def test_a_busy_hour_is_listed_in_as_many_pieces_as_it_takes(applied):
    bench = applied(people=400)
    bench.sandbox.clock.advance(30)
    bench.write_list(range(800))
    bench.apply()
    bench.sandbox.clock.advance(30)
    bench.client.send(["09121112222"] * 100, "hello")
    result = compared(bench)
    assert (result.listing.both.messages, result.listing.strange.messages) == (800, 100)
    assert not bench.asked("sms/select")


def test_past_three_days_the_outbox_is_not_asked_and_messages_are_asked_for_by_id(applied):
    bench = applied()
    bench.sandbox.clock.advance(4 * DAY)
    result = compared(bench)
    assert not bench.asked("sms/selectoutbox")
    assert (result.spans.asked, len(result.spans.refused)) == ((), 1)
    assert (result.listing.both.messages, result.differs, result.exit_code) == (20, False, 3)
    adopt(bench, "more", 77, messageid=9_999_999_999)
    bench.sandbox.clock.advance(4 * DAY)
    result = compared(bench)
    assert (result.listing.missing.messages, result.listing.out_of_reach) == (0, 1)


@pytest.mark.parametrize("outbox_by", ["date", "acceptance"])
def test_scheduled_messages_are_found_wherever_the_outbox_lists_them(bench, outbox_by):
    bench = bench(people=5, outbox_by=outbox_by)
    with (bench.folder / "campaign.yaml").open("a", encoding="utf-8") as file:
        file.write("schedule: {at: 2040-01-01 12:00, timezone: UTC}\n")
    bench.apply()
    result = compared(bench)
    assert (result.exit_code, result.listing.both.messages, len(result.spans.asked)) == (0, 5, 2)
    assert not bench.asked("sms/select")
    assert result.counted.messages == result.around.messages == 5


def test_a_run_is_compared_by_itself(applied):
    bench = applied(people=5)
    bench.write_list(range(8))
    report, _ = bench.apply()
    result = compared(bench, report.run_id)
    assert (result.kept.messages, result.listing.elsewhere.messages, result.exit_code) == (3, 5, 0)


def test_nothing_is_changed_by_it(applied):
    bench = applied()
    files = [bench.folder / name for name in ("ledger.db", "ledger.db-wal")]
    writer = open_ledger(files[0])  # While it is open, the log stays.
    before = [file.read_bytes() for file in files]
    messages = bench.sandbox.messages()
    compared(bench)
    assert [file.read_bytes() for file in files] == before
    writer.close()
    assert len(bench.sandbox.messages()) == len(messages)


def test_a_campaign_that_was_never_sent_has_nothing_to_compare(bench):
    bench = bench()
    result = compared(bench)
    assert (result.exit_code, result.kept.messages, result.spans.asked) == (0, 0, ())
    assert not bench.sandbox.requests()


def test_a_provider_that_cannot_be_reached_is_an_error(applied):
    bench = applied()
    bench.sandbox.stop()
    with pytest.raises(NotReached):
        compared(bench)
