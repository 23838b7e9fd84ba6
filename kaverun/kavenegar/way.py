"""Checks the proxy and certificates that the environment names, before anything depends on them.

`requests` takes both from the environment, finds out late that one cannot be used, and then blames the provider.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, prepend_scheme_if_needed, select_proxy
from urllib3.util import parse_url

from kaverun.errors import Refused

# In the order in which `requests` tries them.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_SOCKS = ("socks4", "socks4a", "socks5", "socks5h")


def check_way(url: str, environment: Mapping[str, str] = os.environ) -> None:
    """Raise `Refused` if the proxy or the certificates that the environment names for `url` cannot be used."""
    if proxy := select_proxy(url, get_environ_proxies(url)):
        name = next((name for name in _PROXIES if environment.get(name) == proxy), "the environment")
        if complaint := _proxy_complaint(proxy):
            raise Refused(f"{name} names a proxy that cannot be used: {complaint}; nothing was sent")
    for name in _BUNDLES:
        if bundle := environment.get(name):
            if complaint := _bundle_complaint(Path(bundle)):
                words = f"{name} names {bundle}, which {complaint}: name a file of certificates, or unset it"
                raise Refused(f"{words}; nothing was sent")
            break


def _proxy_complaint(proxy: str) -> str:
    """What is wrong with a proxy's address, "" if nothing is. It may hold a password, so it is not repeated."""
    try:
        whole: str = prepend_scheme_if_needed(proxy, "http")  # type: ignore[no-untyped-call]
        parts = urlsplit(whole)
        usable = bool(parts.hostname and parse_url(whole).host and parts.port != 0)
    except ValueError:
        usable = False
    if not usable:
        return "it is not a web address; write it as http://host:port, or unset it"
    if parts.scheme in _SOCKS:
        if find_spec("socks"):
            return ""
        return f"{parts.scheme}:// needs the package PySocks; install it, name an http:// proxy, or unset it"
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme}:// is not a kind of proxy; write it as http://host:port, or unset it"
    return ""


def _bundle_complaint(bundle: Path) -> str:
    """What is wrong with a file, or a folder, of certificates, "" if nothing is."""
    try:
        if bundle.is_dir():
            return ""
        if not bundle.exists():
            return "does not exist"
        if not bundle.is_file():
            return "is not a file"
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(bundle)
    except ssl.SSLError:
        return "contains no certificate"
    except (OSError, ValueError) as error:
        return f"cannot be read ({getattr(error, 'strerror', None) or 'its name is not valid'})"
    return ""
