"""Three ways to each method, in both dialects: the client, `kaverun api`, and plain HTTP as other clients speak it."""

from __future__ import annotations

import json
import logging
from xml.etree import ElementTree

import pytest
import requests
from click.testing import CliRunner

from kaverun.cli.main import kaverun
from kaverun.errors import KaverunError
from kaverun.kavenegar import OutgoingMessage

FIRST, SECOND = "09123456789", "09351234567"
LINE, OTHER_LINE = "10004346", "30002626"


@pytest.fixture
def live(bench):
    """Whether the sandbox speaks the live dialect."""
    return bench.sandbox.settings.dialect == "live"


@pytest.fixture
def command(bench):
    """`kaverun` with these words against the bench's sandbox: (exit code, stdout); stdout read where it is JSON."""
    factory = logging.getLogRecordFactory()

    def called(*words):
        environment = {"KAVENEGAR_BASE_URL": bench.sandbox.url, "KAVENEGAR_API_KEY": "key-of-the-bench"}
        ended = CliRunner().invoke(kaverun, [*map(str, words)], env=environment, standalone_mode=False)
        if isinstance(ended.exception, KaverunError):
            return ended.exception.exit_code, _read(ended.stdout)
        assert ended.exception is None, ended.exception
        return ended.return_value, _read(ended.stdout)

    yield called
    logging.setLogRecordFactory(factory)


def _read(text):
    return json.loads(text) if text.startswith("{") else text


@pytest.fixture
def answered(command):
    """The entries of `kaverun api` with these words, which must succeed."""

    def called(*words):
        code, answer = command("api", *words)
        assert (code, answer["return"]) == (0, {"status": 200, "message": "تایید شد"})
        return answer["entries"]

    return called


class Wire:
    """Plain HTTP, in every verb and format."""

    def __init__(self, bench):
        self._base = f"{bench.sandbox.url}/key-of-the-bench"
        self._session = requests.Session()
        self._session.trust_env = False

    def _response(self, verb, method, form, fields):
        told = {"params": fields} if verb == "GET" else {"data": fields}
        return self._session.request(verb, f"{self._base}/{method}.{form}", timeout=5, **told)

    def code(self, method, verb="POST", **fields):
        """`return.status`, which is the HTTP status too; `entries` is null unless it is 200."""
        response = self._response(verb, method, "json", fields)
        answer = response.json()
        assert response.status_code == answer["return"]["status"]
        assert (answer["entries"] is None) == (response.status_code != 200)
        return response.status_code

    def entries(self, method, verb="POST", **fields):
        """The entries of a call that must succeed."""
        answer = self._response(verb, method, "json", fields).json()
        assert answer["return"] == {"status": 200, "message": "تایید شد"}, answer
        return answer["entries"]

    def xml(self, method, **fields):
        """The first row of a call that must succeed, as XML: its texts by name."""
        root = ElementTree.fromstring(self._response("POST", method, "xml", fields).content)
        assert root.findtext("return/status") == "200"
        row = root.find("entries/entry")
        row = root.find("entries") if row is None else row
        return {element.tag: element.text or "" for element in row}

    def close(self):
        self._session.close()


@pytest.fixture
def wire(bench):
    opened = Wire(bench)
    yield opened
    opened.close()


@pytest.fixture
def send(bench):
    """Sends `count` messages of localids 2**62 + 1, …; gives their messageids."""

    def sent(count=1, **shared):
        messages = [OutgoingMessage(FIRST, LINE, f"سلام {n}", 2**62 + n) for n in range(1, count + 1)]
        return [row.messageid for row in bench.client().send_array(messages, **shared)]

    return sent
