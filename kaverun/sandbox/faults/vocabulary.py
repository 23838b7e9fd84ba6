"""The vocabulary of faults: their kinds, their triggers, and the keys of each kind.

Kinds by when they act:

before the request is processed   slow-before refuse drop-before hang-before http-before error
while it is processed             bad-row debugmode forget-localids no-dedupe
on the rows of the answer         reverse missing-row surplus-row foreign-receptor mask-receptor fold-text
after it was processed            slow-after error-after http-after drop-after hang-after cut chunked
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Literal

Scope = Literal["sending", "lookup", "both"]

#: the methods that send (document, *Send*, *SendArray*, *VerifyLookup*, *MakeTTS*): what faults act on by default
SENDING = ("sms/send", "sms/sendarray", "verify/lookup", "call/maketts")


class Phase(IntEnum):
    """When a kind acts; a request goes through the phases in this order."""

    DELAY_BEFORE = 0
    BEFORE = 1
    DURING = 2
    ROWS = 3
    DELAY_AFTER = 4
    AFTER = 5
    SHAPE = 6


#: after a fault in one of these phases, no later one acts on the request
FINAL_PHASES = frozenset({Phase.BEFORE, Phase.AFTER})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    name: str
    phase: Phase
    #: one line for people
    what: str
    #: the keys it takes in addition to the trigger, `method` and `times`
    keys: frozenset[str] = frozenset()
    #: keys that must be given
    needs: frozenset[str] = frozenset()
    #: the methods it acts on by default
    methods: tuple[str, ...] = SENDING


def _kind(name: str, phase: Phase, what: str, keys: str = "", needs: str = "", methods: tuple[str, ...] = ()) -> Kind:
    return Kind(name, phase, what, frozenset(keys.split()), frozenset(needs.split()), methods or SENDING)


_LOOKUP = "sms/statuslocalmessageid"
_ROW_PATTERNS = "receptor text"

_KINDS = (
    _kind("slow-before", Phase.DELAY_BEFORE, "waits `seconds`, then processes, even if the client has left", "seconds"),
    _kind("refuse", Phase.BEFORE, "closes the listener for `seconds`: connections are refused", "seconds"),
    _kind("drop-before", Phase.BEFORE, "closes the connection, nothing processed", "reset receptor text"),
    _kind("hang-before", Phase.BEFORE, "never answers, nothing processed (at most `seconds`)", "seconds receptor text"),
    _kind("http-before", Phase.BEFORE, "answers HTML with HTTP `status`, nothing processed", "status retry-after"),
    _kind("error", Phase.BEFORE, "answers error `code`, nothing processed", "code receptor text", needs="code"),
    _kind("bad-row", Phase.DURING, "`rows` rows are answered with status 6 and no messageid", f"rows {_ROW_PATTERNS}"),
    _kind(
        "debugmode",
        Phase.DURING,
        "debugmode is on: nothing is really sent, status 13",
        methods=(*SENDING, "account/config"),
    ),
    _kind(
        "forget-localids",
        Phase.DURING,
        "localids older than `window` are forgotten `for` sending, lookup or both",
        "window for",
        methods=(*SENDING, _LOOKUP),
    ),
    _kind("no-dedupe", Phase.DURING, "a repeated localid is sent again"),
    _kind("reverse", Phase.ROWS, "the rows of the answer come in reverse order"),
    _kind("missing-row", Phase.ROWS, "`rows` rows are processed and left out of the answer", "rows"),
    _kind("surplus-row", Phase.ROWS, "`rows` rows that were not in the request are added to the answer", "rows"),
    _kind("foreign-receptor", Phase.ROWS, "`rows` rows of the answer name another receptor", "rows"),
    _kind("mask-receptor", Phase.ROWS, "the receptors of the answer are masked: 0912***4567"),
    _kind("fold-text", Phase.ROWS, "the texts of the answer are folded: white space, ي and ك, invisible marks, digits"),
    _kind("slow-after", Phase.DELAY_AFTER, "processes, then waits `seconds` before answering", "seconds"),
    _kind("error-after", Phase.AFTER, "processes, then answers error `code`", "code", needs="code"),
    _kind("http-after", Phase.AFTER, "processes, then answers HTML with HTTP `status`", "status retry-after"),
    _kind("drop-after", Phase.AFTER, "processes, then closes the connection without an answer", "reset receptor text"),
    _kind("hang-after", Phase.AFTER, "processes, then never answers (at most `seconds`)", "seconds receptor text"),
    _kind("cut", Phase.SHAPE, "processes, then cuts the answer's body after `bytes` (default: half)", "bytes"),
    _kind("chunked", Phase.SHAPE, "the answer comes in chunks, without a Content-Length"),
)

#: every kind by name
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _KINDS})


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a fault acts on a matching request; all conditions must hold. Without conditions: always."""

    #: the share of requests, 0 to 1, drawn with the sandbox's seed
    probability: float = 1.0
    #: the requests with these numbers, counted from 1 among the matching ones
    at: tuple[int, ...] = ()
    #: only the first N
    first: int | None = None
    #: only multiples of N: 5 means the 5th, the 10th …
    every: int | None = None
    #: only after the first N
    after: int = 0
    #: only once the sandbox has accepted N messages
    messages: int = 0

    def due(self, number: int, accepted: int, draw: float) -> bool:
        """Whether it acts on request `number` (from 1), given `accepted` messages so far and a `draw` from [0, 1)."""
        return (
            draw < self.probability
            and (not self.at or number in self.at)
            and (self.first is None or number <= self.first)
            and (self.every is None or number % self.every == 0)
            and number > self.after
            and accepted >= self.messages
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what happens (`kind` and its keys), when (`trigger`, at most `times`), and to which `methods`."""

    kind: Kind
    #: the text it was given as
    spec: str
    trigger: Trigger = Trigger()
    #: shell patterns over `scope/method`, lower case
    methods: tuple[str, ...] = SENDING
    times: int | None = None
    #: how long to wait or keep the listener closed; None: the default of the kind
    seconds: float | None = None
    #: `return.status`
    code: int = 0
    #: HTTP status of an HTML page
    status: int = 502
    #: value of a Retry-After header, seconds
    retry_after: int | None = None
    #: how many bytes of the body are still sent; None: half
    bytes: int | None = None
    rows: int = 1
    #: regular expressions: only requests with a row whose receptor (09…) and text match
    receptor: str = ""
    text: str = ""
    #: seconds after which a localid is forgotten
    window: float = 0.0
    scope: Scope = "both"
    #: whether a dropped connection is reset instead of closed
    reset: bool = False

    @property
    def chooses_rows(self) -> bool:
        """Whether it matches receptors or texts."""
        return bool(self.receptor or self.text)
