"""`kaverun sandbox` as a process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

COMMAND = [sys.executable, "-c", "from kaverun.cli.main import main; main()", "sandbox"]

Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts the command; kills it if it is still running after the test."""
    running: list[subprocess.Popen[str]] = []

    def started(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.communicate()


def base_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    name, _, url = process.stdout.readline().strip().partition("=")
    assert name == "KAVENEGAR_BASE_URL"
    return url


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_its_address_serves_and_ends_well_on_a_signal(run: Run, number: signal.Signals) -> None:
    process = run("--port", "0", "--fault", "error:code=409,times=1", "--api-key", "RIGHT", "--dialect", "live")
    url = base_url(process)
    assert requests.get(f"{url}/WRONG/account/info.json", timeout=5).status_code == 403
    send = f"{url}/RIGHT/sms/send.json?receptor=09123456789&message=a"
    assert [requests.get(send, timeout=5).status_code for _ in range(2)] == [409, 200]
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out) == (0, "")
    assert f"KAVENEGAR_BASE_URL={url}" in err
    assert "1 messages were accepted" in err


def test_a_port_in_use_is_one_sentence_and_exit_1(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run("--port", str(taken.getsockname()[1]))
        out, err = process.communicate(timeout=5)
    assert (process.returncode, out) == (1, "")
    assert len(err.strip().splitlines()) == 1
    assert "Address already in use" in err


def test_another_host_than_loopback_is_refused(run: Run) -> None:
    process = run("--host", "0.0.0.0")
    _, err = process.communicate(timeout=5)
    assert process.returncode == 1
    assert "--allow-remote" in err


def test_a_faults_file_and_its_seed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text("seed: 3\nfaults: [{fault: error, code: 451, at: 1}]\n")
    url = base_url(run("--port", "0", "--faults-file", str(file), "--fault", "error:code=409,at=1"))
    send = f"{url}/KEY/sms/send.json?receptor=09123456789&message=a"
    statuses = [requests.get(send, timeout=5).json()["return"]["status"] for _ in range(2)]
    assert statuses == [451, 200]


def test_wrong_faults_are_reported_and_exit_1(run: Run) -> None:
    process = run("--fault", "drop-aftr", "--fault", "cut:every=x", "--localid-send-window", "5m")
    _, err = process.communicate(timeout=5)
    assert process.returncode == 1
    assert "did you mean 'drop-after'" in err
    assert "every=x" in err


def test_the_kinds_of_faults_can_be_listed(run: Run) -> None:
    out, _ = run("--list-faults").communicate(timeout=5)
    assert "drop-after" in out
    assert "foreign-receptor" in out


def test_the_panel_can_be_set(run: Run) -> None:
    url = base_url(
        run("--port", "0", "--template", "verify=code {token}", "--ip-whitelist", "none", "--outcome", "11=100%")
    )
    lookup = f"{url}/KEY/verify/lookup.json?receptor=09123456789&token=1"
    assert requests.get(f"{lookup}&template=verify", timeout=5).json()["entries"][0]["message"] == "code 1"
    assert requests.get(f"{lookup}&template=other", timeout=5).json()["return"]["status"] == 424
    assert requests.get(f"{url}/KEY/sms/latestoutbox.json", timeout=5).json()["return"]["status"] == 407
    control = url.replace("/v1", "/_sandbox")
    requests.post(f"{control}/clock?advance=60", timeout=5)
    assert requests.get(f"{control}/messages", timeout=5).json()["messages"][0]["status"] == 11


def test_magic_and_links_can_be_off(run: Run) -> None:
    url = base_url(run("--port", "0", "--no-magic", "--no-links", "--ip-whitelist", "127.0.0.1"))
    send = f"{url}/sandbox-403/sms/send.json?receptor=09090000418&message=a"
    assert requests.get(send, timeout=5).json()["return"]["status"] == 200
    assert requests.get(f"{send}+www.example.ir", timeout=5).json()["return"]["status"] == 420
    assert requests.get(f"{url}/KEY/sms/latestoutbox.json", timeout=5).json()["return"]["status"] == 200


def test_limits_of_the_account_can_be_set(run: Run) -> None:
    flags = ("--owner", "+989123456789", "--calls-per-minute", "4", "--max-text", "3", "--http-200")
    url = base_url(run("--port", "0", "--dialect", "live", *flags))
    send = f"{url}/KEY/sms/send.json"
    asked = [("09123456789", "abc"), ("09123456789", "abcd"), ("09120000001", "abc"), ("09123456789", "abc")] * 2
    answers = [requests.get(send, params={"receptor": to, "message": text}, timeout=5) for to, text in asked]
    assert [answer.json()["return"]["status"] for answer in answers] == [200, 413, 501, 200, *[451] * 4]
    assert {answer.status_code for answer in answers} == {200}
    elsewhere = base_url(run("--port", "0", "--source", "192.0.2.0/24"))
    assert requests.get(f"{elsewhere}/KEY/account/info.json", timeout=5).status_code == 407


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--template", "verify"], "must be NAME=TEXT"),
        (["--outcome", "dead=5%"], "must be STATUS=SHARE"),
        (["--outcome", "11=lots"], "must be a share"),
        (["--outcome", "11=60%", "--outcome", "14=60%"], "at most 100 %"),
        (["--ip-whitelist", "home"], "addresses or networks"),
        (["--source", "home"], "addresses or networks"),
        (["--owner", "me"], "must be a mobile number"),
    ],
)
def test_wrong_settings_of_the_panel_are_reported_and_exit_1(run: Run, arguments: list[str], said: str) -> None:
    process = run(*arguments)
    _, err = process.communicate(timeout=5)
    assert process.returncode == 1
    assert said in err
