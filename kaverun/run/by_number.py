"""Messages without a localid, searched for among what was sent to their number.

API document: *StatusByReceptor* lists a number's messages of a day, *Select* their texts where the account's IP
whitelist allows it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from threading import Lock

from kaverun.kavenegar.answers import MessageState
from kaverun.kavenegar.client import Client
from kaverun.ledger.protocol import Taken
from kaverun.plan.batches import Message
from kaverun.run.outbox import selected

NOT_FOUND_BY_NUMBER = (
    "not found by its number, which proves nothing: it is never sent again silently; "
    "to send it all the same, name its key with --resend-unknown"
)
# The provider's clock may be behind ours: seconds before the request in which its message may stand.
_EARLIER = 60
_A_DAY = 86_400.0
_ANOTHER = 0


def taken_of_late(batches: Iterable[Taken], now: float) -> frozenset[int]:
    """The ids of messages that a search by number could take for others: those taken within the day it covers."""
    return frozenset(id_ for batch in batches if batch.since > now - _A_DAY for id_ in batch.messageids)


class NumberSearch:
    """Finds a message for each localid. `taken` are ids known to belong to other ones; used by many threads."""

    def __init__(self, client: Client, taken: Collection[int] = ()) -> None:
        self._client = client
        self._owners = dict.fromkeys(taken, _ANOTHER)
        self._lock = Lock()

    def belongs(self, messageid: int | None, localid: int) -> None:
        """A message was answered with this id, so it is no other's."""
        if messageid is not None:
            with self._lock:
                self._owners[messageid] = localid

    def find(
        self, message: Message, words: Collection[str], since: float, *, by_number_alone: bool
    ) -> MessageState | None:
        """The first message to its number since a time (unix seconds) that holds all `words`.

        Where texts cannot be read, the only one there is will do with `by_number_alone`; of several none can be told
        to be it. Raises `KavenegarError`.
        """
        listed = self._client.status_by_receptor(message.phone, int(since) - _EARLIER)
        states = [state for state in listed if state.messageid and self._may_be(state.messageid, message.localid)]
        chosen = self._chosen(states, words, by_number_alone)
        if chosen:
            self.belongs(chosen.messageid, message.localid)
        return chosen

    def _may_be(self, messageid: int, localid: int) -> bool:
        return self._owners.get(messageid, localid) == localid

    def _chosen(
        self, states: Sequence[MessageState], words: Collection[str], by_number_alone: bool
    ) -> MessageState | None:
        if not states:
            return None
        texts = selected(self._client, [state.messageid for state in states if state.messageid])
        if texts is None:
            return states[0] if by_number_alone and len(states) == 1 else None
        fitting = {text.messageid for text in texts if all(word in text.message for word in words)}
        return next((state for state in states if state.messageid in fitting), None)
