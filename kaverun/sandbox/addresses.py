"""Which clients may read whole messages (document, *IP Whitelisting*)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

LOOPBACK = ("127.0.0.0/8", "::1/128")


def network(written: str) -> Network:
    """An address or a network such as 10.1.0.0/16; raises ValueError."""
    return ip_network(written.strip(), strict=False)


def admits(networks: Sequence[Network], source: str) -> bool:
    """Whether a client at `source` is in one of `networks`."""
    address = ip_address(source.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in one for one in networks)
