from __future__ import annotations

import json
from xml.etree import ElementTree

from kaverun.sandbox.answers import Denial, envelope


def test_json_is_the_documents_envelope() -> None:
    assert json.loads(envelope(200, [{"messageid": 1}])) == {
        "return": {"status": 200, "message": "تایید شد"},
        "entries": [{"messageid": 1}],
    }


def test_an_error_has_its_persian_message_and_no_entries() -> None:
    answer = json.loads(envelope(418, None))
    assert answer["return"] == {"status": 418, "message": "اعتبار شما کافی نمی‌باشد"}
    assert answer["entries"] is None


def test_xml_says_the_same_escaped_and_without_control_characters() -> None:
    root = ElementTree.fromstring(envelope(200, [{"message": "a<b>&\x00\x0b\n", "status": 1}, {"message": "ب"}], "xml"))
    assert root.findtext("return/status") == "200"
    assert [entry.findtext("message") for entry in root.iterfind("entries/entry")] == ["a<b>&\n", "ب"]


def test_xml_of_one_object_and_of_nothing() -> None:
    assert ElementTree.fromstring(envelope(200, {"remaincredit": 5}, "xml")).findtext("entries/remaincredit") == "5"
    assert len(ElementTree.fromstring(envelope(401, None, "xml")).find("entries") or []) == 0


def test_a_denial_says_its_code_and_why() -> None:
    assert str(Denial(411, "a receptor")) == "411 a receptor"
    assert str(Denial(418)) == "418 Insufficient credit"
