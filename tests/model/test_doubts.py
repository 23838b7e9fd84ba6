"""Somebody whose message is in doubt, whatever happens to the list meanwhile."""

from __future__ import annotations

import pytest
from emulated.clock import EmulatedClock
from emulated.process import Moment, Process
from emulated.provider import EmulatedProvider

PEOPLE = 6


@pytest.fixture
def process(tmp_path):
    """A first run died when its only request was on its way, at a provider that forgets every localid."""
    clock = EmulatedClock()
    provider = EmulatedProvider(clock)
    provider.dedupe = False
    process = Process(tmp_path, clock, provider)
    write_list(process, range(PEOPLE))
    assert process.apply(Moment("late request", 1, delay=3.0)) is None
    return process


def write_list(process, people):
    rows = "".join(f"{phone(n)},نام {n}\n" for n in people)
    (process.folder / "members.csv").write_text(f"phone,name\n{rows}", encoding="utf-8")
    (process.folder / "campaign.yaml").write_text(
        "version: 1\nname: doubts\nrecipients: members.csv\nsenders: ['10004346']\nmessage: '{{ name }}، سلام'\n"
        "retry: {attempts: 2, initial: 1s, jitter: 0s, read_timeout: 10s}\n",
        encoding="utf-8",
    )


def phone(number):
    return f"0926{number:07d}"


def everyone_once(process):
    receptors = sorted(held.receptor for held in process.provider.books.held)
    assert receptors == [phone(n) for n in range(PEOPLE)]


def outcomes(process, report):
    return {row["phone"]: row["outcome"] or row["action"] for row in process.rows(report)}


def test_a_request_that_arrives_after_its_sender_died_is_waited_for(process):
    assert process.apply().status == "completed"
    everyone_once(process)


@pytest.mark.parametrize("pause", [0.0, 60.0], ids=["at once", "a minute later"])
def test_people_in_doubt_who_leave_the_list_and_come_back_are_not_sent_to_twice(process, pause):
    process.clock.sleep(pause)
    write_list(process, range(2))
    process.apply()
    process.clock.sleep(60)
    process.apply()
    write_list(process, range(PEOPLE))
    assert process.apply().status == "completed"
    everyone_once(process)


def test_where_the_provider_cannot_be_asked_what_is_in_doubt_is_called_unknown(process):
    process.clock.sleep(60)
    process.provider.lookup_troubles.extend(["lost before"] * 2)
    write_list(process, range(PEOPLE + 1))
    told = outcomes(process, process.apply())
    assert {told[phone(n)] for n in range(PEOPLE)} == {"unknown"}
    assert told[phone(PEOPLE)] == "not_sent"


@pytest.mark.parametrize("days", [0.6, 2, 4])
def test_a_doubt_older_than_the_look_up_is_settled_from_the_outbox_or_stays_unknown(process, days):
    process.clock.sleep(days * 86400)
    told = outcomes(process, process.apply())
    assert set(told.values()) <= {"done", "unknown"}
    if days < 3:
        assert set(told.values()) == {"done"}
    everyone_once(process)


def test_a_doubt_that_nothing_settles_is_never_sent_again_silently(process):
    process.provider.books.on_the_way.clear()
    process.clock.sleep(13 * 3600)
    for _ in range(3):
        assert set(outcomes(process, process.apply()).values()) == {"unknown"}
    assert not process.provider.books.held
