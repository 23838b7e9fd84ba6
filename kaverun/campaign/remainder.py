"""What is left of a campaign file without its mistakes: enough to look for more of them in the same run."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

from pydantic import ValidationError

from kaverun.campaign.judgement import wrong_keys
from kaverun.campaign.models import Campaign
from kaverun.strict_yaml.nodes import Key

KeyPath = tuple[Key, ...]

# Nothing is ever sent from a remainder: these only stand where the file has nothing usable.
STAND_IN_TEXT = "x"
_ROUNDS = 3
_STAND_INS: dict[str, object] = {"version": 1, "name": "unnamed", "message": {"text": STAND_IN_TEXT}}


def remainder(data: dict[str, object], mistaken: Iterable[KeyPath], *, handed: bool = False) -> Campaign | None:
    """The campaign without the `mistaken` key paths; None where its recipients cannot be read for them.

    Those that are `handed` over can be read always.
    """
    left, wrong = deepcopy(data), set(mistaken)
    for _ in range(_ROUNDS):
        # Without one of the rows the others would be numbered wrongly, and all other problems of rows as well.
        if any(keys[:2] == ("recipients", "inline") for keys in wrong):
            return None
        for keys in sorted(wrong, key=_from_behind, reverse=True):
            _remove(left, keys)
        if not _is_usable(left.get("message"), left.get("channel")):
            left.pop("message", None)
        try:
            campaign = Campaign.model_validate({**_STAND_INS, **left})
            return campaign if handed or campaign.recipients.named else None
        except ValidationError as error:
            # A key that is missing in a section takes the section with it.
            wrong = {keys if _member_at(left, keys) is not None else keys[:-1] for keys in wrong_keys(error)} - {()}
    return None


def _is_usable(message: object, channel: object) -> bool:
    if not isinstance(message, dict) or channel != "lookup":
        return not isinstance(message, dict) or len({"text", "file"} & set(message)) == 1
    return {"template", "token"} <= set(message)


def _from_behind(keys: KeyPath) -> list[tuple[str, int]]:
    """Later members of a list are taken out first, so that the places of the others hold."""
    return [("", key) if isinstance(key, int) else (key, 0) for key in keys]


def _remove(data: dict[str, object], keys: KeyPath) -> None:
    """Take out what stands at a key path, and a list it leaves empty."""
    *above, last = keys
    container = _member_at(data, above)
    if isinstance(container, dict):
        container.pop(last, None)
    elif isinstance(container, list) and isinstance(last, int) and last < len(container):
        del container[last]
        if not container:
            _remove(data, tuple(above))


def _member_at(data: object, keys: Iterable[Key]) -> object:
    for key in keys:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data
