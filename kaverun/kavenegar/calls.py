"""What the methods of all subjects share: a transport, the account's limits, and pages of ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kaverun.blocks import blocks
from kaverun.clock import Clock
from kaverun.kavenegar.answers import Entry
from kaverun.kavenegar.errors import ApiError
from kaverun.kavenegar.fields import Fields, joined
from kaverun.kavenegar.limits import CHARACTERS_PER_MESSAGE, IDS_PER_REQUEST
from kaverun.kavenegar.transport import Transport

_NO_RECORD = 449


class Calls:
    """A connection to the provider. `max_text` is the longest text of the account's lines in characters.

    `clock` judges how long ago a date is; without one that is left to the provider.
    """

    def __init__(
        self, transport: Transport, *, max_text: int = CHARACTERS_PER_MESSAGE, clock: Clock | None = None
    ) -> None:
        self._transport = transport
        self._max_text = max_text
        self._clock = clock

    def _listed(self, method: str, fields: Fields | None) -> list[Entry]:
        """The entries of a look-up; "no record" is an empty list (facts page, *Meaning*)."""
        try:
            return self._transport.call(method, fields)
        except ApiError as error:
            if error.code != _NO_RECORD:
                raise
            return []

    def _paged(self, method: str, field: str, ids: Iterable[int | str]) -> Iterator[Entry]:
        """The entries of as many requests as the ids need, 500 in each."""
        for page in blocks(ids, IDS_PER_REQUEST):
            yield from self._listed(method, {field: joined(page)})
