"""One of a thing is no plural."""

from __future__ import annotations

import pytest

from kaverun.text.plurals import plural


@pytest.mark.parametrize(
    ("count", "nouns", "words"),
    [
        (1, ("part",), "1 part"),
        (0, ("part",), "0 parts"),
        (1_200, ("row",), "1,200 rows"),
        (1, ("message was", "messages were"), "1 message was"),
        (2, ("message was", "messages were"), "2 messages were"),
    ],
)
def test_a_count_has_its_noun(count, nouns, words):
    assert plural(count, *nouns) == words
