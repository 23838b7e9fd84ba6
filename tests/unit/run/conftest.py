"""A provider in a few lines behind the transport, scripted to fail; no network, no waiting."""

from __future__ import annotations

import threading
from collections import deque

import orjson
import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError
from kaverun.message.batch import Message, Shared
from kaverun.run.channels import SmsChannel
from kaverun.run.courier import Courier
from kaverun.run.pacing import Pacer
from kaverun.run.retrying import Patience
from kaverun.run.throttle import Throttle


class FakeClock:
    """Time that passes only by sleeping."""

    def __init__(self, now=1_800_000_000.0):
        self.time = now
        self.slept = []

    def now(self):
        return self.time

    monotonic = now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds


class ScriptedProvider:
    """Accepts messages by localid; `script` holds what the next sending requests meet instead.

    A step is an exception (raised before anything is taken), a pair ("taken", exception) raised afterwards, or a
    function from the honest rows to the rows that are answered.
    """

    def __init__(self):
        self.accepted = {}
        self.sends = []
        self.lookups = []
        self.script = deque()
        self.lookup_script = deque()
        self.cancels = []
        self.cancel_script = deque()
        self.status_script = deque()
        self.asked = []
        self.cancellable = {1, 2}
        self.bad_receptors = set()
        self.deduplicate = True
        self._ids = iter(range(1001, 10**9))
        self._lock = threading.Lock()

    def call(self, method, fields):
        with self._lock:
            methods = {
                "sms/sendarray": self._send,
                "sms/statuslocalmessageid": self._look_up,
                "sms/cancel": self._cancel,
                "sms/status": self._status,
            }
            return methods[method](fields)

    def receptors(self):
        return sorted(row["receptor"] for rows in self.accepted.values() for row in rows)

    def _send(self, fields):
        columns = [orjson.loads(fields[name]) for name in ("receptor", "sender", "message", "localmessageids")]
        self.sends.append(columns[3])
        step = self.script.popleft() if self.script else None
        if isinstance(step, Exception):
            raise step
        if self.bad_receptors & set(columns[0]):
            raise ApiError(411)
        rows = [self._take(*values) for values in zip(*columns, strict=True)]
        if isinstance(step, tuple):
            raise step[1]
        return step(rows) if step else rows

    def _take(self, receptor, sender, message, localid):
        known = self.accepted.setdefault(localid, [])
        if not known or not self.deduplicate:
            known.append(
                {
                    "messageid": next(self._ids),
                    "receptor": receptor,
                    "sender": sender,
                    "message": message,
                    "status": 1,
                    "statustext": "در صف ارسال",
                    "cost": 120,
                }
            )
        return known[-1]

    def _look_up(self, fields):
        localids = [int(localid) for localid in fields["localid"].split(",")]
        self.lookups.append(localids)
        step = self.lookup_script.popleft() if self.lookup_script else None
        if step:
            raise step
        return [
            {"messageid": self.accepted[localid][0]["messageid"], "localid": str(localid), "status": 4}
            if localid in self.accepted
            else {"messageid": 0, "localid": str(localid), "status": 100}
            for localid in localids
        ]

    def _cancel(self, fields):
        messageids = [int(messageid) for messageid in fields["messageid"].split(",")]
        self.cancels.append(messageids)
        step = self.cancel_script.popleft() if self.cancel_script else None
        if isinstance(step, Exception):
            raise step
        rows = [self._cancelled(messageid) for messageid in messageids]
        if isinstance(step, tuple):
            raise step[1]
        return step(rows) if step else rows

    def _status(self, fields):
        messageids = [int(messageid) for messageid in fields["messageid"].split(",")]
        self.asked.append(messageids)
        step = self.status_script.popleft() if self.status_script else None
        if isinstance(step, Exception):
            raise step
        held = {row["messageid"]: row["status"] for rows in self.accepted.values() for row in rows}
        rows = [{"messageid": id_, "status": held.get(id_, 100), "statustext": ""} for id_ in messageids]
        return step(rows) if step else rows

    def _cancelled(self, messageid):
        held = (row for rows in self.accepted.values() for row in rows if row["messageid"] == messageid)
        row = next(held, {"status": 100})
        if row["status"] in self.cancellable:
            row["status"] = 13
        return {"messageid": messageid, "status": row["status"], "statustext": f"status {row['status']}"}


def make_messages(count, line="10004346"):
    return tuple(
        Message(10_000 + n, f"0912{n:07d}", line, f"سلام {n}", n, f"0912{n:07d}", 1) for n in range(1, count + 1)
    )


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def provider():
    return ScriptedProvider()


@pytest.fixture
def stopping():
    return threading.Event()


@pytest.fixture
def courier(provider, clock, stopping):
    patience = Patience(Retry(attempts=4, jitter="0s"), stopping, clock, clock.sleep)
    throttle = Throttle(4, clock, stopping, read_timeout=30.0)
    return Courier(SmsChannel(Client(provider), Shared()), patience, Pacer(None, clock), throttle, clock, settle=5.0)


@pytest.fixture
def messages():
    return make_messages
