"""What needs no network: addresses that are refused."""

import pytest

from kaverun.errors import Refused
from kaverun.kavenegar.access import checked_base_url


@pytest.mark.parametrize("url", ["https://api.kavenegar.com/v1/", "http://127.0.0.1:8870/v1", "http://[::1]:1/v1"])
def test_https_and_this_machine_are_taken(url):
    assert checked_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.kavenegar.com/v1", "unencrypted"),
        ("http://localhost.example.com/v1", "unencrypted"),
        ("http://127.0.0.1.example.com/v1", "unencrypted"),
        ("api.kavenegar.com/v1", "not a web address"),
        ("ftp://api.kavenegar.com", "not a web address"),
        ("https://[::1", "not a web address"),
        ("https://api.kavenegar.com:port/v1", "not a web address"),
        ("https://user:pass@api.kavenegar.com/v1", "must not contain a user"),
        ("https://api.kavenegar.com/v1?x=1", "must not contain"),
    ],
)
def test_addresses_that_would_leak_or_break_the_key_are_refused(url, words):
    with pytest.raises(Refused, match=words):
        checked_base_url(url)
