"""Whom to ask, and with which key: the base URL, the provider it leads to, and the key from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from kaverun.errors import Refused
from kaverun.files.small import read_small

DEFAULT_BASE_URL = "https://api.kavenegar.com/v1"
_LONGEST_KEY_FILE = 4096  # bytes
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_like_a_path = re.compile(r".*/.*|.*\.[A-Za-z0-9]{1,8}").fullmatch
# A key may end in = as base64 does, but nothing follows that.
_assignment = re.compile(r"(?:export\s+|set\s+)?[A-Za-z_][A-Za-z0-9_]*\s*[=:]\s*[^=\s]", re.IGNORECASE).match


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_base_url(url: str) -> str:
    """`url` without a trailing slash; raises `Refused` if the key would be sent unencrypted."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # half of an IPv6 address, a port of letters
        usable = False
    if not usable or not parts.hostname:
        raise Refused(f"the base URL is not a web address: write it as {DEFAULT_BASE_URL}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Refused(
            f"base URL http://{parts.hostname} would send the API key unencrypted: "
            "use https (plain http is for this machine only, such as http://127.0.0.1:8870/v1)"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Refused(f"base URL of {parts.hostname} must not contain a user, a query or a fragment")
    return url.rstrip("/")


def provider_of(base_url: str) -> str:
    """The host that is sent to; every address of this machine is "loopback", whatever its port."""
    host = urlsplit(checked_base_url(base_url)).hostname or ""
    return "loopback" if is_loopback(host) else host


def api_key(environment: Mapping[str, str] = os.environ) -> str:
    """The key from KAVENEGAR_API_KEY, or from the file KAVENEGAR_API_KEY_FILE names; raises `Refused`.

    No message shows any of what was given: it may be the key, or most of it.
    """
    key = _stripped(environment.get("KAVENEGAR_API_KEY", "")) or _stripped(_key_of_file(environment))
    if not key:
        raise Refused(
            "no API key: set KAVENEGAR_API_KEY, or KAVENEGAR_API_KEY_FILE to a file that holds it "
            "(to try without one: --sandbox)"
        )
    return checked_key(key)


def checked_key(written: str) -> str:
    """The key without what surrounds it; raises `Refused` if it is not a key, without showing it."""
    key = _stripped(written)
    if complaint := _complaint(key) if key else "is empty":
        raise Refused(f"the API key {complaint}")
    return key


def _stripped(written: str) -> str:
    return written.strip().removeprefix("\ufeff").strip()


def _complaint(key: str) -> str:
    """What is wrong with a key, in words that follow "the API key"; "" if nothing is."""
    if _assignment(key):
        return "is given as NAME=VALUE: give only what follows the ="
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        return "is in quotes: remove them"
    if len(key.split()) > 1:
        return "is several words or lines: give the key alone, on one line"
    if not key.isascii() or not key.isprintable() or any(mark in key for mark in "/?#%\\"):
        return "contains characters that no key has: copy it again from the panel"
    return ""


def _key_of_file(environment: Mapping[str, str]) -> str:
    name = environment.get("KAVENEGAR_API_KEY_FILE", "")
    if not name:
        return ""
    # What is not a path may be the key itself, so it is not shown.
    shown = name if _like_a_path(name) else "a file"
    try:
        content = read_small(Path(name), _LONGEST_KEY_FILE)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        hint = "" if _like_a_path(name) else "; it takes the path of a file, and KAVENEGAR_API_KEY the key itself"
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {shown} that cannot be read: {reason}{hint}") from None
    if len(content) > _LONGEST_KEY_FILE:
        raise Refused(
            f"KAVENEGAR_API_KEY_FILE names {shown} of more than {_LONGEST_KEY_FILE:,} bytes, which is not a key"
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {shown} in UTF-16: save it as UTF-8 or plain ASCII")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"KAVENEGAR_API_KEY_FILE names {shown} that is not a text file") from None
