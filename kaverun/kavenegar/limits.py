"""The documented limits, checked before a request is made: what the provider would refuse is not sent to it.

Every check raises `NotAsked`, a `ValueError` that carries the code the provider has for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kaverun.kavenegar.codes import DISPLAY_TYPES
from kaverun.kavenegar.errors import NotAsked

#: most messages in a sending request (API document, *Rate Limiting*)
MESSAGES_PER_REQUEST = 200
#: most ids in a look-up or a cancellation (API document, *Rate Limiting*; *Cancel*, limits)
IDS_PER_REQUEST = 500
#: most messages an outbox lists at a time (API document, *SelectOutbox* and *LatestOutbox*, limits)
LISTED_AT_MOST = 500
#: longest text in characters (API document, *Send*, limits; 1800 or 4000 on some lines: facts page, *Meaning*)
CHARACTERS_PER_MESSAGE = 900
#: longest time from startdate to enddate in seconds (API document, *StatusByReceptor*, *SelectOutbox*, *CountOutbox*)
LONGEST_SPAN = 86_400
#: how far back an outbox reaches in seconds (API document, *SelectOutbox*, limits)
OUTBOX_REACHES_BACK = 3 * 86_400
#: greatest localid (API document, *Send*: a Long)
LARGEST_LOCALID = 2**63 - 1

# Letters, digits and dashes (API document, *Send*), live also underscores (facts page, *Meaning*).
_TAG = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
_INCOMPLETE, _RECEPTOR, _TEXT, _TOO_MANY, _DATE, _LENGTHS, _CHARACTER, _BAD_TAG = 400, 411, 413, 414, 417, 419, 422, 607


def check_count(count: int, noun: str, most: int = MESSAGES_PER_REQUEST) -> None:
    """One to `most` of something in a request."""
    if not 1 <= count <= most:
        raise NotAsked(_TOO_MANY if count else _INCOMPLETE, f"{count} {noun} in a request that takes 1 to {most}")


def check_equal_length(count: int, noun: str, wanted: int, of: str) -> None:
    if count != wanted:
        raise NotAsked(_LENGTHS, f"{count} {noun} for {wanted} {of}: give one for each, or none")


def check_texts(texts: Sequence[str], longest: int) -> None:
    """Each text has at least one visible character and at most `longest` of any kind, and can be written as UTF-8."""
    check_encodable(texts)
    check_lengths(texts, longest)


def check_lengths(texts: Sequence[str], longest: int) -> None:
    """`check_texts` for callers that find out by encoding the texts whether that is possible."""
    if all(map(str.strip, texts)) and max(map(len, texts)) <= longest:
        return
    for place, text in enumerate(texts, 1):
        if len(text) > longest:
            raise NotAsked(_TEXT, f"text {place} has {len(text)} characters, more than the {longest} of a message")
        if not text or text.isspace():
            raise NotAsked(_TEXT, f"text {place} is empty")


def check_encodable(texts: Sequence[str]) -> None:
    """No text holds half a surrogate pair, which no request can carry."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        half = error.object[error.start]
        place = next(place for place, text in enumerate(texts, 1) if half in text)
        raise NotAsked(
            _CHARACTER, f"text {place} holds half of a character beyond 16 bits (U+{ord(half):04X})"
        ) from None


def check_localids(localids: Sequence[int]) -> None:
    """Each is a positive Long: 0 would have no protection against sending twice."""
    for localid in (min(localids, default=1), max(localids, default=1)):
        if not 1 <= localid <= LARGEST_LOCALID:
            raise NotAsked(_INCOMPLETE, f"localid {localid} is not between 1 and {LARGEST_LOCALID}")


def check_types(kinds: Sequence[int]) -> None:
    """Each is a display type of the document (*Message Display Types*)."""
    for kind in dict.fromkeys(kinds):
        if kind not in DISPLAY_TYPES:
            raise NotAsked(_INCOMPLETE, f"type {kind} is not one of {', '.join(map(str, DISPLAY_TYPES))}")


def check_receptors(receptors: Sequence[str]) -> None:
    """Each fits into a list joined with commas; the provider judges whether it is a number."""
    for place, receptor in enumerate(receptors, 1):
        if "," in receptor or not receptor.strip():
            raise NotAsked(_RECEPTOR, f"receptor {place} is empty or holds a comma: give each number by itself")


def check_tag(tag: str | None) -> None:
    if tag is not None and not _TAG.fullmatch(tag):
        raise NotAsked(_BAD_TAG, "a tag has 1 to 200 English letters, digits, dashes and underscores")


def check_span(startdate: int, enddate: int | None) -> None:
    """An end not before its start, and at most a day after it; both in unix seconds."""
    if enddate is not None and not 0 <= enddate - startdate <= LONGEST_SPAN:
        raise NotAsked(_DATE, f"enddate {enddate} is not within a day after startdate {startdate}")


def check_reach(startdate: int, now: float) -> None:
    """A start within the last three days, in unix seconds."""
    if startdate < now - OUTBOX_REACHES_BACK:
        raise NotAsked(_DATE, f"startdate {startdate} is longer ago than the 3 days an outbox reaches back")
