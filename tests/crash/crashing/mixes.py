"""What goes wrong at the provider and on the way to it while processes are killed."""

from __future__ import annotations

from dataclasses import dataclass

# One number of every campaign, refused for good under some mixes.
REFUSED = 7


@dataclass(frozen=True, slots=True)
class Mix:
    """Faults of the sandbox under one name.

    `loses_answers` marks those after which a living process has to look up what it sent. `refuses` marks those under
    which the provider never takes number `REFUSED`, so that apply ends with exit code 3. `read_timeout` is the
    campaign's, in seconds: longer than any wait before a request is processed.
    """

    name: str
    faults: tuple[str, ...] = ()
    loses_answers: bool = False
    refuses: bool = False
    read_timeout: float = 0.5


_LOOK_UPS = "method=sms/statuslocalmessageid"

MIXES = (
    Mix("no faults"),
    Mix("lost answers", ("drop-after:every=4", "cut:every=5"), loses_answers=True),
    Mix("lost requests", ("drop-before:every=4", "http-before:every=5,status=502"), loses_answers=True),
    Mix("gateway", ("http-after:every=4,status=502", "http-before:every=6,status=502"), loses_answers=True),
    Mix("slow", ("slow-before:probability=0.5,seconds=0.25",)),
    Mix(
        "very slow and lost",
        ("slow-before:probability=0.3,seconds=0.9", "drop-after:probability=0.2,reset=yes"),
        loses_answers=True,
        read_timeout=2.0,
    ),
    Mix(
        "busy",
        (
            "error:every=3,code=409",
            "http-before:every=4,status=429,retry-after=0",
            "http-before:at=3,times=1,status=429,retry-after=1",
        ),
    ),
    Mix("odd rows", ("reverse", "missing-row:every=3,rows=2", "surplus-row:every=4"), loses_answers=True),
    Mix("folded echoes", ("fold-text", "mask-receptor:every=2", "reverse:every=3"), loses_answers=True),
    Mix("bad rows", ("bad-row:at=2+5,rows=2", "reverse:every=2")),
    Mix("a number refused", (f"error:code=411,receptor=0926.*{REFUSED:04d}$", "drop-after:every=7"), True, True),
    Mix("look-ups fail", (f"http-before:every=2,status=502,{_LOOK_UPS}", "drop-after:every=3"), loses_answers=True),
    Mix("look-ups cut", (f"cut:every=2,{_LOOK_UPS}", f"drop-after:every=3,{_LOOK_UPS}", "cut:every=3"), True),
    Mix("forgetful", ("forget-localids:window=0,for=sending", "drop-after:every=4"), loses_answers=True),
    Mix("connections refused", ("refuse:every=6,seconds=0.1", "drop-before:every=5")),
    Mix(
        "everything",
        (
            "slow-before:probability=0.15,seconds=0.2",
            "drop-before:probability=0.1",
            "error:probability=0.1,code=451",
            "missing-row:probability=0.1",
            "drop-after:probability=0.1",
            "http-after:probability=0.1,status=504",
            "cut:probability=0.1",
            "chunked:probability=0.2",
            "slow-after:probability=0.1,seconds=0.05",
        ),
        loses_answers=True,
    ),
)

# A killed process is begun anew within half a second: the look-up of the next one comes before its request arrives.
ON_ITS_WAY = Mix("on its way", ("slow-before:seconds=1.4",), read_timeout=2.0)
