"""The table of deliveries."""

from __future__ import annotations

from collections import Counter

from kaverun.cli.delivery_text import delivery_table, expired_text
from kaverun.report.delivery import Delivery, Place


def table(*rows):
    """The lines of a table of (line, operator, status, messages)."""
    places = {}
    for line, operator, status, messages in rows:
        places.setdefault(Place(line, operator), Counter())[status] += messages
    return list(delivery_table(Delivery(0.0, 0, sum(places.values(), Counter()), places)))


def test_totals_come_first_and_what_was_delivered_before_the_rest():
    assert table(("3000", "MCI", 10, 900), ("3000", "MCI", 1, 50), ("3000", "", 11, 50), ("1000", "MCI", 14, 1000)) == [
        "                            accepted    Delivered   Undelivered   Blocked by recipient    In queue",
        "  all                          2,000   900  45.0%     50   2.5%           1,000  50.0%   50   2.5%",
        "  1000  MCI                    1,000     0   0.0%      0   0.0%           1,000 100.0%    0   0.0%",
        "  3000  operator not known        50     0   0.0%     50 100.0%               0   0.0%    0   0.0%",
        "  3000  MCI                      950   900  94.7%      0   0.0%               0   0.0%   50   5.3%",
    ]


def test_two_codes_of_one_meaning_share_a_column_and_unknown_ones_have_their_own():
    lines = table(("3000", "MCI", 4, 1), ("3000", "MCI", 5, 1), ("3000", "MCI", 50, 1), ("3000", "MCI", 0, 1))
    assert lines[0].split() == ["accepted", "No", "status", "yet", "Sent", "to", "operator", "Status", "50"]
    assert lines[1].split() == ["all", "4", "1", "25.0%", "2", "50.0%", "1", "25.0%"]


def test_what_can_no_longer_be_asked_for_is_said_to_be_the_last_that_was_known():
    words = expired_text(1, "2026-01-03 10:00 Asia/Tehran")
    assert words.startswith(
        "1 message of these had no final status and cannot be asked for since 2026-01-03 10:00 Asia/Tehran"
    )
