import logging

from kaverun.kavenegar.redaction import Secret, redact, redact_log_records


def test_a_secret_never_shows_itself_by_accident():
    secret = Secret("4A6B2C")
    assert "4A6B2C" not in f"{secret} {secret!r}"
    assert secret.reveal() == "4A6B2C"


def test_known_keys_are_taken_out_of_texts_also_in_their_percent_form():
    Secret("secret+1=")
    assert redact("https://host/v1/secret+1=/sms and secret%2B1%3D") == "https://host/v1/[api key]/sms and [api key]"


def test_a_word_given_to_a_sandbox_as_a_key_does_not_spoil_other_words():
    Secret("any")
    assert redact("many a company at /v1/any/sms/send.json") == "many a company at /v1/[api key]/sms/send.json"


def test_an_empty_key_redacts_nothing():
    Secret("")
    assert redact("abc") == "abc"


def test_log_records_of_other_libraries_are_redacted(caplog):
    Secret("5e5e5e5e")
    before = logging.getLogRecordFactory()
    redact_log_records()
    try:
        logging.getLogger("urllib3.connectionpool").warning("GET /v1/%s/sms", "5e5e5e5e")
    finally:
        logging.setLogRecordFactory(before)
    assert "5e5e5e5e" not in caplog.text
    assert "[api key]" in caplog.text


def test_log_records_are_redacted_once_however_often_it_is_asked_for():
    before = logging.getLogRecordFactory()
    redact_log_records()
    try:
        once = logging.getLogRecordFactory()
        redact_log_records()
        assert logging.getLogRecordFactory() is once
    finally:
        logging.setLogRecordFactory(before)
