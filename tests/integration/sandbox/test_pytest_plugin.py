"""The fixtures for other projects, used in a separate pytest, as there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]

SEND = """
import pytest
import requests

def send(base_url, message="سلام"):
    fields = {"receptor": "09123456789", "message": message}
    return requests.post(f"{base_url}/any/sms/send.json", data=fields, timeout=5).json()["return"]["status"]
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Runs tests in a subprocess, with the plugin named in their conftest."""

    def ran(tests: str, *arguments: str) -> pytest.RunResult:
        pytester.makeini("[pytest]\naddopts = --strict-markers -p no:cacheprovider\nfilterwarnings = error\n")
        pytester.makeconftest('pytest_plugins = ["kaverun.sandbox.pytest_plugin"]')
        pytester.makepyfile(SEND + tests)
        return pytester.runpytest_subprocess(*arguments)

    return ran


def test_each_test_has_a_fresh_sandbox_and_its_url(run: Run) -> None:
    result = run("""
@pytest.mark.parametrize("turn", [1, 2])
def test_one_message(kavenegar_sandbox, kavenegar_base_url, turn):
    assert kavenegar_base_url == kavenegar_sandbox.url
    assert kavenegar_base_url.startswith("http://127.0.0.1:")
    assert send(kavenegar_base_url) == 200
    (message,) = kavenegar_sandbox.messages()
    assert message.text == "سلام"
    assert kavenegar_sandbox.credit == 1_000_000_000 - message.cost
""")
    result.assert_outcomes(passed=2)


def test_the_marker_gives_settings_and_the_nearest_wins(run: Run) -> None:
    result = run("""
pytestmark = pytest.mark.kavenegar_sandbox(credit=100, dialect="live")

def test_of_the_module(kavenegar_sandbox, kavenegar_base_url):
    assert kavenegar_sandbox.settings.dialect == "live"
    assert send(kavenegar_base_url) == 418

@pytest.mark.kavenegar_sandbox(credit=120, faults=["error:code=409,times=1"])
def test_of_its_own(kavenegar_sandbox, kavenegar_base_url):
    assert kavenegar_sandbox.settings.dialect == "live"
    assert [send(kavenegar_base_url) for _ in range(3)] == [409, 200, 418]
""")
    result.assert_outcomes(passed=2)


def test_wrong_settings_fail_the_test_in_a_sentence(run: Run) -> None:
    result = run("""
@pytest.mark.kavenegar_sandbox(credit=-1)
def test_value(kavenegar_sandbox): ...

@pytest.mark.kavenegar_sandbox(kredit=5)
def test_name(kavenegar_sandbox): ...

@pytest.mark.kavenegar_sandbox(faults=["drop-atfer"])
def test_fault(kavenegar_sandbox): ...

@pytest.mark.kavenegar_sandbox(1000)
def test_bare_value(kavenegar_sandbox): ...
""")
    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(
        [
            "kavenegar_sandbox: credit: must not be negative, is -1",
            "kavenegar_sandbox: got an unexpected keyword argument 'kredit'",
            "kavenegar_sandbox: *drop-atfer*",
            "kavenegar_sandbox takes keyword arguments only, such as credit=1000",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_marker_is_explained(run: Run) -> None:
    assert "kavenegar_sandbox(credit=" in run("", "--markers").stdout.str()
