"""Lists messages and requests of the journal: cut by number, searched, newest or oldest first.

A listing that continues from a number reads nothing older, so asking for what is new costs the same with ten messages
as with ten thousand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kaverun.kavenegar.codes import SUCCESS
from kaverun.sandbox.journal import Journal
from kaverun.sandbox.phones import receptor
from kaverun.sandbox.records import Message, Request
from kaverun.sandbox.state import State

T = TypeVar("T")

_FOLDED = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩يك", "01234567890123456789یک")


@dataclass(frozen=True, slots=True)
class Cut:
    """The requested part of a listing; numbers are messageids, or numbers of requests in the journal."""

    #: only greater numbers; None: from the first
    after: int | None = None
    #: only smaller numbers; None: to the last
    before: int | None = None
    #: newest first; `offset` and `limit` then count from the newest
    newest: bool = False
    offset: int = 0
    limit: int | None = None

    def page(self, found: Sequence[T]) -> Sequence[T]:
        """The requested part of `found`, which is ordered from the oldest."""
        ordered = found[::-1] if self.newest else found
        end = None if self.limit is None else self.offset + self.limit
        return ordered[self.offset : end]

    def holds(self, number: int) -> bool:
        """Whether `number` is between `after` and `before`."""
        return (self.after is None or number > self.after) and (self.before is None or number < self.before)


@dataclass(frozen=True, slots=True)
class Sought:
    """What messages must match; empty values match anything."""

    #: as written in the request to the sandbox
    receptor: str = ""
    localid: str = ""
    #: part of a number, an id or a text, with any kind of digits, ya and kaf
    search: str = ""
    messageids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A page of messages or requests."""

    #: how many match, before `offset` and `limit`
    count: int
    #: the greatest number so far, whether it matches or not; 0: none
    last: int
    page: Sequence[T]


def messages(state: State, cut: Cut, sought: Sought) -> Listed[Message]:
    """The messages within `cut` that match `sought`, with their current statuses."""
    if sought.messageids:
        within: Iterable[Message] = (
            message
            for number in sorted(sought.messageids)
            if cut.holds(number) and (message := _message(state, number))
        )
    elif cut.after is None and cut.before is None:
        within = state.messages()
    else:
        within = _between(state, cut)
    last = state.next_messageid - 1 if state.accepted else 0
    found = [message for message in within if all(fits(message) for fits in _tests(sought))]
    return Listed(len(found), last, cut.page(found))


def _message(state: State, messageid: int) -> Message | None:
    with state.lock:
        return state.by_messageid(messageid)


def _between(state: State, cut: Cut) -> list[Message]:
    first = state.settings.first_messageid
    with state.lock:
        start = first if cut.after is None else max(first, cut.after + 1)
        end = state.next_messageid if cut.before is None else min(cut.before, state.next_messageid)
        found = (state.by_messageid(messageid) for messageid in range(start, end))
        return [message for message in found if message]


def _tests(sought: Sought) -> list[Callable[[Message], bool]]:
    tests: list[Callable[[Message], bool]] = []
    if sought.receptor:
        number = receptor(sought.receptor) or sought.receptor
        tests.append(lambda message: message.receptor == number)
    if sought.localid:
        tests.append(lambda message: message.localid == sought.localid)
    if wanted := _needle(sought.search):
        tests.append(lambda message: wanted in _haystack(message))
    return tests


def _needle(search: str) -> str:
    """`search` as `_haystack` writes it; a number may be in any form that the service accepts."""
    folded = _fold(search.strip())
    return receptor(folded) or folded


def _haystack(message: Message) -> str:
    written = (message.receptor, message.sender, str(message.messageid), message.localid, message.tag, message.template)
    return "\n".join((*written, _fold(message.text)))


def _fold(text: str) -> str:
    return text.translate(_FOLDED).casefold()


def requests(journal: Journal, cut: Cut, search: str = "", only: str = "") -> Listed[Request]:
    """The requests within `cut` whose words contain `search`.

    `only` "refused": those not answered with 200; "noted": those that the real service may refuse; "": all.
    """
    everything = journal.requests()
    wanted = _fold(search.strip())
    start = 0 if cut.after is None else bisect_right(everything, cut.after, key=_number)
    end = None if cut.before is None else bisect_left(everything, cut.before, key=_number)
    found = [
        request
        for request in everything[start:end]
        if _chosen(request, only) and (not wanted or wanted in _words(request))
    ]
    return Listed(len(found), everything[-1].number if everything else 0, cut.page(found))


def _number(request: Request) -> int:
    return request.number


def _chosen(request: Request, only: str) -> bool:
    if only == "refused":
        return bool(request.outcome) and request.status != SUCCESS.code
    return bool(request.notes) if only == "noted" else True


def _words(request: Request) -> str:
    notes = " ".join(f"{note.code} {note.why}" for note in request.notes)
    faults = " ".join(request.faults)
    return _fold(f"{request.verb} {request.path} {request.status} {request.why} {faults} {notes}")
