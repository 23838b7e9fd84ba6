"""A ledger that was lost is made whole from the provider; dying on the way there repeats nothing either."""

from __future__ import annotations

import pytest
from emulated.clock import EmulatedClock
from emulated.process import Moment, Process
from emulated.provider import EmulatedProvider

# More than fit into one batch of the ledger and into one question to the provider.
PEOPLE = 620


@pytest.fixture
def process(tmp_path):
    """Everyone but the last twenty was sent to, then the ledger was deleted; this provider forgets every localid."""
    clock = EmulatedClock()
    provider = EmulatedProvider(clock)
    provider.dedupe = False
    process = Process(tmp_path, clock, provider)
    write_campaign(tmp_path, PEOPLE - 20)
    assert process.apply().status == "completed"
    process.lose_ledger()
    write_campaign(tmp_path, PEOPLE)
    return process


def write_campaign(folder, people):
    rows = "".join(f"{phone(n)},نام {n}\n" for n in range(people))
    (folder / "members.csv").write_text(f"phone,name\n{rows}", encoding="utf-8")
    (folder / "campaign.yaml").write_text(
        "version: 1\nname: lost\nrecipients: members.csv\nsenders: ['10004346']\nmessage: '{{ name }}، سلام'\n"
        "retry: {attempts: 2, initial: 1s, jitter: 0s, read_timeout: 10s}\n",
        encoding="utf-8",
    )


def phone(number):
    return f"0926{number:07d}"


def everyone_once(process):
    receptors = sorted(held.receptor for held in process.provider.books.held)
    assert len(receptors) == len(set(receptors)), f"{len(receptors) - len(set(receptors))} were sent twice"
    assert receptors == [phone(n) for n in range(PEOPLE)]


def test_what_the_provider_has_is_found_and_only_the_rest_is_sent(process):
    report = process.apply()
    everyone_once(process)
    told = {row["phone"]: row["messageid"] for row in process.rows(report)}
    assert told == {held.receptor: str(held.messageid) for held in process.provider.books.held}


@pytest.mark.parametrize("place", ["commit", "committed"])
def test_dying_at_any_commit_while_it_is_made_whole_repeats_nothing(process, place):
    files, books = process.files(), process.provider.books.copy()
    for count in range(1, 30):
        process.put_back(files)
        process.provider.books = books.copy()
        if process.apply(Moment(place, count)) is not None:
            break
        assert process.apply().status == "completed"
        everyone_once(process)
    assert count > 4, "a run has more commits than that"


@pytest.mark.parametrize("count", range(1, 4))
def test_a_question_that_is_lost_on_the_way_there_repeats_nothing(process, count):
    process.provider.lookup_troubles.extend([""] * count + ["lost before"] * 2)
    process.apply()
    assert process.apply().status == "completed"
    everyone_once(process)
