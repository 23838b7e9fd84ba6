"""Puts messages into the sandbox without sending them: a history for a test to start with."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kaverun.errors import Invalid, Problem
from kaverun.sandbox import phones
from kaverun.sandbox.delivery import QUEUED, SCHEDULED
from kaverun.sandbox.parts import size
from kaverun.sandbox.records import Message
from kaverun.sandbox.state import State

_LAST_MOMENT = 253_402_300_799  # the end of year 9999


def _local(written: str) -> str:
    found = phones.receptor(written)
    if found is None:
        raise ValueError("is not a mobile number")
    return found


class Seed(BaseModel):
    """One message as given."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    receptor: Annotated[str, AfterValidator(_local)]
    message: Annotated[str, Field(min_length=1)]
    #: "": the account's default line
    sender: Annotated[str, Field(pattern=r"^[0-9]{3,16}$|^$")] = ""
    localid: str | int = ""
    #: when it went out and was accepted, unix seconds; None: now; in the future: scheduled
    date: Annotated[int, Field(gt=0, le=_LAST_MOMENT)] | None = None
    #: the status it has and keeps; None: changes with time
    status: Annotated[int, Field(gt=0, lt=1000)] | None = None
    tag: str = ""


_SEEDS = TypeAdapter(list[Seed])


def seed(state: State, written: object) -> list[Message]:
    """Put `written`, a list of mappings as `Seed`, into `state` without cost; raises Invalid with every problem."""
    try:
        seeds = _SEEDS.validate_python(written)
    except ValidationError as error:
        raise Invalid(Problem(problem["msg"], key=_place(problem["loc"])) for problem in error.errors()) from None
    with state.lock:
        messages = [_message(state, one, state.next_messageid + index) for index, one in enumerate(seeds)]
        state.append(messages)
    return messages


def _place(loc: tuple[int | str, ...]) -> str:
    return "messages" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)


def _message(state: State, told: Seed, messageid: int) -> Message:
    now, settings = state.clock.now(), state.settings
    date = int(now) if told.date is None else told.date
    encoding, _, parts = size(told.message)
    return Message(
        messageid,
        str(told.localid or ""),
        told.receptor,
        told.sender or state.config.defaultsender,
        told.message,
        told.status or (SCHEDULED if date > now else QUEUED),
        parts * (settings.price_latin if encoding == "gsm7" else settings.price_persian),
        encoding,
        parts,
        date,
        min(now, float(date)),
        request=0,
        tag=told.tag,
        ending=state.fates.ending(told.receptor),
    )
