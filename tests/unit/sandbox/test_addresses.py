from __future__ import annotations

import pytest

from kaverun.sandbox.addresses import LOOPBACK, admits, network


@pytest.mark.parametrize("source", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_admitted_by_default(source: str) -> None:
    assert admits([network(written) for written in LOOPBACK], source)


@pytest.mark.parametrize("source", ["192.0.2.1", "fe80::1%eth0", "::ffff:192.0.2.1"])
def test_others_are_not(source: str) -> None:
    assert not admits([network(written) for written in LOOPBACK], source)


def test_a_single_address_and_a_network_with_host_bits_are_taken() -> None:
    assert admits([network("192.0.2.1")], "192.0.2.1")
    assert admits([network("10.1.2.3/16")], "10.1.9.9")


def test_an_empty_whitelist_admits_nobody() -> None:
    assert not admits([], "127.0.0.1")
