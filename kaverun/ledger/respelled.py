"""Messages that went out before keys had a normal form: the provider knows them by localids over the spelling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kaverun.plan.identity import localid_of
from kaverun.recipients.keys import normal_key

# A person's message was cancelled and sent again at most so often.
_GENERATIONS = 100


def respelled(
    campaign: str, occurrence: str, localids: Sequence[int], keys: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """The localids that messages would have by the normal form of their keys, each with its own, where these differ.

    What was hashed of a key in some generation stays of that generation.
    """
    hashed = localid_of(campaign, occurrence)
    for localid, key in zip(localids, keys, strict=True):
        form = normal_key(key)
        if form != key:
            generations = (number for number in range(_GENERATIONS) if hashed(key, number) == localid)
            if (generation := next(generations, None)) is not None:
                yield hashed(form, generation), localid
