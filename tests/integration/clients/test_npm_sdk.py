"""The npm package `kavenegar`, unchanged, through every method it has: the last version, and the one before it.

The last one speaks plain http and writes whole addresses into its request lines, the older one speaks https; both are
led to the sandbox by npm_sdk.cjs. The package is installed once, into pytest's cache folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from kaverun.sandbox import Sandbox, SandboxSettings

NODE, NPM = shutil.which("node"), shutil.which("npm")
pytestmark = pytest.mark.skipif(not (NODE and NPM), reason="node and npm are not installed")

VERSIONS = ("2.0.2", "1.1.4")
DRIVER = Path(__file__).with_name("npm_sdk.cjs")
PHONE, OTHER = "09123456789", "09351234567"
SENT = {"messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"}
# Methods of the provider that the API document does not have.
UNDOCUMENTED = ("Receive", "CountInbox", "CountPostalCode", "SendByPostalCode")
# Not a method of the provider: what all of them call.
INNER = "request"


@cache
def install(version, folder):
    """The folder of the package, and why it cannot be had; one of them is empty."""
    home = folder / f"kavenegar-{version}"
    if not home.exists():
        staged = Path(tempfile.mkdtemp(dir=folder))
        flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--fetch-retries=0")
        try:
            command = [NPM, "install", *flags, f"kavenegar@{version}"]
            subprocess.run(command, cwd=staged, check=True, capture_output=True, timeout=30)
        except (subprocess.SubprocessError, OSError) as error:
            shutil.rmtree(staged)
            return "", f"npm cannot install kavenegar@{version} ({type(error).__name__}): is its registry reached?"
        with suppress(OSError):  # another worker of this test run was faster
            os.rename(staged, home)
    return str(home / "node_modules" / "kavenegar"), ""


class Package:
    """The package in a node process of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [NODE, str(DRIVER), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, call):
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "node ended"
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module", params=VERSIONS)
def package(request, tmp_path_factory):
    cache_of_pytest = getattr(request.config, "cache", None)
    kept = Path(cache_of_pytest.mkdir("npm")) if cache_of_pytest else tmp_path_factory.getbasetemp()
    folder, why_not = install(request.param, kept)
    if not folder:
        pytest.skip(why_not)
    running = Package(folder)
    yield running
    running.close()


@pytest.fixture(params=["document", "live"])
def sandbox(request):
    with Sandbox(SandboxSettings(dialect=request.param)) as running:
        yield running
        assert running.crashes == 0


@pytest.fixture
def ask(package, sandbox):
    def asked(method, **data):
        port = int(sandbox.host_and_port.rpartition(":")[2])
        return package.ask({"method": method, "port": port, "data": data})

    return asked


@pytest.fixture
def entries(ask):
    """The entries of a call that must succeed, one object as a list of one."""

    def asked(method, **data):
        answer = ask(method, **data)
        assert (answer["status"], answer["message"]) == (200, "تایید شد")
        return answer["entries"] if isinstance(answer["entries"], list) else [answer["entries"]]

    return asked


def sent(entries, **data):
    """The messageid of one message."""
    return entries("Send", **{"receptor": PHONE, "message": "سلام", **data})[0]["messageid"]


def test_send(entries, sandbox):
    rows = entries("Send", message="خدمات پیام کوتاه کاوه نگار & + %", sender="10004346", receptor=f"{PHONE},{OTHER}")
    assert [set(row) for row in rows] == [SENT, SENT]
    assert [(row["receptor"], row["status"], row["sender"]) for row in rows] == [
        (PHONE, 1, "10004346"),
        (OTHER, 1, "10004346"),
    ]
    assert {message.text for message in sandbox.messages()} == {"خدمات پیام کوتاه کاوه نگار & + %"}


def test_send_takes_undefined_options_as_absent(entries, sandbox):
    entries("Send", receptor=[PHONE, OTHER], message="سلام", sender=None, date=None, type="", localid=None)
    assert [(m.receptor, m.sender, m.localid, m.type) for m in sandbox.messages()] == [
        (PHONE, "10004346", "", None),
        (OTHER, "10004346", "", None),
    ]


def test_sendarray(entries, sandbox):
    arrays = {
        "receptor": [PHONE, OTHER],
        "sender": ["10004346"] * 2,
        "message": ["یک", "دو"],
        "localmessageids": [7, 8],
    }
    written = {name: json.dumps(values, ensure_ascii=False) for name, values in arrays.items()}
    rows = entries("SendArray", **written)
    assert [row["message"] for row in rows] == ["یک", "دو"]
    assert entries("SendArray", **written) == rows
    assert len(sandbox.messages()) == 2


def test_status(entries, sandbox):
    messageid = sent(entries)
    sandbox.clock.advance(60)
    assert [row["status"] for row in entries("Status", messageid=f"{messageid},7")] == [10, 100]
    assert [row["status"] for row in entries("Status", messageid=[messageid, 7])] == [10, 100]


def test_statuslocalmessageid(entries):
    messageid = sent(entries, localid=450)
    (row,) = entries("StatusLocalMessageid", localid=450)
    assert (row["messageid"], row["localid"], row["status"]) == (messageid, "450", 1)


def test_select(entries):
    messageid = sent(entries)
    (row,) = entries("Select", messageid=messageid)
    assert (set(row), row["messageid"], row["message"]) == (SENT, messageid, "سلام")


def test_selectoutbox(entries):
    messageid = sent(entries)
    (row,) = entries("SelectOutbox", startdate=int(time.time()) - 60, enddate=int(time.time()) + 60, sender="")
    assert row["messageid"] == messageid


def test_latestoutbox(entries):
    ids = [sent(entries), sent(entries)]
    assert sorted(row["messageid"] for row in entries("LatestOutbox", pagesize=10, sender="10004346")) == ids
    assert len(entries("LatestOutbox")) == 2


def test_countoutbox(entries):
    sent(entries)
    (count,) = entries("CountOutbox", startdate=int(time.time()) - 60, enddate="", status=0)
    assert count["sumcount"] == 1


def test_cancel(entries, sandbox):
    messageid = sent(entries, date=int(time.time()) + 3600)
    assert entries("Cancel", messageid=messageid) == [{"messageid": messageid, "status": 13, "statustext": "لغو شده"}]
    assert sandbox.credit == sandbox.settings.credit


def test_verifylookup(entries, sandbox):
    (row,) = entries("VerifyLookup", receptor=PHONE, token="852596", template="registerverify")
    assert set(row) == SENT
    assert "852596" in row["message"]
    assert sandbox.messages()[0].template == "registerverify"


def test_callmaketts(entries, sandbox):
    (row,) = entries("CallMakeTTS", receptor=PHONE, message="کد شما ۱۲۳ است")
    assert (set(row), row["cost"], sandbox.messages()[0].channel) == (SENT, 1000, "call")


def test_accountinfo(entries):
    assert entries("AccountInfo")[0]["remaincredit"] == 1_000_000_000


def test_accountconfig(entries):
    assert entries("AccountConfig")[0]["debugmode"] == "disabled"
    assert entries("AccountConfig", debugmode="enabled", defaultsender="")[0]["debugmode"] == "enabled"


@pytest.mark.parametrize("method", UNDOCUMENTED)
def test_a_method_that_no_document_has_is_404(ask, method):
    assert ask(method, linenumber="10004346")["status"] == 404


def test_a_refusal_reaches_its_callback(ask):
    answer = ask("Send", receptor="1", message="a")
    assert (answer["entries"], answer["status"]) == (None, 411)


def test_every_method_it_has_is_tried_here(package):
    methods = {method.lower() for method in package.ask({}) if method != INNER}
    tried = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert methods - tried == {method.lower() for method in UNDOCUMENTED}
    assert len(methods) == 17
