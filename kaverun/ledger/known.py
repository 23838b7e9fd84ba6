"""What a ledger knows of an occurrence's messages, to be looked up by localid: 16 bytes a message, not 200.

Localids are spread evenly over their range (design, *Identity*), so their first bits divide them into lists that are
short enough to be sorted and searched one by one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from kaverun.ledger.protocol import POSITIONS_PER_BATCH
from kaverun.plan.served import Earlier, Fate, HandedOver, Known, NothingServed, Scheduled, stands, weightiest

_LISTS = 1024
_SHIFT = 63 - 10
# A place holds the position and the fate in one number.
_FATES = 8
# Looked up a million times: calling an enum takes longer than all else.
_FATE_OF = {int(fate): fate for fate in Fate}


class KnownMessages:
    """The latest fate of each localid; batches come oldest first, each with its localids and fates.

    `earlier` reads what was handed over. `respelled` are the localids that keys have by their normal form, ascending,
    each with the one that a message with such a key went out under before.
    """

    def __init__(
        self,
        batches: Iterable[tuple[int, Sequence[int], Sequence[int]]],
        earlier: Earlier | None = None,
        respelled: Iterable[tuple[int, int]] = (),
    ) -> None:
        self._earlier = earlier or NothingServed()
        self._forms, self._sent_as = array("q"), array("q")
        for localid, sent_as in respelled:
            self._forms.append(localid)
            self._sent_as.append(sent_as)
        self._localids = [array("q") for _ in range(_LISTS)]
        self._places = [array("q") for _ in range(_LISTS)]
        for batch, localids, fates in batches:
            first = batch * POSITIONS_PER_BATCH
            for index, localid in enumerate(localids):
                self._localids[localid >> _SHIFT].append(localid)
                self._places[localid >> _SHIFT].append((first + index) * _FATES + fates[index])
        for number in range(_LISTS):
            self._localids[number], self._places[number] = _latest(self._localids[number], self._places[number])
        self._length = sum(map(len, self._localids))

    def find(self, localid: int) -> Known | None:
        known = self._sent(localid)
        return weightiest([known, *self._respelled(localid)]) if self._forms else known

    def _respelled(self, localid: int) -> Iterator[Known | None]:
        place = bisect_left(self._forms, localid)
        while place < len(self._forms) and self._forms[place] == localid:
            yield self._sent(self._sent_as[place])
            place += 1

    def _sent(self, localid: int) -> Known | None:
        localids = self._localids[localid >> _SHIFT]
        place = bisect_left(localids, localid)
        if place == len(localids) or localids[place] != localid:
            return None
        found = self._places[localid >> _SHIFT][place]
        return Known(_FATE_OF[found % _FATES], found // _FATES, localid)

    def __len__(self) -> int:
        return self._length

    def scheduled(self, now: float) -> Iterator[Scheduled]:
        return self._earlier.scheduled(now)

    def handed_over(self, batch: int) -> HandedOver:
        return self._earlier.handed_over(batch)

    def addressees(self) -> Iterator[tuple[str, str]]:
        return self._earlier.addressees()

    @property
    def key_column(self) -> str | None:
        return self._earlier.key_column


def _latest(localids: array[int], places: array[int]) -> tuple[array[int], array[int]]:
    """Both in the order of localids, of those that stand there several times the place that counts."""
    latest: dict[int, int] = {}
    for localid, place in zip(localids, places, strict=True):
        earlier = latest.get(localid)
        if earlier is None or not stands(Fate(earlier % _FATES), Fate(place % _FATES)):
            latest[localid] = place
    ordered = sorted(latest)
    return array("q", ordered), array("q", map(latest.__getitem__, ordered))
