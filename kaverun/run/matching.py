"""Which row of an answer belongs to which message: never by position alone (facts page, *Wire*)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from kaverun.kavenegar.answers import SentColumns, SentMessage
from kaverun.kavenegar.fields import numbers
from kaverun.message.batch import Message, MessageColumns
from kaverun.text.folding import folded
from kaverun.text.phone import NotAMobile, mask, normalize

ANOTHER_NUMBER = "the provider's answer names another number under this localid"
NOT_TOLD_APART = "the provider took messages that cannot be told apart, and this may be one of them"
#: Reasons for an unknown outcome that a look-up by localid does not lift: the provider's own answer contradicts it.
BY_ITS_ANSWER = (ANOTHER_NUMBER, NOT_TOLD_APART)


class Matched(NamedTuple):
    """Answer rows by the index of their message, and rows that belong to none of them.

    `contradicting` are rows under a message's localid that name another number, by the index of that message.
    """

    rows: dict[int, SentMessage]
    foreign: tuple[SentMessage, ...]
    contradicting: dict[int, SentMessage]


def match(messages: Mapping[int, Message], answers: Sequence[SentMessage], *, by_number_alone: bool = True) -> Matched:
    """Pair rows with messages: by localid if the answer has it, else by receptor, folded text and line.

    What a localid leads to is ours however text and receptor are written, even if they are masked or missing. A row
    with our receptor but another text or line (an earlier text under the same localid) is paired only if one message
    and one row are left for that receptor; a row without a readable receptor only if it answers a single message.
    Neither is paired without `by_number_alone`.
    """
    open_messages = dict(messages)
    rows: dict[int, SentMessage] = {}
    contradicting: dict[int, SentMessage] = {}
    left = list(answers)
    for message_key, answer_key in _BY_LOCALID:
        left = _pair(open_messages, left, rows, message_key, answer_key)
    left = _pair(open_messages, left, contradicting, _localid, lambda a: a.localid.strip() or None)
    for message_key, answer_key, only_single in _BY_LIKENESS:
        if not left or not open_messages or (only_single and not by_number_alone):
            break
        left = _pair(open_messages, left, rows, message_key, answer_key, only_single=only_single)
    if by_number_alone and len(messages) == len(answers) == len(left) == 1 and not readable(left[0].receptor):
        (index,) = open_messages
        rows[index], left = left[0], []
    return Matched(rows, tuple(left), contradicting)


def in_order(messages: MessageColumns, answers: SentColumns) -> bool:
    """Whether the answer has every message in its place, as it nearly always does: a much cheaper check."""
    if [*messages.phones] != [*answers.receptors] or [*messages.texts] != [*answers.messages]:
        return False
    if any(answers.localids):
        return numbers(messages.localids) == ",".join(answers.localids)
    pairs = set(zip(messages.lines, answers.senders, strict=True))
    return all(not line or _line(line) == _line(sender) for line, sender in pairs)


def readable(receptor: str) -> str:
    """The Iranian mobile number that an answer names, "" if it names none: masked, missing, or cut."""
    try:
        return normalize(receptor)
    except NotAMobile:
        return ""


def contradiction(message: Message, receptor: str, messageid: int | None) -> str:
    """Why it is not known whether a message was sent; "" unless what its localid leads to names another number.

    `receptor` is as the provider wrote it.
    """
    number = readable(receptor)
    if not number or number == message.phone:
        return ""
    which = f"messageid {messageid}, to {mask(number)}" if messageid else f"to {mask(number)}"
    return (
        f"{ANOTHER_NUMBER} ({which}): whether this one was sent is not known, and it is never sent again silently; "
        "to send it all the same, name its key with --resend-unknown"
    )


def _pair(
    messages: dict[int, Message],
    answers: list[SentMessage],
    rows: dict[int, SentMessage],
    message_key: _MessageKey,
    answer_key: _AnswerKey,
    *,
    only_single: bool = False,
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
    """What a message is recognised by if no id leads to it: number, folded text and line."""
    return message.phone, folded(message.text), _line(message.line)


def likeness_of_answer(answer: SentMessage) -> tuple[str, str, str]:
    """The same for a row of an answer, in the form that messages have here."""
    return _receptor(answer), folded(answer.message), _line(answer.sender)


def _receptor(answer: SentMessage) -> str:
    return readable(answer.receptor) or answer.receptor


def _localid(message: Message) -> str:
    return str(message.localid)


def _line(text: str) -> str:
    """A sender in one form: `+98` and `0098` before a line are just another way to write it."""
    text = folded(text)
    return text.removeprefix("+").removeprefix("00").removeprefix("98") if text.startswith(("+98", "0098")) else text


_MessageKey = Callable[[Message], Hashable]
_AnswerKey = Callable[[SentMessage], Hashable]
_BY_LOCALID: tuple[tuple[_MessageKey, _AnswerKey], ...] = (
    (lambda m: (_localid(m), m.phone), lambda a: (a.localid.strip(), _receptor(a)) if a.localid else None),
    (_localid, lambda a: a.localid.strip() if a.localid.strip() and not readable(a.receptor) else None),
)
_BY_LIKENESS: tuple[tuple[_MessageKey, _AnswerKey, bool], ...] = (
    # First without folding texts, which takes longer than all else: most rows come back as they were sent.
    (lambda m: (m.phone, m.text, _line(m.line)), lambda a: (_receptor(a), a.message, _line(a.sender)), False),
    (likeness, likeness_of_answer, False),
    # The provider chooses the line of a call.
    (lambda m: None if m.line else (m.phone, folded(m.text)), lambda a: likeness_of_answer(a)[:2], False),
    (lambda m: (m.phone, folded(m.text)), lambda a: likeness_of_answer(a)[:2], True),
    (lambda m: m.phone, _receptor, True),
)
