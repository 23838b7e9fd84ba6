"""The documented limits at their edges."""

import pytest

from kaverun.kavenegar import limits
from kaverun.kavenegar.errors import NotAsked


def code_of(check, *arguments):
    """The code a check refuses with, 200 where it lets pass."""
    try:
        check(*arguments)
    except NotAsked as error:
        return error.code
    return 200


@pytest.mark.parametrize(("count", "code"), [(0, 400), (1, 200), (200, 200), (201, 414)])
def test_a_request_holds_1_to_200(count, code):
    assert code_of(limits.check_count, count, "messages") == code


@pytest.mark.parametrize(
    ("text", "code"), [("س" * 900, 200), ("س" * 901, 413), ("", 413), (" \n", 413), ("\u200c", 200)]
)
def test_a_text_has_1_to_900_characters_and_says_something(text, code):
    assert code_of(limits.check_texts, ["first", text], 900) == code


def test_the_text_that_is_wrong_is_named_by_its_place():
    with pytest.raises(NotAsked, match="text 2 is empty"):
        limits.check_texts(["a", "", "c"], 900)


@pytest.mark.parametrize(
    ("tag", "code"),
    [(None, 200), ("nowruz-1405_a", 200), ("x" * 200, 200), ("x" * 201, 607), ("", 607), ("نوروز", 607), ("a b", 607),
     ("a\n", 607), ("۱۴۰۵", 607)],
)  # fmt: skip
def test_the_form_of_a_tag(tag, code):
    assert code_of(limits.check_tag, tag) == code


@pytest.mark.parametrize(("end", "code"), [(None, 200), (7, 200), (7 + 86_400, 200), (7 + 86_401, 417), (6, 417)])
def test_a_span_is_at_most_a_day(end, code):
    assert code_of(limits.check_span, 7, end) == code


@pytest.mark.parametrize(("ago", "code"), [(-1, 200), (3 * 86_400, 200), (3 * 86_400 + 1, 417)])
def test_an_outbox_reaches_three_days_back(ago, code):
    assert code_of(limits.check_reach, 1_700_000_000 - ago, 1_700_000_000.0) == code


@pytest.mark.parametrize(
    ("localids", "code"),
    [([], 200), ([1, 2**63 - 1], 200), ([5, 0], 400), ([-1], 400), ([1, 2**63], 400)],
)
def test_a_localid_is_a_positive_long(localids, code):
    assert code_of(limits.check_localids, localids) == code


@pytest.mark.parametrize(("kinds", "code"), [([], 200), ([0, 1, 2, 3], 200), ([1, 4], 400), ([-1], 400)])
def test_a_display_type_is_one_of_the_documents(kinds, code):
    assert code_of(limits.check_types, kinds) == code


def test_half_a_surrogate_pair_is_named_with_its_text():
    with pytest.raises(NotAsked, match=r"text 2 holds half .*U\+D83D") as caught:
        limits.check_texts(["a 😀", "b \ud83d"], 900)
    assert caught.value.code == 422


@pytest.mark.parametrize("receptors", [["0912,0935"], ["0912", ""], [" "]])
def test_a_receptor_that_would_become_two_or_none_is_refused(receptors):
    assert code_of(limits.check_receptors, receptors) == 411
