"""Ten thousand texts, the borders of parts first; the same on every machine.

    python tests/data/parts/texts.py | node tests/data/parts/split-sms.cjs > tests/data/parts/by-split-sms.json

writes what the npm package split-sms (0.1.7, MIT) says of them, after `npm install split-sms` in any folder that
NODE_PATH names.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator

COUNT = 10_000
GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
PERSIAN = "سلامنوروزمبارکگچپژیهآ ۱۲۳،؟\u200c\n"
WIDE = "😀👍🏼𐎠𝒳"
OTHER = "жç`\t\u00a0\u2019漢é\ufeff\x1b\x00ʼ"
POOLS = (
    GSM, GSM * 3 + EXTENSION, GSM + EXTENSION * 9, PERSIAN, PERSIAN * 5 + WIDE, PERSIAN + WIDE * 5,
    GSM + PERSIAN, GSM * 9 + EXTENSION * 3 + OTHER, GSM + EXTENSION + PERSIAN + WIDE + OTHER,
)  # fmt: skip
LENGTHS = (5, 70, 134, 153, 160, 201, 306, 459, 612, 900)


def borders() -> Iterator[str]:
    """Texts around every border, with characters of two units before, on and after it."""
    yield ""
    for plain, double in (("a", "€"), ("é", "["), ("\n", "|"), ("س", "😀"), ("ç", "𐎠")):
        single, several = (160, 153) if plain in GSM else (70, 67)
        for border in (single, several, 2 * several, 3 * several, 4 * several, 6 * several):
            for length in range(border - 2, border + 4):
                yield plain * length
                yield double * (length // 2)
                for place in (0, several - 2, several - 1, several, 2 * several - 2, 2 * several - 1, length - 1):
                    for doubles, units in ((1, 1), (1, 2), (2, 2)):
                        yield plain * place + double * doubles + plain * (length - place - units)


def anything(chance: random.Random) -> Iterator[str]:
    """Texts of all kinds, most of them about as long as a number of parts."""
    while True:
        pool = POOLS[int(chance.random() * len(POOLS))]
        length = LENGTHS[int(chance.random() * len(LENGTHS))] + int(chance.random() * 19) - 9
        yield "".join(pool[int(chance.random() * len(pool))] for _ in range(max(1, length)))


def texts() -> list[str]:
    found = dict.fromkeys(borders())
    more = anything(random.Random(1405))
    while len(found) < COUNT:
        found[next(more)] = None
    return list(found)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(texts()))
