"""The settings of a sandbox: its account, its dialect, and a switch for each undocumented behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from kaverun.errors import Invalid, Problem
from kaverun.sandbox.addresses import LOOPBACK, network
from kaverun.sandbox.faults.vocabulary import Fault
from kaverun.sandbox.phones import ReceptorForm, receptor

DialectName = Literal["document", "live"]

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where the two descriptions of the service disagree."""

    #: code for a key that is not the account's: 401 in the document, 403 on the live service
    bad_key: int
    #: code for a mandatory value that is present but empty; 406 is not in the document
    empty_value: int
    #: code for text that cannot be decoded; 422 is not in the document
    bad_text: int
    #: code for a call from an address the key may not be used from; 416 is not in the document
    bad_source: int
    #: whether rows of a sending answer have `localid`; it is not in the document's table of response fields
    localids_answered: bool
    receptor_form: ReceptorForm
    #: whether a listing that finds nothing is error 449 instead of an empty list
    empty_lookup_is_449: bool
    #: whether a localid must be a 64-bit integer (the document: Long) or may be any text
    localids_are_longs: bool
    #: whether a tag may contain an underscore
    underscore_in_tags: bool
    #: whether `mincreditalarm` is a string
    alarm_as_text: bool
    #: whether countoutbox answers a list of one with dates, parts and cost, or an object with only `sumcount`
    count_with_totals: bool
    #: whether a single row of verify/lookup and call/maketts is an object, or a list of one
    single_entry_as_object: bool
    #: statuses in which a message can be cancelled
    cancellable: frozenset[int]
    #: whether verify/lookup knows token to token20, or only token, token2, token3, token10 and token20
    twenty_tokens: bool
    #: whether `type` of verify/lookup may be a display type, in addition to sms and call
    display_type_in_lookup: bool


#: In both, errors repeat their code as the HTTP status: the document's `return.status` is the "HTTP status code", and
#: the facts page says the same of the live service. Some gateways answer HTTP 200 instead; that is a setting.
DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "document": Dialect(
            bad_key=401,
            empty_value=400,
            bad_text=400,
            bad_source=407,
            localids_answered=False,
            receptor_form="local",
            empty_lookup_is_449=False,
            localids_are_longs=True,
            underscore_in_tags=False,
            alarm_as_text=False,
            count_with_totals=False,
            single_entry_as_object=False,
            cancellable=frozenset({1, 2}),
            twenty_tokens=True,
            display_type_in_lookup=True,
        ),
        "live": Dialect(
            bad_key=403,
            empty_value=406,
            bad_text=422,
            bad_source=416,
            localids_answered=True,
            receptor_form="asked",
            empty_lookup_is_449=True,
            localids_are_longs=False,
            underscore_in_tags=True,
            alarm_as_text=True,
            count_with_totals=True,
            single_entry_as_object=True,
            cancellable=frozenset({2}),
            twenty_tokens=False,
            display_type_in_lookup=False,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How one sandbox behaves. Money is in Rial, spans are in seconds."""

    #: the account's credit at the start
    credit: int = 1_000_000_000
    #: the keys accepted; empty: any key
    api_keys: tuple[str, ...] = ()
    dialect: DialectName = "document"
    #: the seed of every fault's draws; the same seed and the same requests give the same faults
    seed: int = 0
    faults: tuple[Fault, ...] = ()

    #: the account's lines, without a prefix; empty: any line of digits is accepted
    lines: tuple[str, ...] = ()
    default_sender: str = "10004346"
    #: tags that exist in the panel; empty: any well-formed tag
    tags: tuple[str, ...] = ()
    #: Rial per part in Persian (UCS-2); 120 is the cost in the document's sample answer
    price_persian: int = 120
    #: Rial per part in Latin (GSM 03.38); 2 to 3 times a Persian one on most lines (facts, *Money and language*)
    price_latin: int = 300
    #: Rial per call; the price of a call is not documented
    price_call: int = 1000
    #: (name, text) of the templates in the panel, with places such as {token} or %token; empty: any name exists
    templates: tuple[tuple[str, str], ...] = ()
    #: the owner's number of a test account, which sends only to it and answers 501 to others; "": no test account
    owner: str = ""
    #: whether a text may contain a link; otherwise it is refused with 420
    links_allowed: bool = True
    #: whether numbers 0909… and keys sandbox-… choose what happens, see kaverun.sandbox.magic
    magic: bool = True
    #: (last status, share of the numbers that get it), for a report with more than deliveries; drawn with `seed`
    outcomes: tuple[tuple[int, float], ...] = ()
    #: nothing is really sent, every message gets status 13 (facts, *Meaning*)
    debugmode: bool = False

    #: longest text in characters (document, *Message Length*; 1800 or 4000 on some lines)
    max_text: int = 900
    #: most messages in one request (document, *Rate Limiting*)
    max_batch: int = 200
    #: most ids in one look-up (document, *Rate Limiting*)
    max_lookup: int = 500

    #: undocumented: one bad receptor fails the whole array with 411, or is answered as one row with status 6
    bad_receptor: Literal["batch", "row"] = "batch"
    #: undocumented: if the credit runs out within a batch, all of it is refused with 418, the rows beyond it are
    #: refused (status 6), or the first rows are sent and the answer is still 418
    short_credit: Literal["refuse", "rows", "prefix"] = "refuse"
    #: undocumented: how many calls per minute are accepted, any more get 451; None: any number
    calls_per_minute: int | None = None
    #: undocumented: whether a repeated localid sends nothing
    deduplicate: bool = True
    #: undocumented (the facts page gives no source): whether the cost of statuses 13 and 14 is refunded
    refund: bool = True
    #: undocumented: how long a localid is remembered for sending; None: for ever
    localid_send_window: float | None = None
    #: how long statuslocalmessageid finds a localid (document, *StatusLocalMessageId*: 12 hours)
    localid_lookup_window: float = 12 * HOUR
    #: how long status finds a messageid (document, *Status*: 48 hours)
    status_window: float = 48 * HOUR
    #: how far back selectoutbox reaches (document, *SelectOutbox*: 3 days)
    outbox_window: float = 3 * DAY
    #: longest time from startdate to enddate (document, *StatusByReceptor*, *SelectOutbox*, *CountOutbox*: 1 day)
    longest_range: float = DAY
    #: undocumented: whether ranges and outboxes use the date when a message goes out, or when it was accepted
    outbox_by: Literal["date", "acceptance"] = "date"
    #: undocumented: whether a message's age in the windows counts from its acceptance or from when it goes out
    age_from: Literal["acceptance", "date"] = "acceptance"
    #: addresses and networks that may select, selectoutbox and latestoutbox; others get 407 (document, *IP
    #: Whitelisting*); empty: nobody may
    ip_whitelist: tuple[str, ...] = LOOPBACK
    #: addresses and networks the key may be used from, others get 416 (407 in the document); empty: any
    sources: tuple[str, ...] = ()

    #: whether the HTTP status of an error is its `return.status`; otherwise it is 200, as with some gateways (facts,
    #: *Wire*)
    error_status_in_http: bool = True
    #: undocumented: whether a look-up that knows none of its ids is error 449 too, instead of rows with status 100
    unknown_ids_are_449: bool = False

    #: override the dialect
    localids_answered: bool | None = None
    receptor_form: ReceptorForm | None = None
    empty_lookup_is_449: bool | None = None

    #: after how many seconds a message has which status
    progress: tuple[tuple[float, int], ...] = ((0.0, 1), (2.0, 4), (10.0, 10))
    #: beyond 32 bits, to reveal clients that truncate ids
    first_messageid: int = 8_792_343_001

    def __post_init__(self) -> None:
        problems = [
            Problem(f"must not be negative, is {value}", key=name)
            for name, value in (
                ("credit", self.credit),
                ("price_persian", self.price_persian),
                ("price_latin", self.price_latin),
                ("price_call", self.price_call),
            )
            if value < 0
        ]
        if self.dialect not in DIALECTS:
            problems.append(Problem(f"must be document or live, is {self.dialect}", key="dialect"))
        if sum(share for _, share in self.outcomes) > 1 or any(share < 0 for _, share in self.outcomes):
            problems.append(Problem("must be shares that add up to at most 100 %", key="outcomes"))
        if self.owner and receptor(self.owner) is None:
            problems.append(Problem(f"must be a mobile number such as 09123456789, is {self.owner}", key="owner"))
        problems.extend(_unreadable("ip_whitelist", self.ip_whitelist))
        problems.extend(_unreadable("sources", self.sources))
        if problems:
            raise Invalid(problems)

    def rules(self) -> Dialect:
        """The dialect, with what these settings override."""
        dialect = DIALECTS[self.dialect]
        return replace(
            dialect,
            localids_answered=_chosen(self.localids_answered, dialect.localids_answered),
            receptor_form=self.receptor_form or dialect.receptor_form,
            empty_lookup_is_449=_chosen(self.empty_lookup_is_449, dialect.empty_lookup_is_449),
        )


def _chosen(choice: bool | None, otherwise: bool) -> bool:
    return otherwise if choice is None else choice


def _unreadable(key: str, networks: tuple[str, ...]) -> list[Problem]:
    problems = []
    for written in networks:
        try:
            network(written)
        except ValueError as error:
            problems.append(Problem(f"must be addresses or networks such as 10.1.0.0/16: {error}", key=key))
    return problems
