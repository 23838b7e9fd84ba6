"""From a loaded campaign to a plan: every row is decided here, and every problem found is told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kaverun.blocks import blocks
from kaverun.campaign.loader import NOTHING_GIVEN, LoadedCampaign, examine
from kaverun.campaign.models import Campaign
from kaverun.campaign.schedule import OCCURRENCE, due_time
from kaverun.errors import Invalid, Problem, Severity
from kaverun.files.repository import marked_root
from kaverun.ledger.runs import Input, Run, inputs_of, occurrence_of
from kaverun.ledger.store import Store
from kaverun.message.identity import Digest
from kaverun.message.scope import Scope
from kaverun.plan.file import PlanWriter, kept_file, scratch_file
from kaverun.plan.header import Header
from kaverun.plan.plan import Entry, Past, Plan
from kaverun.plan.planned_rows import PlannedRows
from kaverun.plan.totals import causes, longest, most_expensive, samples, totals, unpriced
from kaverun.planning.actions import decide, recall
from kaverun.planning.composer import Composer, left_out
from kaverun.planning.costly_characters import CostWatch, unpriced_kinds
from kaverun.planning.edits import asks_for_a_name, look_back, refusals, scheduled_only
from kaverun.planning.findings import Findings
from kaverun.planning.inputs import inputs_now, inputs_read, names_of_lists, with_rows
from kaverun.planning.limits import Verdict, permitted
from kaverun.planning.lints import TextLints, unused_columns
from kaverun.planning.other_keys import judge_keys
from kaverun.planning.type_lints import texts_compared
from kaverun.planning.variables import unused_variables, wrong_variables
from kaverun.planning.wording import LookupWording, TextWording, Wording
from kaverun.recipients.exclusion import Excluded, load_excluded
from kaverun.recipients.selection import Recipient, select
from kaverun.recipients.source import RecipientSource, open_recipients
from kaverun.template.partials import Partials
from kaverun.template.template import Condition, Template, check_variables, compile_condition, compile_template
from kaverun.text.paths import path_text

if TYPE_CHECKING:
    from kaverun.campaign.handed import HandedRows
    from kaverun.planning.tariff import Tariff

_BLOCK = 200
_FILE = itemgetter(Entry._fields.index("file"))
_OF_DIGEST = itemgetter(*map(Entry._fields.index, ("key", "phone", "line", "text")))


class _Ingredients(NamedTuple):
    """What rows are turned into messages with.

    `used` are the names that templates and conditions use; `personal` is whether a template uses a column.
    """

    source: RecipientSource | None
    wording: Wording | None
    templates: Mapping[str, Template]
    where: Condition | None
    excluded: Excluded | None
    tariff: Tariff | None
    used: frozenset[str] = frozenset()
    personal: bool = False


def open_campaign(
    path: Path,
    given: Mapping[str, str] = NOTHING_GIVEN,
    *,
    text: bytes | None = None,
    rows: HandedRows | None = None,
) -> LoadedCampaign:
    """Load a campaign to plan it. Where its file has errors, those of its template, lists and rows come with them.

    Arguments as those of `campaign.loader.examine`.
    """
    examined = examine(path, given, text=text, rows=rows)
    if examined.sound and examined.loaded:
        return examined.loaded
    problems = list(examined.problems)
    if examined.loaded is None:
        raise Invalid(problems)
    try:
        with scratch_file() as file:
            _write(examined.loaded, file, Findings())
    except Invalid as invalid:
        told = {(problem.path, problem.line, problem.column) for problem in problems}
        problems += [one for one in invalid.problems if (one.path, one.line, one.column) not in told]
    raise Invalid(problems)


def make_plan(
    loaded: LoadedCampaign,
    *,
    now: float,
    store: Store,
    provider: str,
    lifted: Collection[str] = (),
    progress: Callable[[int], None] = lambda rows: None,
    keep: Path | None = None,
) -> Plan:
    """Validate every input, render every message, and say what would be sent at `now` (unix seconds).

    The rows are written into a plan file, `keep` where one is named, which the ledger in `store` has attached from then
    on. `progress` is called with every row number. Raises `Invalid` with every problem found. Limits exceeded, times
    that have passed, quiet hours and people who were served under other keys are the plan's `refusals`, but for the
    `lifted` rules (`limits.RULES`, `other_keys.AS_NEW_PEOPLE`). A plan to keep is `Invalid` as well where one of its
    inputs could not be compared later, as a pipe.
    """
    inputs = inputs_read(loaded) if keep else inputs_now(loaded)
    with kept_file(keep) if keep else scratch_file() as file:
        findings = Findings(warnings=list(loaded.warnings))
        header = _write(loaded, file, findings, progress, inputs)
        store.attach(file)
    return judged(loaded, header, store, provider, now, lifted)


def recalled_plan(
    loaded: LoadedCampaign, *, now: float, store: Store, provider: str, run: Run, lifted: Collection[str] = ()
) -> Plan:
    """What is left of the plan of an earlier run, whose rows are in the ledger; its inputs are as they were."""
    scope = Scope(loaded.campaign.name, OCCURRENCE, provider)
    occurrence = occurrence_of(store, scope)
    recall(store, occurrence, names_lines=bool(loaded.campaign.senders))
    assert run.plan is not None
    header = Header.read(run.plan, tuple(inputs_of(store, run.number)))
    past = scheduled_only(store, occurrence, now)
    return _plan(loaded, header, store, now, lifted, past, Verdict((), ()))


def judged(
    loaded: LoadedCampaign, header: Header, store: Store, provider: str, now: float, lifted: Collection[str]
) -> Plan:
    """The attached plan file as a plan: decided against the ledger, added up, and held against the limits."""
    occurrence = _decided(loaded, store, provider, now)
    past = look_back(store, loaded.campaign, occurrence, now) if occurrence else Past()
    keys = judge_keys(loaded, store, occurrence, lifted) if occurrence else Verdict((), ())
    return _plan(loaded, header, store, now, lifted, past, keys)


def decide_again(loaded: LoadedCampaign, store: Store, provider: str, now: float) -> None:
    """Decide the attached plan file by what the ledger knows by now."""
    if occurrence := _decided(loaded, store, provider, now):
        look_back(store, loaded.campaign, occurrence, now)


def _decided(loaded: LoadedCampaign, store: Store, provider: str, now: float) -> int:
    """The ledger's number of the occurrence."""
    scope = Scope(loaded.campaign.name, OCCURRENCE, provider)
    decide(store, scope)
    return occurrence_of(store, scope)


def _plan(
    loaded: LoadedCampaign,
    header: Header,
    store: Store,
    now: float,
    lifted: Collection[str],
    past: Past,
    keys: Verdict,
) -> Plan:
    campaign = loaded.campaign
    priced = campaign.tariff is not None
    amounts = totals(store, priced=priced)
    permission = permitted(loaded, amounts, now=now, lifted=lifted)
    warnings = [*header.warnings, *(unpriced_kinds(loaded, unpriced(store)) if priced else ())]
    second_look = header.second_look if amounts.send else ()
    return Plan(
        campaign=campaign.name,
        channel=campaign.channel,
        occurrence=OCCURRENCE,
        digest=header.digest,
        timezone=campaign.schedule.timezone if campaign.schedule else "Asia/Tehran",
        totals=amounts,
        causes=causes(store),
        longest=longest(store),
        samples=samples(store),
        warnings=(*warnings, *header.left_out, *second_look, *asks_for_a_name(loaded, amounts, past)),
        rows=PlannedRows(store),
        most_expensive=most_expensive(store) if priced else None,
        strict=(*warnings, *second_look),
        date=permission.date,
        refusals=(*permission.refusals, *keys.refusals, *refusals(loaded, past)),
        lifted=(*permission.lifted, *keys.lifted),
        past=past,
        inputs=header.inputs,
        header=header,
    )


def _write(
    loaded: LoadedCampaign,
    file: Path,
    findings: Findings,
    progress: Callable[[int], None] = lambda rows: None,
    inputs: tuple[Input, ...] = (),
) -> Header:
    """Write the rows of a campaign's plan into a file; raises `Invalid` with every problem found."""
    ingredients = _ingredients(loaded, findings)
    composer = None
    if ingredients.wording and not findings.errors:
        composer = Composer(loaded.campaign, OCCURRENCE, ingredients.wording, ingredients.tariff)
    onlooker = _Onlooker(loaded, ingredients, findings)
    names, read = names_of_lists(loaded), Counter[str]()
    with closing(PlanWriter(file, names)) as writer:
        for block in blocks(_recipients(loaded, ingredients, findings), _BLOCK):
            # With an error elsewhere the rows are still looked at, so that all of them are told in one run.
            entries = composer.entries(block) if composer else _undecided(block)
            onlooker.see(block, entries)
            writer.add(entries)
            read.update(map(_FILE, entries))
            progress(onlooker.rows)
        findings.extend(ingredients.source.afterthoughts() if ingredients.source else ())
        findings.raise_if_any()
        inputs = tuple(with_rows(inputs, "list", read, names))
        if ingredients.excluded:
            inputs = tuple(with_rows(inputs, "exclude", ingredients.excluded.rows, names))
        header = Header(
            campaign=loaded.campaign.name,
            occurrence=OCCURRENCE,
            digest=onlooker.digest.hexdigest(),
            warnings=findings.all_warnings(),
            left_out=findings.all_left_out(),
            second_look=tuple(_lints(loaded, ingredients, onlooker.lints)) if onlooker.messages else (),
            inputs=inputs,
            file=_place_of(loaded, names),
            given={name: str(value) for name, value in loaded.variables.given.items()},
        )
        writer.finish(header.plain(), header.inputs)
    return header


def _place_of(loaded: LoadedCampaign, names: Mapping[str, str]) -> str:
    """The campaign file from the root of its repository; in none, as it was named."""
    if marked_root(loaded.root) is None and not loaded.path.is_absolute():
        return path_text(loaded.path)
    return names.get(loaded.document.path, path_text(Path(loaded.path.name)))


class _Onlooker:
    """Sees every row of a plan pass by, block by block, and keeps what cannot be asked of the rows later."""

    def __init__(self, loaded: LoadedCampaign, ingredients: _Ingredients, findings: Findings) -> None:
        self._campaign = loaded.campaign
        self._findings = findings
        self._costs = CostWatch(loaded, ingredients.templates.values(), ingredients.tariff, findings)
        self.digest = digest_of(loaded.campaign)
        self.lints = TextLints(loaded, ingredients.templates.values(), personal=ingredients.personal)
        self.rows = self.messages = 0

    def see(self, block: list[Recipient], entries: list[Entry]) -> None:
        messages = [entry for entry in entries if entry.action == "send"]
        self.rows += len(entries)
        self.messages += len(messages)
        if messages:
            self.lints.add(_recipients_of(messages, block, entries), messages)
            self.digest.add_all(map(_OF_DIGEST, messages))
            self._costs.look(block, entries)
        if len(messages) < len(entries):
            self._mention(block, entries)

    def _mention(self, block: list[Recipient], entries: list[Entry]) -> None:
        for recipient, entry in zip(block, entries, strict=True):
            # Of a key that two people may have, leaving one of them out would be a guess.
            fails = entry.cause == "ambiguous key" or self._campaign.recipients.on_invalid == "fail"
            if entry.action == "invalid" and fails:
                self._findings.add(_row_problem(self._campaign, recipient, entry, "error"))
            elif entry.action == "invalid" or entry.cause == "duplicate":
                problem = _row_problem(self._campaign, recipient, entry, "warning")
                self._findings.mention(problem, entry.cause, left_out=True)


def _recipients_of(messages: list[Entry], block: list[Recipient], entries: list[Entry]) -> list[Recipient]:
    """The recipients that have a message; `messages` are those of `entries`, which are of the block."""
    if len(messages) == len(block):
        return block
    rows = {message.row for message in messages}
    return [recipient for recipient, entry in zip(block, entries, strict=True) if entry.row in rows]


def _lints(loaded: LoadedCampaign, ingredients: _Ingredients, texts: TextLints) -> Iterator[Problem]:
    if ingredients.source:
        yield from unused_columns(loaded, ingredients.source, ingredients.used)
    yield from texts.problems()


def _row_problem(campaign: Campaign, recipient: Recipient, entry: Entry, severity: Severity) -> Problem:
    """What is wrong with a row; its column where that is the number's or the key's, as other reasons name their own."""
    columns = {"bad number": campaign.recipients.phone} | dict.fromkeys(
        ("no key", "ambiguous key"), campaign.recipients.key
    )
    column = columns.get(entry.cause) or ""
    return Problem(entry.reason, recipient.path, recipient.line, key=column, row=recipient.row, severity=severity)


def _undecided(block: list[Recipient]) -> list[Entry]:
    return [left_out(recipient, recipient.action, recipient.cause, recipient.reason) for recipient in block]


def digest_of(campaign: Campaign) -> Digest:
    """The digest of a plan of a campaign, to which its messages are to be added in their order."""
    message, schedule = campaign.message, campaign.schedule
    return Digest(
        campaign=campaign.name,
        channel=campaign.channel,
        occurrence=OCCURRENCE,
        date=due_time(schedule),
        type=message.type,
        tag=message.tag,
        hide=message.hide,
        policy=message.policy,
    )


def _recipients(loaded: LoadedCampaign, ingredients: _Ingredients, findings: Findings) -> Iterator[Recipient]:
    """Every input row with what becomes of it; none where the sources themselves are broken."""
    if ingredients.source is None:
        return
    with findings.gathered():
        yield from select(
            ingredients.source.rows(),
            phone=loaded.campaign.recipients.phone,
            key=loaded.campaign.recipients.key,
            where=ingredients.where,
            excluded=ingredients.excluded,
            typed=ingredients.source.typed,
        )


def _ingredients(loaded: LoadedCampaign, findings: Findings) -> _Ingredients:
    """Open and check everything the campaign names; what is broken is None, and `findings` holds why."""
    campaign = loaded.campaign
    source = where = tariff = None
    excluded: Excluded | None = None
    templates = _compiled(loaded, findings)
    with findings.gathered():
        if campaign.recipients.where is not None:
            place = loaded.document.place("recipients", "where")
            where = compile_condition(
                campaign.recipients.where,
                path=loaded.document.path,
                line=place.line,
                column=place.column,
                constants=loaded.variables.values,
            )
    with findings.gathered():
        source = open_recipients(loaded)
    with findings.gathered():
        excluded = load_excluded(loaded)
    with findings.gathered():
        if campaign.tariff is not None:
            from kaverun.planning.tariff import load_tariff

            tariff = load_tariff(loaded.file(campaign.tariff), loaded.shown(campaign.tariff))
    if source:
        columns = [column.name for column in source.columns]
        for wanting in (*templates.values(), where):
            if wanting:
                findings.extend(check_variables(wanting, columns, source.partial))
        findings.extend(wrong_variables(loaded, {*columns, *source.partial}))
        findings.extend([*source.notes, *texts_compared(loaded, source)])
    if len(templates) == len(loaded.templates):
        findings.extend(unused_variables(loaded, (*templates.values(), where)))
    if findings.errors or source is None:
        return _Ingredients(source, None, templates, None, excluded, tariff)
    named = frozenset(name for template in templates.values() for name in template.names.all)
    personal = not named.isdisjoint({*source.partial, *(column.name for column in source.columns)})
    used = named | (where.names.all if where else frozenset()) | {column.name for column in source.typed}
    wording = _wording(campaign, templates)
    return _Ingredients(source, wording, templates, where, excluded, tariff, used, personal)


def _compiled(loaded: LoadedCampaign, findings: Findings) -> dict[str, Template]:
    """The templates that could be compiled, by their keys in `message`."""
    compiled: dict[str, Template] = {}
    partials = Partials(loaded.folder, loaded.path.parent)
    for name, source in loaded.templates.items():
        with findings.gathered():
            compiled[name] = compile_template(
                source.text,
                path=source.path,
                line=source.line,
                column=source.column,
                key=source.key,
                constants=loaded.variables.values,
                partials=partials,
            )
    return compiled


def _wording(campaign: Campaign, templates: Mapping[str, Template]) -> Wording:
    message = campaign.message
    normalize = message.normalize == "persian"
    if campaign.channel == "lookup":
        return LookupWording(templates, normalize=normalize)
    return TextWording(
        templates["text"],
        normalize=normalize,
        max_length=message.max_length,
        spoken=campaign.channel == "voice",
    )
