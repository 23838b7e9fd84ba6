import pytest

from kaverun.errors import Refused
from kaverun.kavenegar.errors import NotReached
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.transport import HttpTransport, Timeouts
from kaverun.kavenegar.way import check_way

URL = "https://api.kavenegar.com/v1"
_NAMES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_certificate_bundle_that_cannot_be_used_is_named_with_what_is_wrong(name, tmp_path, monkeypatch):
    empty, text = tmp_path / "empty.pem", tmp_path / "text.pem"
    empty.touch()
    text.write_text("no certificate")
    for bundle, words in ((tmp_path / "none.pem", "does not exist"), (empty, "no cert"), (text, "no cert")):
        monkeypatch.setenv(name, str(bundle))
        with pytest.raises(Refused, match=f"{name} names .*{bundle.name}.*{words}"):
            HttpTransport(URL, Secret("x"))


def test_bundles_as_requests_takes_them_are_taken(tmp_path, monkeypatch):
    import certifi

    for bundle in (certifi.where(), tmp_path):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        check_way(URL)


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("socks5://127.0.0.1:1080", "PySocks"),
        ("socks5h://me:secret@127.0.0.1:1080", "PySocks"),
        ("http://", "not a web address"),
        ("http://:8080", "not a web address"),
        ("http://proxy:port", "not a web address"),
        ("http://[::1", "not a web address"),
        ("proxy:3128", "not a web address"),  # which requests takes for a scheme
        ("ftp://proxy:21", "ftp:// is not a kind of proxy"),
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(name, proxy, words, monkeypatch):
    monkeypatch.setenv(name, proxy)
    with pytest.raises(Refused, match=f"{name} names a proxy .*{words}") as refused:
        HttpTransport(URL, Secret("x"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("proxy", ["http://proxy:3128", "https://me:secret@proxy", "127.0.0.1:3128"])
def test_usual_proxies_are_taken(proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    check_way(URL)


def test_what_the_environment_names_does_not_concern_this_machine_or_hosts_without_a_proxy(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1080")
    HttpTransport("http://127.0.0.1:8870/v1", Secret("x"))
    monkeypatch.setenv("NO_PROXY", "api.kavenegar.com")
    HttpTransport(URL, Secret("x"))


def test_a_proxy_that_is_not_there_is_blamed_itself_and_nothing_left(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(NotReached, match="proxy that HTTPS_PROXY names"):
        HttpTransport(URL, Secret("key-of-a-test"), Timeouts(1, 1)).call("sms/status", {})
