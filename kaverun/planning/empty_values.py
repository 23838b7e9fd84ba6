"""Texts that print an empty value: `Dear , …`, `NULL عزیز`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from kaverun.plan.plan import Entry
from kaverun.planning.text_count import TextCount
from kaverun.recipients.rows import listed
from kaverun.recipients.selection import Recipient
from kaverun.template.template import Template
from kaverun.text.nothing import MARK, any_says_nothing, says_nothing

#: Rows whose texts are made a second time, in which empty cells are marked; of more, one of each block.
_LOOKED_AT = 20_000
_WORDS = (
    "{} is empty or says nothing ({}), and is printed in {}: fill the cells, leave these rows out by `where:`, or "
    "write what stands for it, as in {{{{ {} | default_if_empty('…') }}}}"
)


class EmptyValues:
    """Looks at the cells of every message while it passes by, and at the text where one of them says nothing."""

    def __init__(self, templates: Collection[Template]) -> None:
        self._templates = templates
        self._names = sorted(frozenset[str]().union(*(template.printed for template in templates)))
        self._count = TextCount()
        self._left = _LOOKED_AT
        self._columns: list[str] = []
        self._value: object = ""

    def add(self, recipients: Sequence[Recipient], entries: Sequence[Entry]) -> None:
        """Look at a block of messages and whom they are for."""
        rows = [recipient.values for recipient in recipients]
        suspects = sorted({index for name in self._names for index in _empty(rows, name)})[: max(1, self._left)]
        if suspects:
            self._left -= len(suspects)
            empty = self._printed_empty([rows[index] for index in suspects])
            self._keep([(entries[index].row, rows[index]) for index, one in zip(suspects, empty, strict=True) if one])

    def _printed_empty(self, rows: Sequence[Mapping[str, object]]) -> list[bool]:
        texts = [template.watched.render_many(rows) for template in self._templates]
        return [any(isinstance(text, str) and MARK in text for text in one) for one in zip(*texts, strict=True)]

    def _keep(self, found: Sequence[tuple[int, Mapping[str, object]]]) -> None:
        if found and not self._columns:
            values = found[0][1]
            self._columns = [name for name in self._names if says_nothing(values.get(name))]
            self._value = values.get(self._columns[0]) if self._columns else ""
        self._count.add([row for row, _ in found])

    def found(self, texts: int) -> Iterator[str]:
        """Words for what was found in so many texts."""
        if self._count.texts and self._columns:
            value = self._value.strip() if isinstance(self._value, str) else self._value
            shown = str(value) if value and str(value).isprintable() else "an empty cell"
            yield _WORDS.format(listed(self._columns, 3), shown, self._count.shown(texts), self._columns[0])


def _empty(rows: Sequence[Mapping[str, object]], name: str) -> list[int]:
    values = [row.get(name) for row in rows]
    return [index for index, value in enumerate(values) if says_nothing(value)] if any_says_nothing(values) else []
