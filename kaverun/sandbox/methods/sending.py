"""What the sending methods share: the envelope of a request, its lines, its rows, and their acceptance."""

from __future__ import annotations

from kaverun.sandbox import magic, parameters, phones
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.call import Call
from kaverun.sandbox.faults.deck import Row
from kaverun.sandbox.intake import Intake
from kaverun.sandbox.methods import entries
from kaverun.sandbox.methods.entries import Entry
from kaverun.sandbox.records import Draft, Envelope
from kaverun.sandbox.refusals import holds_link, of_sending
from kaverun.sandbox.settings import Dialect, SandboxSettings
from kaverun.sandbox.state import State

INVALID_RECEPTOR = 411


def limit(count: int, most: int) -> None:
    """Raise Denial 414 for more than `most` messages."""
    if count > most:
        raise Denial(414, f"{count} messages")


def envelope(state: State, call: Call) -> Envelope:
    """Read what the rows share from the fields; raises Denial 400, 417 or 607."""
    fields = call.fields
    return Envelope(
        request=call.number,
        date=parameters.send_date(fields, state.clock.now()),
        tag=parameters.tag(fields, state.rules, state.settings.tags),
        hide=parameters.hide(fields),
        policy=parameters.optional(fields, "policy"),
    )


def line(state: State, written: str) -> str:
    """A line of the account without its prefix; raises Denial 412."""
    found = phones.sender(written)
    if found is None or (state.settings.lines and found not in state.settings.lines):
        raise Denial(412, f"sender={written}")
    return found


def draft(state: State, written: str, sender: str, text: str, localid: str, kind: int | None) -> Draft:
    """One row with checked values; raises Denial 411, 413, 420, 501, and any code that a magic number chooses."""
    settings = state.settings
    receptor = phones.receptor(written)
    if receptor is None and settings.bad_receptor == "batch":
        raise Denial(411, f"receptor={written} is not a mobile number")
    if receptor and state.owner and receptor != state.owner:
        raise Denial(501, "a test account sends only to its owner's number")
    if not text or len(text) > settings.max_text or text.isspace():
        raise Denial(413, f"a message of {len(text)} characters")
    if not settings.links_allowed and holds_link(text):
        raise Denial(420, "a message contains a link")
    if receptor is None:
        return Draft(written, written, sender, text, localid, kind, refused=True)
    refused = settings.magic and receptor.startswith(magic.PREFIX) and _refused_by_magic(receptor, settings)
    return Draft(receptor, written, sender, text, localid, kind, refused)


def _refused_by_magic(receptor: str, settings: SandboxSettings) -> bool:
    """Whether the row is refused; raises Denial if the whole request is."""
    code = magic.code(receptor)
    if code == INVALID_RECEPTOR and settings.bad_receptor == "row":
        return True
    if code:
        raise Denial(code, "magic number")
    return magic.refuses_row(receptor)


def accepted(state: State, call: Call, shared: Envelope, drafts: list[Draft]) -> list[Entry]:
    """Accept `drafts` into the state and return the rows of the answer; raises Denial 418."""
    for index in call.twists.bad_rows:
        drafts[index] = drafts[index]._replace(refused=True)
    messages = Intake(state, shared, call.twists).accept(drafts)
    call.notes.extend(of_sending(state.settings, call, shared, drafts))
    now = int(state.clock.now())
    return [
        entries.refused(row, now) if message is None else entries.sent(state, message, row.written)
        for message, row in zip(messages, drafts, strict=True)
    ]


def one_or_all(rows: list[Entry], rules: Dialect) -> list[Entry] | Entry:
    """`entries` of verify/lookup and call/maketts: a list, or one object (facts, *Meaning*)."""
    return rows[0] if rules.single_entry_as_object and len(rows) == 1 else rows


def row(receptor: str, text: str) -> Row:
    """A row as faults see it."""
    return Row(phones.receptor(receptor) or receptor, text)
