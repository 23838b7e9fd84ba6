"""The outcome table of the facts page, row by row."""

import pytest

from kaverun.errors import KaverunError
from kaverun.kavenegar.errors import ApiError, NotAsked, NotReached, Unanswered
from kaverun.kavenegar.outcome import Outcome, classify


@pytest.mark.parametrize(
    ("outcome", "codes"),
    [
        (Outcome.DONE, [200]),
        (Outcome.BAD_MESSAGE, [411, 413, 420, 422]),
        (Outcome.BAD_REQUEST, [400, 404, 405, 406, 414, 417, 419, 607]),
        (Outcome.REFUSED, [401, 403, 407, 412, 416, 426, 427, 429, 501]),
        (Outcome.NO_CREDIT, [418]),
        (Outcome.LATER, [409, 451]),
        (Outcome.UNKNOWN, [402, 500, 502, 503, 504]),
    ],
)
def test_every_code_of_the_table_has_its_class(outcome, codes):
    assert {code: classify(code) for code in codes} == dict.fromkeys(codes, outcome)


@pytest.mark.parametrize(
    ("outcome", "codes"), [(Outcome.BAD_MESSAGE, [428, 431]), (Outcome.BAD_REQUEST, [415, 424, 432, 449, 604])]
)
def test_a_code_the_table_leaves_out_is_classed_by_its_meaning(outcome, codes):
    assert {code: classify(code) for code in codes} == dict.fromkeys(codes, outcome)
    assert not any(ApiError(code).can_be_retried for code in codes)


def test_a_code_no_table_lists_may_have_been_carried_out():
    assert classify(499) is Outcome.UNKNOWN


@pytest.mark.parametrize("http_status", [429, 503])
def test_a_throttle_that_names_a_time_is_later_whatever_the_envelope_says(http_status):
    assert classify(429, http_status=http_status, retry_after=3.0) is Outcome.LATER


def test_429_without_a_time_to_come_back_is_the_account_being_refused():
    assert classify(429, http_status=429) is Outcome.REFUSED


def test_no_answer_means_unknown_and_no_connection_means_not_sent():
    assert Unanswered("cut").outcome is Outcome.UNKNOWN
    assert NotReached("refused").outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("http_status", "retry_after", "outcome"),
    [(429, None, Outcome.LATER), (503, 2.0, Outcome.LATER), (503, None, Outcome.UNKNOWN), (502, 2.0, Outcome.UNKNOWN)],
)
def test_an_answer_without_an_envelope_is_judged_by_its_http_status(http_status, retry_after, outcome):
    assert Unanswered("html", http_status=http_status, retry_after=retry_after).outcome is outcome


def test_an_api_error_names_code_meaning_and_the_providers_words():
    error = ApiError(418, "اعتبار کافی نیست")
    assert str(error) == "Kavenegar answered 418: Insufficient credit (اعتبار کافی نیست)"
    assert not error.can_be_retried
    assert ApiError(409).can_be_retried


def test_what_is_not_asked_is_a_value_error_and_an_api_error_with_the_providers_code():
    error = NotAsked(413, "text 2 is empty")
    assert isinstance(error, ValueError)
    assert isinstance(error, KaverunError)
    assert str(error) == "text 2 is empty (Kavenegar's code 413: Message empty or too long (max 900 chars))"
    assert (error.code, error.outcome, error.provider_message) == (413, Outcome.BAD_MESSAGE, "")
    assert not error.can_be_retried
