"""What a recipient is told: rows become the text of a message, or the tokens of a lookup, fit to be sent or not.

A lookup has no text of its own: its template stands in the panel. What is approved, kept and sent is the JSON object
of the template's name and the tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol, TypeGuard

import orjson

from kaverun.recipients.rows import listed
from kaverun.template.template import RenderError, Template
from kaverun.text.controls import first_control, has_controls
from kaverun.text.line_ends import with_line_feeds
from kaverun.text.parts import Encoding, measure_all
from kaverun.text.persian import normalize_persian

Row = Mapping[str, object]


class Unfit(NamedTuple):
    """Why a row has no message: the kind in two or three words, and the whole sentence."""

    cause: str
    reason: str


#: What a message amounts to: encoding ("" where only the provider knows the parts), units and billed parts.
Size = tuple[Encoding | Literal[""], int, int]


class Wording(Protocol):
    def messages(self, rows: Sequence[Row]) -> list[str | Unfit]:
        """What goes out for each of up to a few hundred rows."""

    def sizes(self, messages: Sequence[str]) -> Sequence[Size]: ...


class TextWording:
    """One text per row; `spoken` where it is read out, which has no parts."""

    def __init__(self, template: Template, *, normalize: bool, max_length: int, spoken: bool) -> None:
        self._template = template
        self._normalize = normalize
        self._max_length = max_length
        self._spoken = spoken

    def messages(self, rows: Sequence[Row]) -> list[str | Unfit]:
        texts = self._template.render_many(rows)
        if self._normalize:
            texts = [normalize_persian(text) if isinstance(text, str) else text for text in texts]
        if self._all_fit(texts):
            return texts
        return [self._judged(text, row) for text, row in zip(texts, rows, strict=True)]

    def sizes(self, messages: Sequence[str]) -> Sequence[Size]:
        return [("", len(message), 0) for message in messages] if self._spoken else measure_all(messages)

    def _judged(self, text: str | RenderError, row: Row) -> str | Unfit:
        if isinstance(text, RenderError):
            return Unfit("template", str(text))
        text = with_line_feeds(text)
        return self._unfit(text) or _with_controls(text, row) or text

    def _all_fit(self, texts: Sequence[str | RenderError]) -> TypeGuard[list[str | Unfit]]:
        """Whether nothing is wrong with any of the texts, which is told much faster for all at once."""
        rendered = [text for text in texts if isinstance(text, str) and text.strip()]
        if len(rendered) < len(texts) or not rendered:
            return False
        whole = "".join(rendered)
        try:
            pairs = len(whole.encode("utf-16-le")) // 2 - len(whole)
        except UnicodeEncodeError:
            return False
        return not has_controls(whole) and len(max(rendered, key=len)) + pairs <= self._max_length

    def _unfit(self, text: str) -> Unfit | None:
        """Why the provider would not take a text; None when it would."""
        if not text.strip():
            return Unfit(
                "empty text", "the text is empty for this row: give the template something to say or skip the row"
            )
        try:
            length = len(text.encode("utf-16-le")) // 2
        except UnicodeEncodeError:
            return Unfit("bad text", "the text holds half of a surrogate pair, which is no character: write it anew")
        if length > self._max_length:
            words = f"the text is {length} characters long, the limit is {self._max_length}: shorten it for this row"
            return Unfit("too long", words)
        return None


class LookupWording:
    """A panel's template and its tokens per row, with the rules of each token (facts page, *Meaning*)."""

    def __init__(self, templates: Mapping[str, Template], *, normalize: bool) -> None:
        self._templates = templates
        self._normalize = normalize

    def messages(self, rows: Sequence[Row]) -> list[str | Unfit]:
        columns = [template.render_many(rows) for template in self._templates.values()]
        return [
            self._judged(dict(zip(self._templates, values, strict=True)), row)
            for values, row in zip(zip(*columns, strict=True), rows, strict=True)
        ]

    def sizes(self, messages: Sequence[str]) -> Sequence[Size]:
        return [("", 0, 0)] * len(messages)

    def _judged(self, values: Mapping[str, str | RenderError], row: Row) -> str | Unfit:
        given: dict[str, str] = {}
        for name, value in values.items():
            if isinstance(value, RenderError):
                return Unfit("template", f"{name}: {value}")
            if value := normalize_persian(value) if self._normalize else value:
                given[name] = value = with_line_feeds(value)
                if unfit := _with_controls(value, row):
                    return unfit
        return _unfit_token(given) or orjson.dumps(given).decode()


def _with_controls(text: str, row: Row) -> Unfit | None:
    """Why a text with a control character is none; the columns that it comes from are named."""
    if not has_controls(text):
        return None
    cells = {name: cell for name, cell in row.items() if isinstance(cell, str) and first_control(cell)}
    where = f"column {listed(cells)}" if cells else "the text"
    remedy = "delete it"
    if any(map(_was_misread, cells.values())):
        remedy = "its letters were read in a wrong encoding once: export the list again as UTF-8"
    return Unfit("control character", f"{where} holds {first_control(text)}, which no phone can show: {remedy}")


def _was_misread(text: str) -> bool:
    """Whether a text is UTF-8 that somebody took for Latin-1: of each Persian letter it made two."""
    try:
        return text.encode("latin-1").decode() != text
    except UnicodeError:
        return False


def _unfit_token(given: Mapping[str, str]) -> Unfit | None:
    from kaverun.kavenegar.tokens import wrong_with  # only a lookup needs the rules of the API

    for name in ("template", "token"):
        if not given.get(name, "").strip():
            return Unfit("empty token", f"message.{name} is empty for this row, and a lookup needs it")
    for name, value in given.items():
        reason = _wrong_name(value) if name == "template" else wrong_with(name, value)
        if reason:
            return Unfit("bad token", f"message.{name} {reason}")
    return None


def _wrong_name(name: str) -> str:
    return "" if name.split() == [name] else "holds a space or a line end, which no template's name has"
