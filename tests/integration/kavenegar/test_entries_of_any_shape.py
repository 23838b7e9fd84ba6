"""Whatever shape the entries of an answer have, no method of the client breaks on them (facts page, *Wire*)."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kaverun.kavenegar import Client, OutgoingMessage, Timeouts, Unanswered
from kaverun.kavenegar.methods import METHODS

PHONE = "09123456789"
CALLS = {
    "send": lambda client: client.send(PHONE, "سلام"),
    "send_array": lambda client: client.send_array([OutgoingMessage(PHONE, "10004346", "سلام", 7)]),
    "status": lambda client: client.status([1]),
    "status_by_localid": lambda client: client.status_by_localid([1]),
    "status_by_receptor": lambda client: client.status_by_receptor(PHONE, 1),
    "select": lambda client: client.select([1]),
    "select_outbox": lambda client: client.select_outbox(2_000_000_000),
    "latest_outbox": lambda client: client.latest_outbox(),
    "count_outbox": lambda client: client.count_outbox(1),
    "cancel": lambda client: client.cancel([1]),
    "lookup": lambda client: client.lookup(PHONE, "verify", "1"),
    "make_tts": lambda client: client.make_tts(PHONE, "سلام"),
    "account_info": lambda client: client.account_info(),
    "account_config": lambda client: client.account_config(),
}
ROW = {"messageid": 8792343001, "localid": "7", "status": 50, "statustext": "?", "receptor": PHONE, "cost": 120.0}
ROW |= {"date": "1356619709", "message": None, "sender": 10004346, "mincreditalarm": "10000", "debugmode": "disabled"}
ROW |= {"remaincredit": 5, "sumcount": 3, "new": {"nested": [1]}}
SHAPES = [None, [], {}, "text", 7, ROW, [ROW], [ROW, None, "text", ROW], [{}], [[ROW]], [dict.fromkeys(ROW)]]


@pytest.fixture(scope="module")
def server():
    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.dumps(
                {"return": {"status": 200, "message": "تایید شد"}, "entries": self.server.entries}
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_every_call_is_tried():
    assert set(CALLS) == {method.call for method in METHODS.values()}


@pytest.mark.parametrize("entries", SHAPES, ids=lambda entries: json.dumps(entries)[:30])
def test_no_call_breaks_on_entries(server, entries):
    server.entries = entries
    client = Client.connect(f"http://127.0.0.1:{server.server_address[1]}/v1", "key-of-nobody", Timeouts(2, 5))
    for name, call in CALLS.items():
        try:
            call(client)
        except Unanswered:
            assert name == "lookup"  # no row: it may have been sent


@pytest.mark.parametrize("entries", [ROW, [ROW]], ids=["object", "list"])
def test_one_object_and_a_list_of_one_are_the_same(server, entries):
    server.entries = entries
    client = Client.connect(f"http://127.0.0.1:{server.server_address[1]}/v1", "key-of-nobody", Timeouts(2, 5))
    (row,) = client.send(PHONE, "سلام")
    assert row == client.lookup(PHONE, "verify", "1") == client.select([1])[0] == client.make_tts(PHONE, "سلام")[0]
    assert (row.messageid, row.status, row.cost, row.date, row.sender) == (8792343001, 50, 120, 1356619709, "10004346")
    assert client.count_outbox(1).sumcount == 3
    assert client.account_info().remaincredit == 5
    assert client.account_config().mincreditalarm == 10_000
