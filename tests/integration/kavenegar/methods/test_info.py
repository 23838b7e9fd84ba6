"""Info (API document, 13): credit in Rial, expiry, type."""

from __future__ import annotations

NOW = 1_700_000_000


def test_client_gives_credit_expiry_and_type(bench, send):
    send()
    info = bench.client().account_info()
    assert (info.remaincredit, info.type) == (1_000_000_000 - 120, "پیش پرداخت")
    assert info.expiredate > NOW


def test_command_reads_by_a_bare_get(bench, command, answered):
    assert answered("account/info")["remaincredit"] == 1_000_000_000
    assert "1,000,000,000 Rial (100,000,000 Toman)" in command("account")[1]
    assert {request.verb for request in bench.sandbox.requests()} == {"GET"}


def test_sandbox_answers_an_object_with_the_documented_fields(wire):
    for verb in ("GET", "POST"):
        assert list(wire.entries("account/info", verb)) == ["remaincredit", "expiredate", "type"]
    assert wire.xml("account/info")["type"] == "پیش پرداخت"
    assert wire.code("account/info", "DELETE") == 405
