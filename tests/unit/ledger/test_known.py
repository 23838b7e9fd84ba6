"""Whatever order localids come in, and however often, the fate that counts is found; the others are not known."""

from __future__ import annotations

from random import Random

from kaverun.ledger.known import KnownMessages
from kaverun.plan.served import Fate, Known, stands

LARGEST = 2**63 - 1


def test_every_message_is_found_with_its_fate_and_position_and_no_other_is():
    draw = Random(5)
    localids = [draw.randrange(1, LARGEST) for _ in range(1_000)] + [1, LARGEST]
    fates = [draw.choice(list(Fate)) for _ in localids]
    cut = range(0, len(localids), 200)
    known = KnownMessages(
        (batch, localids[start : start + 200], fates[start : start + 200]) for batch, start in enumerate(cut, 1)
    )
    assert len(known) == len(localids)
    for number, (localid, fate) in enumerate(zip(localids, fates, strict=True)):
        assert known.find(localid) == Known(fate, (number // 200 + 1) * 256 + number % 200, localid)
    assert not any(known.find(draw.randrange(1, LARGEST)) for _ in range(1_000))
    assert known.find(2) is None


def test_of_several_fates_of_a_localid_the_one_that_stands_is_known():
    for earlier in Fate:
        for later in Fate:
            known = KnownMessages([(1, [7], [earlier]), (2, [7], [later])])
            expected = Known(earlier, 256, 7) if stands(earlier, later) else Known(later, 512, 7)
            assert (known.find(7), len(known)) == (expected, 1)


def test_nothing_is_known_of_nothing():
    assert (KnownMessages([]).find(5), len(KnownMessages([]))) == (None, 0)
