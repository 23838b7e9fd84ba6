"""The forms of numbers that the service accepts (facts, *Meaning*), and how an answer writes them."""

from __future__ import annotations

import re
from typing import Literal

#: how an answer writes a receptor: 09…, as in the request, or +989…
ReceptorForm = Literal["local", "asked", "international"]

_RECEPTOR = re.compile(r"\s*(?:\+98|0098|0)?(9[0-9]{9})\s*", re.ASCII)
_SENDER = re.compile(r"\s*(?:\+98|0098)?([0-9]{3,16})\s*", re.ASCII)


def receptor(written: str) -> str | None:
    """A receptor as 09…; None if the service refuses it. Accepted: 09…, 9…, +989…, 00989…."""
    match = _RECEPTOR.fullmatch(written)
    return "0" + match[1] if match else None


def sender(written: str) -> str | None:
    """A line without its prefix; None if the service refuses it. Accepted: 10004346, +9810004346, 009810004346."""
    match = _SENDER.fullmatch(written)
    return match[1] if match else None


def shown(local: str, written: str, form: ReceptorForm) -> str:
    """How an answer writes the receptor `local` (09…) that the request has as `written`."""
    if form == "local":
        return local
    if form == "international":
        return "+98" + local[1:]
    return written.strip() if receptor(written) == local else local
