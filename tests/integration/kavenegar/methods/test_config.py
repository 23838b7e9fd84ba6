"""Config (API document, 14): the account's settings; any parameter writes one (facts page, *Meaning*)."""

from __future__ import annotations

CONFIG = {
    "apilogs": "enabled",
    "dailyreport": "enabled",
    "debugmode": "disabled",
    "defaultsender": "10004346",
    "mincreditalarm": 10000,
    "resendfailed": "enabled",
}


def test_client_reads_and_never_writes(bench):
    config = bench.client().account_config()
    assert (config.debugmode, config.defaultsender, config.mincreditalarm) == (False, "10004346", 10_000)
    assert (config.apilogs, config.dailyreport, config.resendfailed, config.others) == ("enabled",) * 3 + ({},)
    assert [request.verb for request in bench.sandbox.requests()] == ["GET"]


def test_command_reads_and_writes_where_it_is_told_yes(bench, command, answered):
    assert answered("account/config")["debugmode"] == "disabled"
    assert command("api", "account/config", "debugmode=enabled")[0] == 1
    assert answered("account/config")["debugmode"] == "disabled"
    assert answered("account/config", "debugmode=enabled", "--yes")["debugmode"] == "enabled"
    assert "ENABLED" in command("account")[1]
    assert [request.verb for request in bench.sandbox.requests()][:2] == ["GET", "GET"]


def test_sandbox_reads_without_and_writes_with_a_parameter(bench, wire, live):
    shown = {**CONFIG, "mincreditalarm": "10000" if live else 10000}
    for verb in ("GET", "POST"):
        assert wire.entries("account/config", verb) == shown
    assert wire.entries("account/config", debugmode="enabled", apilogs="") == {**shown, "debugmode": "enabled"}
    assert wire.xml("account/config")["debugmode"] == "enabled"
    (row,) = wire.entries("sms/send", receptor="09123456789", message="سلام")
    assert (row["status"], bench.sandbox.credit) == (13, 1_000_000_000)


def test_sandbox_refuses_nonsense(wire):
    assert wire.code("account/config", debugmode="perhaps") == 400
    assert wire.code("account/config", defaultsender="nobody") == 412
    assert wire.code("account/config", mincreditalarm="much") == 400
