"""Which row of an answer belongs to which message: never by place alone (facts page, *Wire*)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from kaverun.kavenegar.answers import SentColumns, SentMessage
from kaverun.kavenegar.fields import numbers
from kaverun.plan.batches import Message, MessageColumns
from kaverun.recipients.phone import NotAMobile, normalize


class Matched(NamedTuple):
    """Answer rows by the index of their message, and rows that belong to none of them."""

    rows: dict[int, SentMessage]
    foreign: tuple[SentMessage, ...]


def match(messages: Mapping[int, Message], answers: Sequence[SentMessage], *, by_number_alone: bool = True) -> Matched:
    """Pair rows with messages: by localid where the answer has it, else by receptor, text and line.

    A row with our receptor but another text or line (an earlier text under the same localid) is taken only
    where one message and one row are left for that receptor, and not at all without `by_number_alone`.
    """
    open_messages = dict(messages)
    rows: dict[int, SentMessage] = {}
    left = list(answers)
    for message_key, answer_key, only_single in _RULES:
        if not left or not open_messages or (only_single and not by_number_alone):
            break
        left = _pair(open_messages, left, rows, message_key, answer_key, only_single)
    return Matched(rows, tuple(left))


def in_order(messages: MessageColumns, answers: SentColumns) -> bool:
    """Whether the answer has every message in its place, as it nearly always does: seen at a fraction of the cost."""
    if [*messages.phones] != [*answers.receptors] or [*messages.texts] != [*answers.messages]:
        return False
    if any(answers.localids):
        return numbers(messages.localids) == ",".join(answers.localids)
    pairs = set(zip(messages.lines, answers.senders, strict=True))
    return all(not line or _line(line) == _line(sender) for line, sender in pairs)


def _pair(
    messages: dict[int, Message],
    answers: list[SentMessage],
    rows: dict[int, SentMessage],
    message_key: Callable[[Message], Hashable],
    answer_key: Callable[[SentMessage], Hashable],
    only_single: bool,
) -> list[SentMessage]:
    """Move what pairs under one rule into `rows`; returns the answers that are left."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index, message in messages.items():
        waiting[message_key(message)].append(index)
    claims: dict[Hashable, list[SentMessage]] = defaultdict(list)
    for answer in answers:
        claims[answer_key(answer)].append(answer)
    left: list[SentMessage] = []
    for key, claiming in claims.items():
        indexes = waiting.get(key, []) if key is not None else []
        if only_single and (len(indexes) != 1 or len(claiming) != 1):
            indexes = []
        for index, answer in zip(indexes, claiming, strict=False):
            rows[index] = answer
            del messages[index]
        left += claiming[len(indexes) :]
    return left


def likeness(message: Message) -> tuple[str, str, str]:
    """What a message is recognised by where no id leads to it: number, text and line."""
    return message.phone, message.text, _line(message.line)


def likeness_of_answer(answer: SentMessage) -> tuple[str, str, str]:
    """The same of a row of an answer, in the form that messages have here."""
    return _receptor(answer.receptor), answer.message, _line(answer.sender)


def _receptor(text: str) -> str:
    try:
        return normalize(text)
    except NotAMobile:
        return text


def _line(text: str) -> str:
    """A sender in one form: `+98` and `0098` before a line are only another way to write it."""
    return text.removeprefix("+").removeprefix("00").removeprefix("98") if text.startswith(("+98", "0098")) else text


_RULES: tuple[tuple[Callable[[Message], Hashable], Callable[[SentMessage], Hashable], bool], ...] = (
    (lambda m: (str(m.localid), m.phone), lambda a: (a.localid, _receptor(a.receptor)) if a.localid else None, False),
    (likeness, likeness_of_answer, False),
    # The provider chooses the line of a call.
    (lambda m: None if m.line else (m.phone, m.text), lambda a: (_receptor(a.receptor), a.message), False),
    (lambda m: m.phone, lambda a: _receptor(a.receptor), True),
)
