"""What the sandbox remembers: messages it accepted, and requests it received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kaverun.sandbox.form import FormError, read_fields
from kaverun.sandbox.parts import Encoding

Channel = Literal["sms", "call"]


class Message(NamedTuple):
    """One message the sandbox accepted; times are unix seconds, `cost` is in Rial."""

    messageid: int
    #: "" if the request had none
    localid: str
    #: 09…
    receptor: str
    #: without a prefix
    sender: str
    text: str
    status: int
    cost: int
    encoding: Encoding
    parts: int
    #: when it goes out, or went out
    date: int
    accepted_at: float
    #: number of the request in the journal that brought it
    request: int
    type: int | None = None
    tag: str = ""
    hide: bool = False
    policy: str = ""
    channel: Channel = "sms"
    #: of verify/lookup
    template: str = ""
    #: its last status, if that is not the usual one
    ending: int | None = None


class Draft(NamedTuple):
    """One row of a sending request, its values checked."""

    #: 09…, or as written if `refused`
    receptor: str
    #: the receptor as written in the request
    written: str
    sender: str
    text: str
    localid: str = ""
    type: int | None = None
    #: answered as a row with status 6 and no messageid
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the rows of one request share."""

    #: number of the request in the journal
    request: int
    #: unix seconds; None: now
    date: int | None = None
    tag: str = ""
    hide: bool = False
    policy: str = ""
    channel: Channel = "sms"
    #: of verify/lookup
    template: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something in a request that was accepted here, and that the real service may not accept."""

    #: the `return.status` it may answer; 0: it answers 200 and ignores that
    code: int
    why: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request in the journal; the key in `path` is masked."""

    #: counted from 1
    number: int
    #: unix seconds of the sandbox's clock
    at: float
    #: GET, POST …
    verb: str
    path: str
    #: `scope/method` in lower case, "" if the path names none
    method: str
    #: the number of messages or ids, as far as the request can be read
    rows: int
    #: bytes of the body
    size: int
    #: "" while it is being answered; then answered, dropped or cut
    outcome: str = ""
    #: HTTP status of the answer; 0: none
    http_status: int = 0
    #: `return.status` of the answer; 0: none
    status: int = 0
    #: the kinds of faults that acted on it
    faults: tuple[str, ...] = ()
    #: why it was refused, in English; "" if it was not
    why: str = ""
    notes: tuple[Note, ...] = ()
    #: query and body, while the journal has room for them
    raw: tuple[bytes, bytes] = (b"", b"")

    @property
    def fields(self) -> Mapping[str, str]:
        """Its form fields by name in lower case; empty if they cannot be read or are no longer kept."""
        try:
            return read_fields(*self.raw)
        except FormError:
            return {}
