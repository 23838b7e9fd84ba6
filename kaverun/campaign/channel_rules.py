"""Which keys of a campaign file go with which channel, looked at in the raw data like all rules between keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kaverun.campaign.models import LOOKUP_KEYS, TOKENS
from kaverun.errors import Problem
from kaverun.strict_yaml.document import Document
from kaverun.text.excerpt import excerpt

Data = dict[str, object]

_OF_LOOKUPS = "belongs to `channel: lookup`: delete it, or write that channel"
_NO_LINE = "does not apply: Kavenegar chooses the line of a {}; delete it"
_NO_PRICE = "does not apply: only Kavenegar knows the parts and the price of a {}; delete it"
_NO_PARAMETER = "does not apply: Kavenegar takes no {} with a {}; delete it"


def _unpriced(what: str) -> dict[tuple[str, ...], str]:
    return {
        ("senders",): _NO_LINE.format(what),
        ("tariff",): _NO_PRICE.format(what),
        ("limits", "parts"): _NO_PRICE.format(what),
        ("limits", "cost"): _NO_PRICE.format(what),
        ("message", "hide"): _NO_PARAMETER.format("hide", what),
        ("message", "policy"): _NO_PARAMETER.format("policy", what),
    }


# API document, *VerifyLookup* and *MakeTTS*: the parameters they have.
_FOREIGN: Mapping[str, Mapping[tuple[str, ...], str]] = {
    "sms": {("message", key): _OF_LOOKUPS for key in LOOKUP_KEYS},
    "lookup": {
        **_unpriced("lookup"),
        ("message", "text"): "does not apply: the text of a lookup stands in the panel; write template and token",
        ("message", "file"): "does not apply: the text of a lookup stands in the panel; write template and token",
        ("message", "max_length"): "does not apply: a token has at most 100 characters; delete it",
        ("schedule", "at"): "does not apply: verify/lookup has no send time, it sends at once; delete it",
    },
    "voice": {
        **_unpriced("call"),
        **{("message", key): _OF_LOOKUPS for key in LOOKUP_KEYS},
        ("message", "type"): _NO_PARAMETER.format("type", "call"),
        ("message", "tag"): _NO_PARAMETER.format("tag", "call"),
    },
}


def foreign_keys(document: Document, data: Data) -> Iterator[Problem]:
    """Keys that mean nothing with the campaign's channel."""
    channel = _channel(data)
    for keys, words in _FOREIGN.get(channel, {}).items():
        if _stands(data, keys):
            yield document.problem(words, *keys, of="key")
    kind = _message(data).get("type")
    if channel == "sms" and isinstance(kind, str) and kind in ("sms", "call"):
        yield document.problem(f"{excerpt(kind)} {_OF_LOOKUPS}; here it is 0 to 3", "message", "type")
    if channel == "lookup" and isinstance(kind, int):
        yield document.problem(f"must be sms or call with `channel: lookup`, and is {kind}", "message", "type")


def needed_keys(document: Document, data: Data) -> Iterator[Problem]:
    """Keys of `message` without which the campaign's channel has nothing to send."""
    message = _message(data)
    if "message" not in data or not isinstance(data["message"], dict):
        return
    if _channel(data) == "lookup":
        for key, words in _NEEDED.items():
            if key not in message:
                yield document.problem(words, "message", of="key")
        return
    if "text" in message and "file" in message:
        yield document.problem("both text and file are given: keep one of the two", "message", "file", of="key")
    if "text" not in message and "file" not in message:
        yield document.problem("has neither text nor file: write one of the two", "message", of="key")


_NEEDED = {
    "template": "has no template: write `template:` with the name of a template in the Kavenegar panel",
    "token": f"has no token: write `token:` with what %token becomes ({', '.join(TOKENS[1:])} are optional)",
}


def _channel(data: Data) -> str:
    return str(data.get("channel", "sms"))


def _message(data: Data) -> Data:
    found = data.get("message")
    return found if isinstance(found, dict) else {}


def _stands(data: Data, keys: tuple[str, ...]) -> bool:
    found: object = data
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found is not None
