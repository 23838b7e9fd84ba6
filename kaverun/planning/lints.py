"""Lints: what a second look at texts, list and schedule finds. All of them are warnings (`campaign.lints`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from kaverun.campaign.lints import (
    EMPTY_VALUE,
    LINK_IN_TEXT,
    MISSING_OPT_OUT,
    MIXED_ALPHABET,
    NO_QUIET_HOURS,
    SAME_TEXT,
    UNUSED_COLUMN,
)
from kaverun.campaign.quiet_hours import QuietHours
from kaverun.errors import Problem
from kaverun.planning.empty_values import EmptyValues
from kaverun.planning.slips import Slips
from kaverun.planning.text_count import TextCount
from kaverun.recipients.rows import listed
from kaverun.recipients.source import InlineRows
from kaverun.strict_yaml.text import named
from kaverun.text.alphabets import looks_latin, mixed
from kaverun.text.excerpt import excerpt
from kaverun.text.names import slug

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.campaign.models import Schedule
    from kaverun.plan.plan import Entry
    from kaverun.recipients.selection import Recipient
    from kaverun.recipients.source import RecipientSource
    from kaverun.template.template import Template

# In the digits of any keyboard; people write it with a space or a colon as well.
_opt_out = re.compile(r"لغو[\s\u200c:=]{0,2}[1۱١]{2}").search
# What every link has, found fast; whether it is one is looked at with the pattern below, compiled when it is needed.
_like_a_link = re.compile(r"\.(?<=[a-z0-9-].)[a-z]|//", re.IGNORECASE | re.ASCII).search
_DOMAINS = "ir|com|net|org|info|co|me|io|app|link|ly|site|shop|online|xyz|biz|dev|club|store"
_LINK = rf"https?://\S+|\bwww\.\S+|(?<![@\w.-])(?:[a-z0-9-]+\.)+(?:{_DOMAINS})\b(?:/\S*)?"
# No link has white space in it, and most texts of a campaign have the same: each word is looked at by itself, and once.
_words = re.compile(r"\s+", re.ASCII).split
# Fewer messages than this may well be the same by chance: two orders of people of one name.
_ENOUGH_TO_DIFFER = 3
# Facts page, *Money and language*: advertising is not delivered in these hours and charged all the same.
_NIGHT = QuietHours(22 * 60, 7 * 60)

_SILENCE = "or silence this under lints.off"
_OPT_OUT_WORDS = (
    "لغو11, by which people stop messages and which advertising and notices must carry, is missing in {}: add it on a "
    f"line of its own, {_SILENCE}"
)
_LINK_WORDS = "a link ({}) stands in {}, and Kavenegar refuses links on many lines (code 420): take it out, " + _SILENCE
_SAME_WORDS = (
    "all {:,} texts are the same although the template uses columns: look whether they are empty and whether its "
    f"conditions are right, {_SILENCE}"
)
_NIGHT_WORDS = (
    "an advertising text {}, and from 22:00 to 07:00 operators may not deliver it and charge all the same: "
    f'write quiet_hours: "22:00-08:00" below schedule:, {_SILENCE}'
)


_MIXED_WORDS = (
    "{} of another alphabet in a Latin text is in {}, and makes it {} parts in the place of {}: write Latin letters, "
    + _SILENCE
)


class TextLints:
    """Looks at every rendered text of a campaign while it passes by; `personal` where the texts use columns."""

    def __init__(self, loaded: LoadedCampaign, templates: Collection[Template], *, personal: bool) -> None:
        self._loaded = loaded
        self._personal = personal
        self._texts = 0
        self._first = ""
        self._same = True
        self._bare = TextCount()
        self._linking = TextCount()
        self._link = ""
        self._slips = Slips(loaded.campaign.lints.off, tokens=loaded.campaign.channel == "lookup")
        self._empty = EmptyValues(templates if EMPTY_VALUE not in loaded.campaign.lints.off else ())
        self._mixed = TextCount()
        self._mixing = ("", 0, 0)

    def add(self, recipients: Sequence[Recipient], entries: Sequence[Entry]) -> None:
        """Look at a block of messages, at least one, and whom each is for."""
        if not entries[0].text:  # with an error elsewhere nothing is rendered
            return
        self._texts += len(entries)
        self._slips.add(entries)
        self._empty.add(recipients, entries)
        if self._loaded.campaign.channel == "sms":
            self._add_texts(entries)

    def _add_texts(self, entries: Sequence[Entry]) -> None:
        self._first = self._first or entries[0].text
        texts = [entry.text for entry in entries]
        self._same = self._same and texts.count(self._first) == len(texts)
        self._bare.add([entry.row for entry in entries if not _opt_out(entry.text)])
        if _like_a_link("\n".join(texts)):
            self._add_links(entries)
        for entry in entries:
            if entry.parts > 1 and entry.encoding == "ucs2" and looks_latin(entry.text):
                self._add_mixed(entry)

    def _add_mixed(self, entry: Entry) -> None:
        found = None if _opt_out(entry.text) else mixed(entry.text)
        if found:
            self._mixed.add([entry.row])
            if not self._mixing[0]:
                self._mixing = (found.signs, entry.parts, found.without.parts)

    def _add_links(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if _like_a_link(entry.text) and (link := _first_link(entry.text)):
                self._linking.add([entry.row])
                self._link = self._link or link

    def problems(self) -> Iterator[Problem]:
        """The warnings that are not silenced; none where nothing was rendered."""
        if not self._texts:
            return
        for words in self._empty.found(self._texts):
            yield from self._of_text(EMPTY_VALUE, f"{words}, {_SILENCE}")
        for rule, words in self._slips.found(self._texts):
            yield from self._of_text(rule, f"{words}, {_SILENCE}")
        if self._loaded.campaign.channel == "sms":
            yield from self._of_sms()

    def _of_sms(self) -> Iterator[Problem]:
        if self._mixed.texts:
            signs, parts, without = self._mixing
            shown = ", ".join(map(named, signs[:3]))
            words = _MIXED_WORDS.format(shown, self._mixed.shown(self._texts), parts, without)
            yield from self._of_text(MIXED_ALPHABET, words)
        if self._bare.texts:
            yield from self._of_text(MISSING_OPT_OUT, _OPT_OUT_WORDS.format(self._bare.shown(self._texts)))
        else:
            yield from _at_night(self._loaded)
        if self._linking.texts:
            yield from self._of_text(
                LINK_IN_TEXT, _LINK_WORDS.format(excerpt(self._link), self._linking.shown(self._texts))
            )
        if self._personal and self._same and self._texts >= _ENOUGH_TO_DIFFER:
            yield from self._of_text(SAME_TEXT, _SAME_WORDS.format(self._texts))

    def _of_text(self, rule: str, words: str) -> Iterator[Problem]:
        message = self._loaded.campaign.message
        key = "file" if message.file else "text" if message.text else "token"
        return _warning(self._loaded, rule, words, "message", key)


def _first_link(text: str) -> str:
    words = [word for word in _words(text) if "." in word or "//" in word]
    return next(filter(None, map(_link_in, words)), "")


@lru_cache(maxsize=1024)
def _link_in(word: str) -> str:
    found = re.search(_LINK, word, re.IGNORECASE | re.ASCII)
    return found[0] if found else ""


def unused_columns(loaded: LoadedCampaign, source: RecipientSource, used: Collection[str]) -> Iterator[Problem]:
    """A warning for each file with columns whose names are not `used`; rows in the campaign file may hold notes."""
    recipients = loaded.campaign.recipients
    known = {*used, slug(recipients.phone), slug(recipients.key or "")}
    for part in source.parts:
        idle = [column.header for column in part.columns if column.name not in known]
        if idle and not isinstance(part, InlineRows) and UNUSED_COLUMN not in loaded.campaign.lints.off:
            words = f"nothing uses {'this column' if len(idle) == 1 else 'these columns'}: {listed(idle)}"
            what = f"{words}; is one missing in the text? Use or delete them, {_SILENCE}"
            yield Problem(what, part.shown, part.header_line, severity="warning", rule=UNUSED_COLUMN)


def _at_night(loaded: LoadedCampaign) -> Iterator[Problem]:
    """Whether an advertising text may go out when it is not delivered."""
    schedule = loaded.campaign.schedule
    if schedule and schedule.quiet_hours:
        return iter(())
    when = _hour_at_night(schedule)
    keys = ("schedule", "at") if schedule else ("schedule",)
    return _warning(loaded, NO_QUIET_HOURS, _NIGHT_WORDS.format(when), *keys) if when else iter(())


def _hour_at_night(schedule: Schedule | None) -> str:
    if schedule is None or schedule.at is None:
        return "goes out whenever it is applied"
    if _NIGHT.cover(schedule.at):
        return f"goes out at {schedule.at:%H:%M}"
    night = datetime.combine(schedule.at.date(), datetime.min.time()) + timedelta(minutes=_NIGHT.start)
    if schedule.deadline and schedule.at + timedelta(seconds=schedule.deadline) > night:
        return f"may go out until {schedule.at + timedelta(seconds=schedule.deadline):%H:%M} by its deadline"
    return ""


def _warning(loaded: LoadedCampaign, rule: str, words: str, *keys: str) -> Iterator[Problem]:
    if rule not in loaded.campaign.lints.off:
        problem = loaded.document.problem(words, *keys, severity="warning")
        yield replace(problem, rule=rule)
