from __future__ import annotations

import pytest

from kaverun.sandbox.call import Address, Method, Target


@pytest.mark.parametrize("written", ["/a?b=1", "http://127.0.0.1:8870/a?b=1", "HTTPS://user@host/a?b=1#top"])
def test_a_request_line_may_hold_a_whole_url(written: str) -> None:
    assert Target.read(written) == Target("/a", b"b=1")


def test_a_url_without_a_path_is_the_root() -> None:
    assert Target.read("http://127.0.0.1:8870") == Target("/", b"")


@pytest.mark.parametrize(
    "path", ["/v1/KEY/sms/send.json", "/v1/KEY/SMS/Send.JSON", "/V1/KEY/sms/send.json/", "/v1/KEY/sMs/sEnD.json"]
)
def test_a_method_is_found_in_any_case_and_with_a_trailing_slash(path: str) -> None:
    assert Address.read(path) == Address("KEY", "sms/send", "json")


def test_an_address_names_its_format_and_an_unquoted_key() -> None:
    assert Address.read("/v1/4B%3D/account/info.xml") == Address("4B=", "account/info", "xml")


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/KEY/sms/send", "/v1/KEY/send.json", "/v2/KEY/sms/send.json", "/v1//a/b.json"]
)
def test_other_paths_are_not_an_address(path: str) -> None:
    assert Address.read(path) is None


@pytest.mark.parametrize("path", ["/v1/SECRET/sms/send.json", "/V1/SECRET/x", "/v1/SECRET"])
def test_the_key_is_masked(path: str) -> None:
    assert "SECRET" not in Address.masked(path)


@pytest.mark.parametrize(("written", "count"), [("", 0), ("1", 1), ("1,2,3", 3), ('["1","2"]', 2), ("[broken", 0)])
def test_rows_are_counted_in_joined_and_in_json_lists(written: str, count: int) -> None:
    assert Method("x/y", lambda state, call: None, counted="id").count({"id": written}) == count
