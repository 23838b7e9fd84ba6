"""Messages without a localid: which others may be them, for a person to decide.

API document: *StatusByReceptor* lists a number's messages of a day, *Select* their texts if the account's IP
whitelist allows it. Any system may send a text with the same words to the same number, so nothing found here is ever
treated as ours, cancelled or recorded as accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from kaverun.kavenegar.answers import MessageState, SentMessage
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError
from kaverun.kavenegar.limits import LONGEST_SPAN
from kaverun.message.batch import Message
from kaverun.run.channels import words_of
from kaverun.run.lookup import NO_SUCH_ID
from kaverun.run.outbox import may_not_list
from kaverun.text.folding import holds_words

Place = TypeVar("Place", bound=Hashable)

NEVER_SILENTLY = "it is never sent again silently; to send it all the same, name its key with --resend-unknown"
#: What is known of a message whose answer was lost.
LOST = f"without a localid it cannot be looked up, so whether it was sent is not known: {NEVER_SILENTLY}"
# How many messages are named one by one.
_NAMED = 3


class Lost(NamedTuple):
    """A message, and when it may have been sent: from `start` to `end`, in unix seconds."""

    message: Message
    start: float
    end: float


class Candidate(NamedTuple):
    """A message to the same number; `date` in unix seconds if it is known."""

    messageid: int
    status: int
    statustext: str
    date: int | None = None

    def __str__(self) -> str:
        when = f" of {datetime.fromtimestamp(self.date, UTC):%Y-%m-%dT%H:%M:%SZ}" if self.date else ""
        text = f", {self.statustext}" if self.statustext else ""
        return f"messageid {self.messageid}{when} (status {self.status}{text})"


class Resembling(NamedTuple):
    """What was sent to a message's number at its time, except what the ledger has for other messages.

    `candidates` contain all of its tokens as whole words. For `unread` nobody knows, because of `refusal`.
    """

    candidates: tuple[Candidate, ...] = ()
    unread: tuple[Candidate, ...] = ()
    refusal: str = ""

    def __str__(self) -> str:
        """Why its outcome is unknown, and what a person can decide by."""
        if self.candidates:
            which = f"{_listed(self.candidates)} went to its number at that time with its tokens, and may be this one"
        elif self.unread:
            which = f"{_listed(self.unread)} went to its number at that time, and may not be read: {self.refusal}"
        else:
            which = "nothing with its tokens is listed for its number at that time, which proves nothing"
        return f"without a localid it cannot be looked up; {which}: {NEVER_SILENTLY}"


class CandidateSearch:
    """`holding` returns the messageids that the ledger already has for a message: those are taken."""

    def __init__(self, client: Client, holding: Callable[[Collection[int]], set[int]]) -> None:
        self._client = client
        self._holding = holding

    def among(self, lost: Mapping[Place, Lost]) -> dict[Place, Resembling]:
        """What resembles each message. Raises `KavenegarError`, but not if the account may not read texts."""
        listed = {place: self._listed(one) for place, one in lost.items()}
        ids = {messageid for states in listed.values() for messageid in states}
        ids -= self._holding(ids)
        texts, refusal = self._texts(ids)
        return {
            place: _resembling(
                one.message, [state for id_, state in listed[place].items() if id_ in ids], texts, refusal
            )
            for place, one in lost.items()
        }

    def _listed(self, lost: Lost) -> dict[int, MessageState]:
        end = min(int(lost.end), int(lost.start) + LONGEST_SPAN)
        states = self._client.status_by_receptor(lost.message.phone, int(lost.start), end)
        return {state.messageid: state for state in states if state.messageid and state.status != NO_SUCH_ID}

    def _texts(self, ids: Collection[int]) -> tuple[dict[int, SentMessage], str]:
        try:
            rows = self._client.select(sorted(ids)) if ids else []
        except ApiError as error:
            if not may_not_list(error):
                raise
            return {}, str(error)
        return {row.messageid: row for row in rows if row.messageid and row.message}, "its text was not given"


def _resembling(
    message: Message, states: Sequence[MessageState], texts: Mapping[int, SentMessage], refusal: str
) -> Resembling:
    candidates, unread = [], []
    words = words_of(message)
    for state in states:
        assert state.messageid is not None
        text = texts.get(state.messageid)
        one = Candidate(state.messageid, state.status, state.statustext, text.date if text else None)
        if text is None:
            unread.append(one)
        elif all(holds_words(text.message, word) for word in words):
            candidates.append(one)
    return Resembling(tuple(candidates), tuple(unread), refusal if unread else "")


def _listed(candidates: Sequence[Candidate]) -> str:
    more = f" and {len(candidates) - _NAMED:,} more" if len(candidates) > _NAMED else ""
    return ", ".join(map(str, candidates[:_NAMED])) + more
