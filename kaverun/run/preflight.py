"""Questions to the account before the first message leaves."""

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
    "account/config": "; whether debugmode is on is not known, and the first messages that come back with status 13, "
    "as they do then, would stop the run"
}


class Preflight(NamedTuple):
    """What the account says: credit in Rial (None where it would not tell), its default line, and warnings."""

    credit: int | None
    default_line: str
    warnings: tuple[str, ...]
    debugmode: bool = False


def preflight(client: Client, patience: Patience, *, cost: int | None, allow_debugmode: bool) -> Preflight:
    """Ask for credit and settings; raises `Refused` where sending cannot end well, else `KavenegarError`.

    `cost` is the plan's in Rial, None where no tariff is known.
    """
    warnings: list[str] = []
    info = _asked(patience, client.account_info, AccountInfo(None, None, ""), "account/info", warnings)
    config = _asked(patience, client.account_config, AccountConfig(False, "", {}), "account/config", warnings)
    if config.debugmode and not allow_debugmode:
        raise Refused(
            "debugmode is enabled on the account: Kavenegar would take the messages and send none of them; "
            "switch it off in the panel, or give --allow-debugmode for a rehearsal"
        )
    if config.debugmode:
        warnings.append("this is a rehearsal: debugmode is enabled on the account, and no message is really sent")
    if cost is not None and info.remaincredit is not None and cost > info.remaincredit:
        missing = cost - info.remaincredit
        raise Refused(
            f"the credit is {info.remaincredit:,} Rial and the plan costs {cost:,} Rial: "
            f"{missing:,} Rial are missing; charge the account or shorten the list"
        )
    return Preflight(info.remaincredit, config.defaultsender, tuple(warnings), config.debugmode)


def _asked(patience: Patience, question: Callable[[], T], otherwise: T, name: str, warnings: list[str]) -> T:
    """An answer, or `otherwise` with a warning where the provider answers but not this."""
    try:
        return patience.ask(question)
    except KavenegarError as error:
        if not only_this_method(error):
            raise
        warnings.append(f"{name} could not be read: {error}{_UNSEEN.get(name, '')}")
        return otherwise


def only_this_method(error: KavenegarError) -> bool:
    """A refusal of the account holds for sending too; a method that is missing or failing by itself does not."""
    if isinstance(error, ApiError):
        return error.outcome is Outcome.BAD_REQUEST
    return isinstance(error, Unanswered) and error.http_status in (404, 405)
