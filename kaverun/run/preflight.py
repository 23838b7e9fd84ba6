"""Checks the account before the first message leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from kaverun.errors import Refused
from kaverun.kavenegar.answers import AccountConfig, AccountInfo
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError, KavenegarError, Unanswered
from kaverun.kavenegar.outcome import Outcome
from kaverun.run.retrying import Patience

T = TypeVar("T")

_UNSEEN = {
    "account/config": "; it is not known whether debugmode is on: if it is, the first messages come back with status "
    "13 and stop the run"
}


class Preflight(NamedTuple):
    """What the account says: credit in Rial (None if not given), its default line, and warnings."""

    credit: int | None
    default_line: str
    warnings: tuple[str, ...]
    debugmode: bool = False


def preflight(client: Client, patience: Patience, *, cost: int | None, allow_debugmode: bool) -> Preflight:
    """Ask for credit and settings; raises `Refused` if sending cannot succeed, else `KavenegarError`.

    `cost` is the plan's in Rial, None if no tariff is known.
    """
    warnings: list[str] = []
    info = _asked(patience, client.account_info, AccountInfo(None, None, ""), "account/info", warnings)
    config = _asked(patience, client.account_config, AccountConfig(False, "", {}), "account/config", warnings)
    if config.debugmode and not allow_debugmode:
        raise Refused(
            "debugmode is enabled on the account: Kavenegar would accept the messages but send none of them; "
            "turn it off in the panel, or pass --allow-debugmode for a rehearsal"
        )
    if config.debugmode:
        warnings.append("this is a rehearsal: debugmode is enabled on the account, and no message is really sent")
    if cost is not None and info.remaincredit is not None and cost > info.remaincredit:
        missing = cost - info.remaincredit
        raise Refused(
            f"the credit is {info.remaincredit:,} Rial and the plan costs {cost:,} Rial: "
            f"{missing:,} Rial are missing; top up the account or shorten the list"
        )
    return Preflight(info.remaincredit, config.defaultsender, tuple(warnings), config.debugmode)


def _asked(patience: Patience, question: Callable[[], T], otherwise: T, name: str, warnings: list[str]) -> T:
    """An answer; if the provider answers but not this, `otherwise` and a warning."""
    try:
        return patience.ask(question)
    except KavenegarError as error:
        if not only_this_method(error):
            raise
        warnings.append(f"{name} could not be read: {error}{_UNSEEN.get(name, '')}")
        return otherwise


def only_this_method(error: KavenegarError) -> bool:
    """Whether only this method is missing or fails; a refusal of the account would apply to sending too."""
    if isinstance(error, ApiError):
        return error.outcome is Outcome.BAD_REQUEST
    return isinstance(error, Unanswered) and error.http_status in (404, 405)
