"""Parts agree with public libraries on ten thousand texts; where one differs, that kind of text is listed with why."""

from __future__ import annotations

import hashlib
import json
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
import smsutil
from aiosmpplib.utils import detect_format, split_sms_udh
from gsm0338 import Codec

from kaverun.text.parts import GSM_EXTENSION, Measure, measure

DATA = Path(__file__).parents[2] / "data/parts"
Judge = Callable[[str], "tuple[str | int, ...]"]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return list(runpy.run_path(str(DATA / "texts.py"))["texts"]())


def by_smsutil(text: str) -> tuple[str | int, ...]:
    split = smsutil.split(text)
    gsm = split.encoding == "gsm0338"
    return "gsm7" if gsm else "ucs2", split.total_bytes // (1 if gsm else 2), len(split.parts)


def by_aiosmpplib(text: str) -> tuple[str | int, ...]:
    gsm = detect_format(text) == "gsm0338"
    parts = split_sms_udh(text, csms_ref=1)
    # A single part is led by its length, each of several by six bytes of a header.
    size = len(parts[0]) - 1 if len(parts) == 1 else sum(len(part) - 6 for part in parts)
    return "gsm7" if gsm else "ucs2", size // (1 if gsm else 2), len(parts)


def by_gsm0338(text: str) -> tuple[str | int, ...]:
    """A codec: it knows encoding and units, not parts."""
    try:
        return "gsm7", len(Codec().encode(text)[0])
    except UnicodeEncodeError:
        return "ucs2", len(text.encode("utf-16-be")) // 2


def is_empty(text: str, size: Measure) -> bool:
    return not text


def holds_escape(text: str, size: Measure) -> bool:
    return "\x1b" in text


def is_long_with_extension(text: str, size: Measure) -> bool:
    return size.encoding == "gsm7" and size.units > 160 and not set(text).isdisjoint(GSM_EXTENSION)


#: Each library's kinds of texts it measures otherwise, and why ours is right.
DIFFERENCES: dict[Judge, dict[Callable[[str, Measure], bool], str]] = {
    by_smsutil: {
        is_empty: "it makes one part of nothing; the provider takes no empty text (413), and nothing is billed for it",
        holds_escape: "it takes the escape itself for a character of the alphabet; alone it stands for none (23.038)",
    },
    by_aiosmpplib: {
        is_empty: "it makes one part of nothing",
        is_long_with_extension: "it counts characters in place of septets, so such parts hold more than 160 of them",
    },
    by_gsm0338: {
        holds_escape: "it takes the escape itself for a character of the alphabet",
    },
}


@pytest.mark.parametrize("library", DIFFERENCES, ids=lambda library: library.__name__)
def test_ten_thousand_texts_have_the_size_a_library_says_or_a_difference_that_is_listed(
    texts: list[str], library: Judge
) -> None:
    met = set()
    for text in texts:
        ours, theirs = measure(text), library(text)
        if theirs != ours[: len(theirs)]:
            kinds = [kind for kind in DIFFERENCES[library] if kind(text, ours)]
            assert kinds, (text, ours, theirs)
            met.update(kinds)
    assert met == set(DIFFERENCES[library]), "a listed difference is met no more: take it out of the list"


def test_ten_thousand_texts_have_the_parts_that_split_sms_made_of_them(texts: list[str]) -> None:
    recorded = json.loads((DATA / "by-split-sms.json").read_text())
    digest = hashlib.sha256("\0\0".join(texts).encode()).hexdigest()
    assert digest == recorded["texts"], "the texts changed: record anew, see tests/data/parts/texts.py"
    ours = (measure(text) for text in texts)
    signed = [size.parts if size.encoding == "gsm7" else -size.parts for size in ours]
    theirs = [int(parts) for parts in recorded["parts"].split()]
    differing = [text for text, one, other in zip(texts, signed, theirs, strict=True) if one != other]
    assert differing == [""], "split-sms makes one part of nothing, and differs nowhere else"


def test_every_straddling_pair_is_among_the_texts(texts: list[str]) -> None:
    straddling = [text for text in texts if measure(text).parts > -(-measure(text).units // _several(text))]
    assert len([text for text in straddling if measure(text).encoding == "gsm7"]) > 50
    assert len([text for text in straddling if measure(text).encoding == "ucs2"]) > 50


def _several(text: str) -> int:
    return 153 if measure(text).encoding == "gsm7" else 67
