"""Points at characters that nobody sees and everybody pays for, at their place in a template, the file or a list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Problem
from kaverun.plan.plan import Entry
from kaverun.plan.totals import Unpriced
from kaverun.planning.findings import Findings
from kaverun.recipients.selection import Recipient
from kaverun.strict_yaml.text import named
from kaverun.template.template import Template
from kaverun.text.costly_characters import Costly, advice, any_suspect, costly, is_persian
from kaverun.text.plurals import plural

if TYPE_CHECKING:
    from kaverun.planning.tariff import Tariff

_CAUSE = "a character that makes the text dearer"


def unpriced_kinds(loaded: LoadedCampaign, kinds: Sequence[Unpriced]) -> Iterator[Problem]:
    """A warning for each kind of message that the tariff has no price for, at the tariff's place in the file."""
    for line, encoding, messages, row in kinds:
        kind = f"{'latin' if encoding == 'gsm7' else 'persian'} by {f'line {line}' if line else 'the default line'}"
        words = f"has no price for {kind}: {plural(messages, 'message')} such as row {row}, so the cost is unknown"
        yield loaded.document.problem(words, "tariff", severity="warning")


class CostWatch:
    """Looks at every message; what the template is to blame for is told once, what a cell is to blame for by row."""

    def __init__(
        self, loaded: LoadedCampaign, templates: Collection[Template], tariff: Tariff | None, findings: Findings
    ) -> None:
        self._loaded = loaded
        self._templates = templates
        self._tariff = tariff
        self._findings = findings
        self._told: set[tuple[str, int, int, str]] = set()

    def look(self, recipients: Sequence[Recipient], entries: Sequence[Entry]) -> None:
        """Warn where messages cost more than they would without what nobody sees in them."""
        priced = self._tariff is not None  # where it is not, a single part cannot be cheaper
        dear = [entry.text for entry in entries if entry.action == "send" and (entry.parts > 1 or priced)]
        if any_suspect(dear):
            for recipient, entry in zip(recipients, entries, strict=True):
                if entry.action == "send" and entry.encoding:
                    self._look(recipient, entry)

    def _look(self, recipient: Recipient, entry: Entry) -> None:
        if entry.parts == 1 and (self._tariff is None or is_persian(entry.text)):
            return
        found = costly(entry.text)
        price = self._price(entry, found) if found else ""
        if found and price:
            for sign in found.signs:
                self._blame(recipient, sign, f"{named(sign)} makes {{}}{price}: {advice(sign)}")
            if found.end:
                self._blame_end(recipient, entry, f"white space at its end makes {{}}{price}: delete it")

    def _price(self, entry: Entry, found: Costly) -> str:
        """Words for what the message costs more, "" where it does not."""
        size, cost = found.without, None
        if self._tariff and entry.cost is not None:
            cost = self._tariff.price(entry.line, size.encoding, size.parts, entry.phone)
        if cost is None or entry.cost is None:
            return f"take {plural(entry.parts, 'part')} instead of {size.parts}" if entry.parts > size.parts else ""
        dearer = (
            f"cost {entry.cost:,} Rial instead of {cost:,}, {plural(entry.parts, 'part')} {entry.encoding} instead of "
        )
        return f"{dearer}{size.parts} {size.encoding}" if entry.cost > cost else ""

    def _blame(self, recipient: Recipient, sign: str, words: str) -> None:
        fixed = next(self._in_templates(sign), None) or next(self._in_variables(sign), None)
        if fixed:
            self._once(fixed, sign, words, recipient)
        elif column := next(self._columns_with(recipient, lambda text: sign in text), None):
            self._of_row(recipient, column, words)
        else:
            self._once(self._end_of_template(), sign, words, recipient)

    def _blame_end(self, recipient: Recipient, entry: Entry, words: str) -> None:
        ends = self._columns_with(recipient, lambda text: text[-1:].isspace() and entry.text.endswith(text))
        if column := next(ends, None):
            self._of_row(recipient, column, words)
        else:
            self._once(self._end_of_template(), "", words, recipient)

    def _in_templates(self, sign: str) -> Iterator[Problem]:
        for template in self._templates:
            for source in template.sources:
                for number, line in enumerate(source.lines, 1):
                    if sign in line:
                        yield source.origin.problem("", number, line.index(sign) + 1)

    def _in_variables(self, sign: str) -> Iterator[Problem]:
        for name, value in self._loaded.variables.values.items():
            texts = value if isinstance(value, tuple) else (value,)
            if any(isinstance(text, str) and sign in text for text in texts):
                yield self._loaded.document.problem("", "vars", name)

    def _columns_with(self, recipient: Recipient, wanted: Callable[[str], bool]) -> Iterator[str]:
        for name, value in recipient.values.items():
            if isinstance(value, str) and wanted(value) and any(name in one.names.all for one in self._templates):
                yield name

    def _end_of_template(self) -> Problem:
        source = next(iter(self._templates)).sources[0]
        return source.origin.problem("", len(source.lines))

    def _of_row(self, recipient: Recipient, column: str, words: str) -> None:
        what = words.format("the text ")
        place = (recipient.path, recipient.line, 0, column, recipient.row)
        self._findings.mention(Problem(what, *place, severity="warning"), _CAUSE)

    def _once(self, place: Problem, sign: str, words: str, recipient: Recipient) -> None:
        key = (place.path, place.line, place.column, sign)
        if key not in self._told:
            self._told.add(key)
            what = words.format(f"the text of row {recipient.row} ")
            self._findings.warnings.append(replace(place, what=what, severity="warning"))
