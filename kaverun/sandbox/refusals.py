"""What the real service may refuse in a request that this sandbox accepted, and why.

The sandbox accepts any line, tag and template unless the settings list those of the panel, and it follows one of two
descriptions of the service at a time. A note says where the real service may be stricter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from kaverun.kavenegar.methods import METHODS
from kaverun.sandbox.addresses import LOOPBACK
from kaverun.sandbox.call import Call
from kaverun.sandbox.records import Draft, Envelope, Note
from kaverun.sandbox.settings import SandboxSettings

#: the limits in the document, whatever the settings say (document, *Message Length*, *Rate Limiting*)
MOST_CHARACTERS, MOST_MESSAGES, MOST_IDS = 900, 200, 500
#: how many unknown parameters are named, and how many characters of each
_MOST_NAMES, _LONGEST_NAME = 5, 40

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DOMAIN = re.compile(r"\.(?:ir|com|net|org|info|io|co)(?![a-z0-9])", re.I)
_LONG = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def holds_link(text: str) -> bool:
    """Whether `text` contains something that a phone shows as a link."""
    return "://" in text or "www." in text or _DOMAIN.search(text) is not None


def of_sending(settings: SandboxSettings, call: Call, shared: Envelope, drafts: Sequence[Draft]) -> Iterator[Note]:
    """Notes on a request that sends."""
    yield from _of_the_panel(settings, call, shared, drafts)
    yield from _of_texts([draft.text for draft in drafts])
    yield from _of_ids(call, [draft.localid for draft in drafts])
    if len(drafts) > MOST_MESSAGES:
        yield Note(414, f"the document allows {MOST_MESSAGES} messages, there are {len(drafts)}")


def of_parameters(method: str, fields: Iterable[str]) -> Iterator[Note]:
    """Notes on parameters of `method` that are in no document: mistakes of other clients, such as `localids`."""
    known = METHODS[method].parameters
    unknown = [name[:_LONGEST_NAME] for name in fields if name not in known]
    for name in unknown[:_MOST_NAMES]:
        near = get_close_matches(name, known, n=1)
        yield Note(0, f"the parameter {name} is not documented" + (f", did you mean {near[0]}?" if near else ""))


def of_look_up(asked: int) -> Iterator[Note]:
    """Notes on a request that looks up `asked` ids."""
    if asked > MOST_IDS:
        yield Note(414, f"the document allows {MOST_IDS} ids, there are {asked}")


def of_whitelist(settings: SandboxSettings) -> Iterator[Note]:
    """Notes on a method that requires a whitelisted address."""
    if settings.ip_whitelist == LOOPBACK:
        yield Note(407, "unless the client's IP address is on the account's whitelist")


def _of_the_panel(settings: SandboxSettings, call: Call, shared: Envelope, drafts: Sequence[Draft]) -> Iterator[Note]:
    if not settings.lines and call.fields.get("sender", "").strip():
        lines = ", ".join(dict.fromkeys(draft.sender for draft in drafts))
        yield Note(412, f"unless these are lines of the account: {lines}")
    if not settings.tags and shared.tag:
        yield Note(607, f"unless the panel has the tag {shared.tag}")
    if "_" in shared.tag:
        yield Note(607, "tags in the document have no underscore")
    if not settings.templates and shared.template:
        yield Note(424, f"unless the panel has the template {shared.template}")


def _of_texts(texts: Sequence[str]) -> Iterator[Note]:
    # All texts at once first: nearly always nothing is found.
    together = "\n".join(texts)
    if holds_link(together):
        rows = _rows(index for index, text in enumerate(texts) if holds_link(text))
        yield Note(420, f"a link in {rows}, if the account may not send links")
    if _CONTROL.search(together):
        yield Note(422, f"a control character in {_rows(i for i, text in enumerate(texts) if _CONTROL.search(text))}")
    if len(together) > MOST_CHARACTERS and max(map(len, texts)) > MOST_CHARACTERS:
        yield Note(413, f"the document allows {MOST_CHARACTERS} characters, there are {max(map(len, texts))}")


def _of_ids(call: Call, localids: Sequence[str]) -> Iterator[Note]:
    if any(localid and not _LONG.fullmatch(localid) for localid in localids):
        yield Note(400, "localids in the document are whole numbers")
    if "localmessageids" in call.fields and call.fields["localmessageids"].strip()[:1] not in ("", "["):
        yield Note(419, "localmessageids in the document are a JSON array")


def _rows(places: Iterator[int]) -> str:
    """`row 3` or `rows 3, 8, …`, counted from 1."""
    numbers = [str(place + 1) for place in places]
    shown = ", ".join(numbers[:5]) + (", …" if len(numbers) > 5 else "")
    return f"row{'s' if len(numbers) > 1 else ''} {shown}"
