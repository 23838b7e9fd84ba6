"""Every code of the document and the facts page as an exception, and bad input to each method with its code."""

from __future__ import annotations

import json

import pytest

from kaverun.kavenegar import ApiError, NotAsked, OutgoingMessage, Tokens
from kaverun.kavenegar.codes import ERRORS
from kaverun.kavenegar.methods import METHODS
from kaverun.kavenegar.outcome import Outcome

NOW = 1_700_000_000
DAY = 86400
PHONE = "09123456789"
HELPED_BY_A_RETRY = {402, 409, 451}

SEND = {"receptor": PHONE, "message": "سلام"}
ARRAY = {"receptor": f'["{PHONE}"]', "sender": '["10004346"]', "message": '["سلام"]'}
LOOKUP = {"receptor": PHONE, "template": "verify", "token": "12345"}
TWO = f"{PHONE},09351234567"


@pytest.mark.parametrize("code", ERRORS)
def test_every_code_is_an_exception_that_knows_it(bench, code):
    known = ERRORS[code]
    with pytest.raises(ApiError) as caught:
        bench.client(key=f"sandbox-{code}").send(PHONE, "سلام")
    error = caught.value
    assert (error.code, error.meaning, error.provider_message) == (code, known.meaning, known.persian)
    assert error.can_be_retried == (code in HELPED_BY_A_RETRY)
    assert str(code) in str(error)
    assert known.meaning in str(error)


def test_the_documents_codes_are_all_there():
    documented = {400, 401, 402, 404, 405, 407, 409, 411, 412, 413, 414, 417, 418, 419, 607}
    assert {code for code, entry in ERRORS.items() if entry.documented} == documented


# method, fields, code in the document's dialect, code in the live one
BAD_INPUT = [
    ("sms/send", {}, 400, 400),
    ("sms/send", {**SEND, "receptor": "02122334455"}, 411, 411),
    ("sms/send", {**SEND, "sender": "nobody"}, 412, 412),
    ("sms/send", {**SEND, "message": ""}, 413, 413),
    ("sms/send", {**SEND, "message": "س" * 901}, 413, 413),
    ("sms/send", {**SEND, "receptor": ",".join([PHONE] * 201)}, 414, 414),
    ("sms/send", {**SEND, "date": "1356619709"}, 417, 417),
    ("sms/send", {**SEND, "localid": "1,2"}, 419, 419),
    ("sms/send", {**SEND, "tag": "نوروز"}, 607, 607),
    ("sms/sendarray", {}, 400, 400),
    ("sms/sendarray", None, 405, 405),
    ("sms/sendarray", {**ARRAY, "receptor": '["123"]'}, 411, 411),
    ("sms/sendarray", {**ARRAY, "sender": '["x"]'}, 412, 412),
    ("sms/sendarray", {**ARRAY, "message": '[""]'}, 413, 413),
    ("sms/sendarray", {name: json.dumps([value[2:-2]] * 201) for name, value in ARRAY.items()}, 414, 414),
    ("sms/sendarray", {**ARRAY, "date": "soon"}, 417, 417),
    ("sms/sendarray", {**ARRAY, "localmessageids": "null"}, 419, 419),
    ("sms/sendarray", {**ARRAY, "sender": '["10004346","10004346"]'}, 419, 419),
    ("sms/sendarray", {**ARRAY, "tag": "a b"}, 607, 607),
    ("sms/status", None, 400, 400),
    ("sms/status", {"messageid": ""}, 400, 406),
    ("sms/status", {"messageid": "x"}, 400, 400),
    ("sms/status", {"messageid": ",".join(["1"] * 501)}, 414, 414),
    ("sms/statuslocalmessageid", None, 400, 400),
    ("sms/statuslocalmessageid", {"localid": ",".join(["1"] * 501)}, 414, 414),
    ("sms/statuslocalmessageid", {"localid": "5"}, 200, 200),
    ("sms/statusbyreceptor", {"receptor": PHONE}, 400, 400),
    ("sms/statusbyreceptor", {"receptor": "1", "startdate": str(NOW)}, 411, 411),
    ("sms/statusbyreceptor", {"receptor": PHONE, "startdate": "today"}, 417, 417),
    ("sms/statusbyreceptor", {"receptor": PHONE, "startdate": str(NOW), "enddate": str(NOW + DAY + 1)}, 417, 417),
    ("sms/select", None, 400, 400),
    ("sms/select", {"messageid": ",".join(["1"] * 501)}, 414, 414),
    ("sms/selectoutbox", None, 400, 400),
    ("sms/selectoutbox", {"startdate": str(NOW - 3 * DAY - 1)}, 417, 417),
    ("sms/selectoutbox", {"startdate": str(NOW), "enddate": str(NOW - 1)}, 417, 417),
    ("sms/selectoutbox", {"startdate": str(NOW), "sender": "x"}, 412, 412),
    ("sms/latestoutbox", {"pagesize": "many"}, 400, 400),
    ("sms/latestoutbox", {"pagesize": "501"}, 414, 414),
    ("sms/latestoutbox", {"sender": "x"}, 412, 412),
    ("sms/countoutbox", None, 400, 400),
    ("sms/countoutbox", {"startdate": str(NOW), "enddate": str(NOW + DAY + 1)}, 417, 417),
    ("sms/countoutbox", {"startdate": str(NOW), "status": "x"}, 400, 400),
    ("sms/cancel", None, 400, 400),
    ("sms/cancel", {"messageid": ",".join(["1"] * 501)}, 414, 414),
    ("verify/lookup", {**LOOKUP, "token": ""}, 400, 406),
    ("verify/lookup", {**LOOKUP, "token": "12 34"}, 431, 431),
    ("verify/lookup", {**LOOKUP, "receptor": TWO}, 411, 411),
    ("verify/lookup", {**LOOKUP, "token": "abc", "type": "call"}, 428, 428),
    ("verify/lookup", {**LOOKUP, "tag": "a b"}, 607, 607),
    ("call/maketts", {"receptor": PHONE}, 400, 400),
    ("call/maketts", {**SEND, "receptor": "123"}, 411, 411),
    ("call/maketts", {**SEND, "message": "!"}, 428, 428),
    ("call/maketts", {**SEND, "message": ""}, 413, 413),
    ("call/maketts", {**SEND, "date": "1"}, 417, 417),
    ("call/maketts", {**SEND, "localid": "[1,2]"}, 419, 419),
    ("account/config", {"debugmode": "perhaps"}, 400, 400),
    ("account/config", {"defaultsender": "x"}, 412, 412),
    ("account/nothing", None, 404, 404),
]


@pytest.mark.parametrize(("method", "fields", "document", "live"), BAD_INPUT)
def test_bad_input_to_each_method_has_the_documented_code(bench, method, fields, document, live):
    code = document if bench.sandbox.settings.dialect == "document" else live
    transport = bench.transport()
    if code == 200:
        assert transport.call(method, fields)
        return
    with pytest.raises(ApiError) as caught:
        transport.call(method, fields)
    assert caught.value.code == code
    assert not caught.value.can_be_retried


def test_bad_input_is_tried_on_every_method_that_takes_any():
    assert {method for method, *_ in BAD_INPUT} - {"account/nothing"} == set(METHODS) - {"account/info"}


@pytest.mark.parametrize("method", ["select", "select_outbox", "latest_outbox"])
def test_methods_that_need_the_whitelist_say_407_without_it(start, method):
    client = start(ip_whitelist=()).client()
    call = {
        "select": lambda: client.select([1]),
        "select_outbox": lambda: client.select_outbox(NOW),
        "latest_outbox": client.latest_outbox,
    }[method]
    with pytest.raises(ApiError) as caught:
        call()
    assert (caught.value.code, caught.value.outcome) == (407, Outcome.REFUSED)


@pytest.mark.parametrize(("dialect", "code"), [("document", 401), ("live", 403)])
def test_a_wrong_key_is_refused_by_every_method(start, dialect, code):
    transport = start(dialect=dialect, api_keys=("right",)).transport("wrong")
    for method in METHODS:
        with pytest.raises(ApiError) as caught:
            transport.call(method, {})
        assert caught.value.code == code


def test_too_little_credit_is_418(start):
    with pytest.raises(ApiError) as caught:
        start(credit=1).client().send(PHONE, "سلام")
    assert (caught.value.code, caught.value.outcome) == (418, Outcome.NO_CREDIT)


def test_a_template_that_is_not_in_the_panel_or_lacks_its_token(start):
    client = start(templates=(("empty", "no code"),)).client()
    codes = {}
    for template in ("other", "empty"):
        with pytest.raises(ApiError) as caught:
            client.lookup(PHONE, template, "12345")
        codes[template] = caught.value.code
    assert codes == {"other": 424, "empty": 432}


# What the client refuses to ask for has the code the provider would have given.
BEFOREHAND = [
    (lambda client: client.send(PHONE, "س" * 901), "sms/send", {**SEND, "message": "س" * 901}),
    (lambda client: client.send(PHONE, " "), "sms/send", {**SEND, "message": " "}),
    (lambda client: client.send([PHONE] * 201, "a"), "sms/send", {**SEND, "receptor": ",".join([PHONE] * 201)}),
    (lambda client: client.send([PHONE, ""], "a"), "sms/send", {**SEND, "receptor": PHONE + ","}),
    (lambda client: client.send(PHONE, "a", localids=[1, 2]), "sms/send", {**SEND, "localid": "1,2"}),
    (lambda client: client.send(PHONE, "a", tag="a b"), "sms/send", {**SEND, "tag": "a b"}),
    (
        lambda client: client.send_array([OutgoingMessage(PHONE, "10004346", "سلام", 1)], type=[1, 1]),
        "sms/sendarray",
        {**ARRAY, "type": "[1,1]"},
    ),
    (
        lambda client: client.status_by_receptor(PHONE, NOW, NOW + DAY + 1),
        "sms/statusbyreceptor",
        {"receptor": PHONE, "startdate": str(NOW), "enddate": str(NOW + DAY + 1)},
    ),
    (
        lambda client: client.select_outbox(NOW - 3 * DAY - 1),
        "sms/selectoutbox",
        {"startdate": str(NOW - 3 * DAY - 1)},
    ),
    (lambda client: client.latest_outbox(501), "sms/latestoutbox", {"pagesize": "501"}),
    (
        lambda client: client.count_outbox(NOW, NOW - 1),
        "sms/countoutbox",
        {"startdate": str(NOW), "enddate": str(NOW - 1)},
    ),
    (lambda client: client.lookup(PHONE, "verify", "12 34"), "verify/lookup", {**LOOKUP, "token": "12 34"}),
    (
        lambda client: client.lookup(PHONE, "verify", Tokens("1", token20="a b c d e f g h i j")),
        "verify/lookup",
        {**LOOKUP, "token20": "a b c d e f g h i j"},
    ),
    (lambda client: client.make_tts(PHONE, ""), "call/maketts", {**SEND, "message": ""}),
]


@pytest.mark.parametrize(("call", "method", "fields"), BEFOREHAND)
def test_what_is_refused_beforehand_would_have_got_the_same_code(start, call, method, fields):
    bench = start()
    with pytest.raises(NotAsked) as refused:
        call(bench.client())
    assert not bench.sandbox.requests()
    with pytest.raises(ApiError) as answered:
        bench.transport().call(method, fields)
    assert refused.value.code == answered.value.code
