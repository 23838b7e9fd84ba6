"""Refuses pages of other sites that run in a browser on this machine (DNS rebinding, cross-site requests).

A page can send requests to a sandbox on loopback. The browser then reveals it: by the Host of a name that was made to
point here, by an Origin, by Sec-Fetch-Site. Clients of the API send only Host.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import Message
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

#: Names that point to this machine, also from within a container, and that nobody can register.
_LOCAL: Final = re.compile(r"(?:[\w-]+\.)*(?:localhost|internal)\.?", re.IGNORECASE | re.ASCII).fullmatch
#: Programs with a fixed address reach a sandbox through an entry in /etc/hosts.
_PROVIDERS: Final = re.compile(r"(?:[\w-]+\.)*kavenegar\.com", re.IGNORECASE | re.ASCII).fullmatch
_WORD: Final = re.compile(r"[\w-]+", re.ASCII).fullmatch
_AUTHORITY: Final = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#]*)", re.IGNORECASE | re.ASCII).match
_OWN_SITE: Final = ("same-origin", "none")

_HOST_WORDS = (
    "the Host {} is not this sandbox's own: use the address it listens on, such as 127.0.0.1 (a page whose name points "
    "here is refused)"
)
_ORIGIN_WORDS = "a request from a page of another site ({}) is refused: open the sandbox's own address"


def refused(headers: Message, target: str, listening: str, *, control: bool) -> str:
    """Why a request is not answered; "" if it is.

    `target` is as in the request line, `listening` the host that the sandbox listens on. Requests to the sandbox itself
    (`control`) have stricter rules than the methods of the API, which any client may call.
    """
    hosts = [_name(host) for host in headers.get_all("Host", [])]
    if control and (named := _AUTHORITY(target)):
        hosts.append(_name(named[1]))
    for host in hosts:
        if not _is_own(host, listening, control=control):
            return _HOST_WORDS.format(repr(host))
    return _foreign_page(headers.get_all("Origin", []), headers) if control else ""


def _foreign_page(origins: Sequence[str], headers: Message) -> str:
    own = headers.get("Host", "").strip().lower()
    for origin in origins:
        if urlsplit(origin.strip().lower()).netloc != own or not own:
            return _ORIGIN_WORDS.format(origin.strip()[:100])
    for site in headers.get_all("Sec-Fetch-Site", []):
        if site.strip().lower() not in _OWN_SITE:
            return _ORIGIN_WORDS.format(site.strip()[:100])
    return ""


def _name(authority: str) -> str:
    """The host of an authority such as user@[::1]:8870."""
    host = authority.strip().rpartition("@")[2]
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _is_own(host: str, listening: str, *, control: bool) -> bool:
    if not host or host.lower() == listening.lower() or _LOCAL(host):
        return True
    reaches_beyond = not _is_loopback(listening)
    if _is_address(host):
        return reaches_beyond or _is_loopback(host)
    # A name without a dot belongs to a container or a machine nearby, not to a site.
    if _WORD(host):
        return reaches_beyond or not control
    return not control and _PROVIDERS(host) is not None


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return ip_address(host.partition("%")[0]).is_loopback if _is_address(host) else _LOCAL(host) is not None
