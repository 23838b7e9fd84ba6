"""Pages that change the sandbox while it runs."""

from __future__ import annotations

from typing import Any

from kaverun.sandbox.control.reading import clock, credit, faults
from kaverun.sandbox.control.route import Asked, Route
from kaverun.sandbox.control.values import Misuse, as_json
from kaverun.sandbox.faults.parser import LONGEST_WAIT, FaultList, parse_faults


def _reset(asked: Asked) -> Any:
    asked.provider.reset()
    return {"status": "ok"}


def _set_clock(asked: Asked) -> Any:
    values, hour = asked.values, asked.provider.clock
    stop, resume = values.flag("stop"), values.flag("resume")
    moment, advance = (values.number(name) if name in values else None for name in ("set", "advance"))
    if moment is None and advance is None and not stop and not resume:
        raise Misuse("give advance=SECONDS, set=UNIX_TIME, stop=1 or resume=1")
    if stop:
        hour.stop()
    if moment is not None:
        hour.set(moment)
    if advance is not None:
        hour.advance(advance)
    if resume:
        hour.resume()
    return clock(asked)


def _set_faults(asked: Asked) -> Any:
    told = _told_faults(asked.body)
    if asked.values.flag("add"):
        asked.provider.deck.add(told.faults)
    else:
        asked.provider.deck.replace(told.faults, told.seed)
    return faults(asked)


def _told_faults(body: bytes) -> FaultList:
    if body.lstrip()[:1] in (b"[", b"{", b'"'):
        return parse_faults(as_json(body))
    try:
        return parse_faults([spec for spec in body.decode().splitlines() if spec.strip()])
    except UnicodeDecodeError:
        raise Misuse("the body is not text") from None


def _seed(asked: Asked) -> Any:
    values = asked.values
    number, messages = values.whole("seed", least=-(2**62)), values.raw("messages")
    if number is None and messages is None:
        raise Misuse("give seed=NUMBER, or messages=[…] to start with")
    put = 0
    if messages is not None:
        from kaverun.sandbox.control.seeding import seed

        put = len(seed(asked.provider.state, messages))
    if number is not None:
        asked.provider.reseed(number)
    return {"status": "ok", **({} if messages is None else {"messages": put})}


def _set_credit(asked: Asked) -> Any:
    """Set the credit to `set` Rial, or add `add` Rial."""
    values, state = asked.values, asked.provider.state
    if "set" not in values and "add" not in values:
        raise Misuse("give set=RIAL or add=RIAL")
    with state.lock:
        start = values.number("set") if "set" in values else state.credit
        rial = int(start) + int(values.number("add"))
        if rial < 0:
            raise Misuse("the credit must not be negative")
        state.credit = rial
    return credit(asked)


def _refuse(asked: Asked) -> Any:
    values = asked.values
    asked.line.refuse(values.number("seconds", 0, LONGEST_WAIT) if "seconds" in values else 1.0)
    return {"status": "ok"}


ROUTES = (
    Route("POST", "reset", "return to the start: no messages, initial credit and faults, an empty journal", _reset),
    Route(
        "POST",
        "clock",
        "move or stop its clock",
        _set_clock,
        {
            "advance": "seconds to move forward",
            "set": "unix seconds to set it to",
            "stop": "1: stop the clock",
            "resume": "1: let time continue",
        },
    ),
    Route(
        "POST",
        "faults",
        "replace the active faults: one per line, a JSON list, or {seed, faults}; an empty body removes all",
        _set_faults,
        {"add": "1: add to the active ones instead"},
        fields_in_body=False,
    ),
    Route(
        "POST",
        "seed",
        "draw faults and outcomes again, or start with messages that were not sent",
        _seed,
        {
            "seed": "a whole number that determines every draw",
            "messages": "JSON: a list of {receptor, message, and optionally sender, localid, date, status, tag}",
        },
    ),
    Route("POST", "credit", "change it", _set_credit, {"set": "Rial to set", "add": "Rial to add (- subtracts)"}),
    Route(
        "POST",
        "refuse",
        "close the listener now, so that connections are refused",
        _refuse,
        {"seconds": "how long; default 1"},
    ),
)
