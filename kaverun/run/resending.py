"""Recipients to send to again despite an unknown outcome: named by a person, and checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from kaverun.errors import Refused
from kaverun.plan.plan import IN_DOUBT_CAUSE, Entry, Plan
from kaverun.recipients.keys import normal_key
from kaverun.text.phone import NotAMobile, mask, normalize
from kaverun.text.plurals import plural

# How many keys are named one by one.
_NAMED = 10
_ON_NO_LIST = "is not on the list"


def named_in_doubt(
    plan: Plan, keys: Collection[str], were_in_doubt: Callable[[Collection[int]], set[int]]
) -> frozenset[str]:
    """The keys as the plan has them; a number may be written in any way, and a key in any spelling.

    `were_in_doubt` returns which localids were once in doubt: if they are served now, the same command did that before
    it was cut off. Raises `Refused` if a key is not on the list, or names somebody whose message is not in doubt: a
    typo must not go unnoticed, as nobody would be sent to.
    """
    if not keys:
        return frozenset()
    wanted = {spelling: key for key in keys for spelling in (_as_number(key), normal_key(key))}
    found: dict[str, Entry] = {}
    for entry in plan.entries():
        given = wanted.get(entry.key)
        if given and (given not in found or entry.cause == IN_DOUBT_CAUSE):
            found[given] = entry
    served = {entry.localid for entry in found.values() if entry.action == "done"}
    settled = were_in_doubt(served) if served else set()
    wrong = [*_wrong(sorted(keys), found, settled)]
    if wrong:
        more = f"\nand {len(wrong) - _NAMED:,} more" if len(wrong) > _NAMED else ""
        lines = "\n".join(f"--resend-unknown {words}" for words in wrong[:_NAMED])
        raise Refused(f"{lines}{more}\nNothing was sent: remove {plural(len(wrong), 'key')}, or write them as listed")
    return frozenset(entry.key for entry in found.values())


def _wrong(keys: list[str], found: dict[str, Entry], settled: Collection[int]) -> Iterator[str]:
    for key in keys:
        entry = found.get(key)
        if entry is None:
            yield f"{_shown(key)}: {_ON_NO_LIST}"
        elif entry.cause != IN_DOUBT_CAUSE and entry.localid not in settled:
            yield f"{_shown(key)}: row {entry.row} is not in doubt, but {_standing(entry)}"


def _standing(entry: Entry) -> str:
    if entry.action == "send":
        return "sent by this command anyway"
    return f"{'served' if entry.action == 'done' else 'left out'}: {entry.reason}"


def _as_number(key: str) -> str:
    try:
        return normalize(key)
    except NotAMobile:
        return key


def _shown(key: str) -> str:
    """A key as shown to people: masked if it is a number."""
    number = _as_number(key)
    return mask(number) if number.startswith("09") and len(number) == 11 and number.isdigit() else key
