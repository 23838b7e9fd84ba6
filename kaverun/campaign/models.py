"""The campaign file as frozen values; attribute names are the keys of the file.

What concerns several keys at once stands in `rules.py`, so that it is told together with everything else.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kaverun.campaign import shorthand
from kaverun.campaign.types import (
    CampaignName,
    ColumnType,
    Deadline,
    Delimiter,
    DisplayType,
    Encoding,
    FileName,
    FileVersion,
    LineNumber,
    LintName,
    LocalDateTime,
    MessageText,
    Multiplier,
    Prose,
    QuietHours,
    Rate,
    Share,
    Tag,
    Timeout,
    TimeZone,
    Value,
    Variable,
    VariableName,
    Wait,
    Words,
    YesNo,
    one_of,
    whole,
)
from kaverun.campaign.variables import MAX_VARIABLES, NAME_PATTERN
from kaverun.files.kinds import LIST_KEYS
from kaverun.text.names import slug

Channel = Literal["sms", "lookup", "voice"]
#: the keys of `message` that a lookup is made of: the panel's template, and what it is filled with
TOKENS = ("token", "token2", "token3", "token10", "token20")
LOOKUP_KEYS = ("template", *TOKENS)

_many = BeforeValidator(shorthand.many)
_FEW = Field(min_length=1)
_BILLION = 1_000_000_000

NOT_YET = frozenset(
    {"schedule.cron", "schedule.mode"},
)
"""Keys of the campaign file's design that this version does not build yet."""


class Section(BaseModel):
    """A part of the campaign file; unknown keys are errors.

    The text below a field is its description in editors. `schema.py` reads it from here: pydantic's own way
    (`use_attribute_docstrings`) reads every class's source at every start, a tenth of the time `validate` takes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Recipients(Section):
    """Who gets the message: rows of CSV files, workbooks and JSON Lines files, and rows written here, in this order."""

    csv: Annotated[tuple[FileName, ...], _FEW, _many] = Field((), examples=[["members.csv"]])
    """CSV files, relative to this file and inside the repository. The first row holds the names of the columns."""

    excel: Annotated[tuple[FileName, ...], _FEW, _many] = Field((), examples=[["members.xlsx"], ["club.xlsx#Members"]])
    """Workbooks (.xlsx, .xlsm, .xls, .ods): the first visible sheet, or the one named after #. Hidden rows are read."""

    jsonl: Annotated[tuple[FileName, ...], _FEW, _many] = Field((), examples=[["members.jsonl"]])
    """JSON Lines files (.jsonl, .ndjson): on each line an object from column to text, number, true, false or null."""

    inline: Annotated[tuple[Annotated[dict[str, Value], _FEW], ...], _FEW] = Field(
        (), examples=[[{"phone": "09121234567", "name": "سارا"}]]
    )
    """Rows written here, each a mapping from column to value."""

    phone: Words = Field("phone", examples=["mobile"])
    """Which column holds the mobile number."""

    key: Words | None = Field(None, examples=["member_id"])
    """Which column tells recipients apart, where a number may get several messages. Default: the number itself.
    The spelling of a key does not matter: ۱۲, 12.0 and 12 are one; 012 is another."""

    same_number: Annotated[Literal["refuse", "new"], one_of("refuse", "new")] = "refuse"
    """What it means when numbers that have the message come under other keys. `refuse` sends nothing: a list or key
    column was changed, and everyone would get it again. `new`: they are other people, or other matters, each time."""

    columns: Annotated[dict[str, ColumnType], _FEW] = Field(
        {}, examples=[{"vip": "bool", "amount": "int", "birthday": "date"}]
    )
    """Types of columns: text, int, decimal, bool, date. A row with another cell is invalid. Untyped CSV is text."""

    where: Prose | None = Field(None, examples=['city == "تهران"'])
    """A Jinja expression over the columns of a row; rows for which it is false are skipped."""

    exclude: Annotated[tuple[FileName, ...], _FEW, _many] = Field((), examples=[["opt-outs.csv"]])
    """Lists with numbers that never get a message: CSV files, workbooks or JSON Lines files."""

    on_invalid: Annotated[Literal["skip", "fail"], one_of("skip", "fail")] = "fail"
    """What a row with a wrong number or cell means: `skip` reports it and sends the rest, `fail` sends nothing."""

    encoding: Encoding | None = None
    """Encoding of the CSV files, where it is not recognised by itself."""

    delimiter: Delimiter | None = None
    """The character between the cells of the CSV files, where it is not recognised by itself; `tab` for a tab."""

    @property
    def named(self) -> bool:
        """Whether any source of rows is named."""
        return bool(self.lists or self.inline)

    @property
    def lists(self) -> tuple[str, ...]:
        """The files that rows come from, in the order in which they are read."""
        return tuple(name for key in LIST_KEYS for name in getattr(self, key))

    @property
    def key_column(self) -> str:
        """The column that keys come from, by its name in templates; "" where the number is the key."""
        return slug(self.key) if self.key else ""


class Sender(Section):
    """A line that messages go out from."""

    line: LineNumber = Field(examples=["10004346"])
    """The sender number."""

    weight: Annotated[int, whole(1, 1000)] = 1
    """Its share of the recipients, relative to the other lines."""


class Message(Section):
    """What is sent: a text, or with `channel: lookup` a template of the Kavenegar panel and its tokens."""

    text: MessageText | None = Field(None, examples=["{{ name }} عزیز، نوروز مبارک!\nلغو11"])
    """The text, a Jinja template over the columns of a row; read out with `channel: voice`. Either this or `file`."""

    file: FileName | None = Field(None, examples=["nowruz.txt.j2"])
    """A file with the text in UTF-8, relative to this file. Either this or `text`."""

    template: MessageText | None = Field(None, examples=["verify"])
    """With `channel: lookup`: the name of a template in the Kavenegar panel. Jinja, as are the tokens."""

    token: MessageText | None = Field(None, examples=["{{ code }}"])
    """With `channel: lookup`: what the template's %token becomes; no spaces, at most 100 characters."""

    token2: MessageText | None = Field(None, examples=["{{ order }}"])
    """With `channel: lookup`: what %token2 becomes; no spaces."""

    token3: MessageText | None = Field(None, examples=["{{ amount }}"])
    """With `channel: lookup`: what %token3 becomes; no spaces."""

    token10: MessageText | None = Field(None, examples=["{{ name }}"])
    """With `channel: lookup`: what %token10 becomes; at most 5 spaces."""

    token20: MessageText | None = Field(None, examples=["{{ address }}"])
    """With `channel: lookup`: what %token20 becomes; at most 8 spaces."""

    type: DisplayType | None = Field(None, examples=[1])
    """How phones keep it: 0 flash, 1 memory of the phone, 2 SIM card, 3 an application; acts on 3000 lines only.
    With `channel: lookup`: sms, or call to have it read out."""

    tag: Tag | None = Field(None, examples=["nowruz-1405"])
    """A tag that exists in the Kavenegar panel; at most 200 English letters, digits, - and _."""

    hide: YesNo = False
    """Whether the numbers are hidden in Kavenegar's logs."""

    policy: Words | None = Field(None, examples=["evening-flow"])
    """The name of a sending flow of the Kavenegar account."""

    normalize: Annotated[Literal["off", "persian"], one_of("off", "persian")] = "off"
    """`persian` turns Arabic letters into Persian ones in the finished text and keeps the half-space."""

    max_length: Annotated[int, whole(1, 4000, "characters")] = 900
    """Longest finished text in characters: 900 by the API document, more on some lines."""


class Schedule(Section):
    """When it is sent; without this section, at once."""

    at: LocalDateTime | None = None
    """Local date and time, Gregorian or Jalali. Default: at once."""

    timezone: TimeZone = Field("Asia/Tehran", examples=["Asia/Tehran"])
    """The zone of `at` and of the quiet hours."""

    deadline: Deadline | None = Field(None, examples=["2h"])
    """How long after `at` it may still be sent; later, and without a deadline, nothing is sent."""

    quiet_hours: QuietHours | None = None
    """Hours of the day in which nothing is sent. A run that reaches them stops, and another one goes on afterwards."""


class Sending(Section):
    """How fast it is sent."""

    batch: Annotated[int, whole(1, 200, "messages")] = 200
    """Messages in one request; the API takes at most 200."""

    concurrency: Annotated[int, whole(1, 64, "requests")] = 4
    """Requests under way at the same time, at most."""

    rate: Rate | None = None
    """At most so many messages per s, min or h, such as 1000/min."""


class Retry(Section):
    """What happens when a request fails in a way that a repetition can mend."""

    attempts: Annotated[int, whole(1, 100)] = 5
    """Tries of one request, the first included."""

    initial: Wait = 1.0
    """Wait before the second try."""

    max: Wait = 60.0
    """Longest wait between two tries."""

    multiplier: Multiplier = 2.0
    """How the wait grows from try to try."""

    jitter: Wait = 1.0
    """Random time added to each wait, at most."""

    connect_timeout: Timeout = 5.0
    """How long connecting may take."""

    read_timeout: Timeout = 30.0
    """How long an answer may take."""


class Limits(Section):
    """What must not be exceeded; otherwise nothing is sent."""

    recipients: Annotated[int, whole(1, _BILLION)] | None = None
    """Messages in the plan, at most."""

    parts: Annotated[int, whole(1, 100)] | None = None
    """Parts of one message, at most."""

    cost: Annotated[int, whole(0, 1000 * _BILLION, "Rial")] | None = None
    """Price of the plan in Rial, at most; needs a tariff."""

    invalid: Share | None = None
    """Rows with a wrong number: a percentage of all rows, or a count."""

    failed: Share | None = None
    """Messages the provider rejects: a percentage of the plan, or a count. Sending stops when it is exceeded."""


class Lints(Section):
    """Which warnings of a second look are not wanted."""

    off: Annotated[tuple[LintName, ...], _FEW, _many] = Field((), examples=[["missing-opt-out"]])
    """Lints that are silent for this campaign, by the names that stand in brackets behind their warnings."""


class ReportSettings(Section):
    """What is written after a run."""

    directory: Words = "reports"
    """The folder that reports are written to, relative to the root of the repository and inside it. Default: reports,
    in the current folder."""

    formats: Annotated[
        tuple[Annotated[Literal["json", "csv"], one_of("json", "csv", later=("html",))], ...], _FEW, _many
    ] = ("json", "csv")
    """Which files a report consists of."""


class Campaign(Section):
    """A campaign: one message, the recipients it is rendered for, and how it is sent."""

    version: FileVersion
    """The version of this file format."""

    name: CampaignName = Field(examples=["nowruz-1405"])
    """The identity of the campaign: lower-case letters, digits, dashes. With another name everyone gets it again."""

    description: Prose = Field("", examples=["Nowruz greeting for club members"])
    """What it is for, in words for colleagues."""

    channel: Annotated[Channel, one_of("sms", "lookup", "voice")] = "sms"
    """How it is sent: `sms` as a text, `lookup` as a template of the Kavenegar panel, `voice` as a call that reads it
    out."""

    recipients: Annotated[Recipients, BeforeValidator(shorthand.recipients)]
    """Who gets it. In short: a file (CSV, workbook or JSON Lines), a list of files of one kind, or a list of rows."""

    vars: dict[VariableName, Variable] = Field(
        {},
        max_length=MAX_VARIABLES,
        examples=[{"discount": 20, "shop": "کتاب‌فروشی", "gifts": ["چای", "قهوه"]}],
        json_schema_extra={"propertyNames": {"pattern": NAME_PATTERN}},
    )
    """Values for the templates, the same for every recipient, by the names they have there: a text, a number, true or
    false, or a list of them. `--var name=value` gives another for one run."""

    senders: Annotated[tuple[Annotated[Sender, BeforeValidator(shorthand.sender)], ...], _FEW, _many] = Field(
        (), examples=[["10004346", {"line": "30002626", "weight": 3}]]
    )
    """The lines it goes out from; recipients are shared out between them. Default: the account's line."""

    message: Annotated[Message, BeforeValidator(shorthand.message)]
    """What is sent. In short: the text."""

    schedule: Schedule | None = None
    """When it is sent; without this section, at once."""

    sending: Sending = Sending()
    """How fast it is sent."""

    retry: Retry = Retry()
    """What happens when a request fails in a way that a repetition can mend."""

    limits: Limits = Limits()
    """What must not be exceeded; otherwise nothing is sent."""

    lints: Lints = Lints()
    """Which warnings of a second look are not wanted."""

    tariff: FileName | None = Field(None, examples=["../tariff.yaml"])
    """A file with prices in Rial per part. Without one the cost is unknown."""

    report: ReportSettings = ReportSettings()
    """What is written after a run."""
