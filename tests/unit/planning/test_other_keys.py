"""Who has the message already is not sent it again because a list or a column gives other keys."""

from __future__ import annotations

import pytest

from kaverun.message.fate import Fate
from kaverun.planning.other_keys import AS_NEW_PEOPLE

BY_ID = "recipients: {csv: members.csv, key: id}\nmessage: سلام\n"
BY_NUMBER = "recipients: members.csv\nmessage: سلام\n"
FOUR = [("09260000001", "0011"), ("09260000002", "0012"), ("09260000003", "0013"), ("09260000004", "0014")]


@pytest.fixture
def earlier(remembered):
    """Ledgers of earlier runs of the occurrence: numbers and keys of their messages, all with one fate."""

    def make(people, column, fate=Fate.ACCEPTED):
        phones = {key: phone for phone, key in people}
        return remembered(dict.fromkeys(phones, fate), phones=phones, key_column=column)

    return make


def members(people, column="id"):
    return f"phone,{column}\n" + "".join(f"{phone},{key}\n" for phone, key in people)


def renamed(people, spelling):
    return [(phone, spelling(key)) for phone, key in people]


@pytest.fixture
def refused(planned):
    """The refusals of a plan, in words."""

    def plan(campaign, people, store, column="id", **options):
        made = planned(campaign, store=store, members_csv=members(people, column), **options)
        return [str(problem) for problem in made.refusals]

    return plan


@pytest.mark.parametrize("column", ["id", None])
def test_zeros_lost_from_most_keys_refuse_the_plan_with_an_example_and_both_ways_out(refused, earlier, column):
    (words,) = refused(BY_ID, renamed(FOUR, lambda key: key.lstrip("0")), earlier(FOUR, column))
    assert words.startswith("campaign.yaml:3:")
    assert "recipients.key: 4 of 4 numbers on the list that were served have another key" in words
    assert "4 people who have the message already would get it again" in words
    assert '0926***0001 had the key "0011" and has "11" now' in words
    assert "--as-new-people" in words
    assert "recipients.same_number: new" in words


def test_other_keys_of_half_the_served_numbers_go_on_and_of_more_do_not(refused, earlier):
    assert refused(BY_ID, [*FOUR[:2], *renamed(FOUR[2:], lambda key: f"n{key}")], earlier(FOUR, "id")) == []
    assert len(refused(BY_ID, [FOUR[0], *renamed(FOUR[1:], lambda key: f"n{key}")], earlier(FOUR, "id"))) == 1


@pytest.mark.parametrize("fate", [Fate.ACCEPTED, Fate.SENDING, Fate.UNKNOWN])
def test_what_may_have_been_sent_counts_as_served(refused, earlier, fate):
    assert len(refused(BY_ID, renamed(FOUR, lambda key: key[1:]), earlier(FOUR, "id", fate))) == 1


@pytest.mark.parametrize("fate", [Fate.CANCELLED, Fate.REJECTED, Fate.NOT_SENT])
def test_who_got_nothing_may_come_under_another_key(refused, earlier, fate):
    assert refused(BY_ID, renamed(FOUR, lambda key: key[1:]), earlier(FOUR, "id", fate)) == []
    assert refused(BY_NUMBER, FOUR, earlier(FOUR, "id", fate)) == []


@pytest.mark.parametrize(
    ("campaign", "before", "people", "words"),
    [
        (BY_ID, "", [(phone, phone) for phone, _ in FOUR], "from the column 'id' now and came from the number itself"),
        (BY_NUMBER, "id", FOUR, "from the number itself now and came from the column 'id'"),
        (BY_ID, "card", renamed(FOUR, "C{}".format), "from the column 'id' now and came from the column 'card'"),
    ],
    ids=["added", "dropped", "another"],
)
def test_another_key_column_is_refused_for_a_single_number_that_would_get_it_again(
    refused, earlier, campaign, before, people, words
):
    others = [(f"0935000000{n}", f"9{n}") for n in range(5)]
    (told,) = refused(campaign, [*FOUR[:1], *others], earlier(people, before))
    assert words in told
    assert "somebody who has the message already would get it again" in told
    assert "09260000001" not in told


def test_a_number_that_was_the_key_is_masked_in_the_example(refused, earlier):
    (told,) = refused(BY_ID, FOUR, earlier([(phone, phone) for phone, _ in FOUR], ""))
    assert '0926***0001 had the key "0926***0001" and has "0011" now' in told


def test_a_column_that_was_added_is_refused_where_the_ledger_did_not_record_it(refused, earlier):
    assert len(refused(BY_ID, FOUR, earlier([(phone, phone) for phone, _ in FOUR], None))) == 1


def test_keys_old_and_new_side_by_side_are_refused_after_a_change_of_column(refused, earlier):
    both = [*FOUR, ("09260000001", "C-1")]
    assert len(refused(BY_ID, both, earlier(FOUR, "card"))) == 1
    assert refused(BY_ID, both, earlier(FOUR, "id")) == []


def test_a_renamed_column_with_the_same_keys_goes_on_and_sends_to_nobody_again(planned, earlier):
    campaign = BY_ID.replace("key: id", "key: member")
    people = [*FOUR, ("09350000001", "0099")]
    plan = planned(campaign, store=earlier(FOUR, "id"), members_csv=members(people, "member"))
    assert (plan.refusals, plan.totals.send, plan.totals.done) == ((), 1, 4)


def test_other_people_under_the_same_name_go_on(refused, earlier):
    others = [(f"0935000000{n}", str(n)) for n in range(5)]
    assert refused(BY_ID, others, earlier(FOUR, "id")) == []
    assert refused(BY_NUMBER, others, earlier([(phone, phone) for phone, _ in FOUR], "")) == []
    assert refused(BY_ID, others, earlier(FOUR, "card")) == []


def test_as_new_people_lifts_it_once_and_says_so(planned, earlier):
    people = members(renamed(FOUR, lambda key: key[2:]))
    plan = planned(BY_ID, store=earlier(FOUR, "id"), lifted={AS_NEW_PEOPLE}, members_csv=people)
    assert (plan.refusals, plan.totals.send) == ((), 4)
    assert [problem.key for problem in plan.lifted] == ["recipients.key"]
    assert "sent as to new people" in plan.lifted[0].what


def test_same_number_new_lifts_it_for_good(refused, earlier):
    campaign = BY_ID.replace("key: id", "key: id, same_number: new")
    assert refused(campaign, renamed(FOUR, lambda key: key[2:]), earlier(FOUR, "card")) == []
