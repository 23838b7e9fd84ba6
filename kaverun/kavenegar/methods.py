"""The fourteen methods as data (API document, sections 1 to 14): names, parameters, and what a call does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_TOKENS = tuple(f"token{number}" for number in range(2, 21))


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API."""

    #: the provider's name, `scope/method`, lower case
    name: str
    #: the method of `Client` that calls it
    call: str
    #: what it does, in a line
    what: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    #: what a call with parameters does besides answering, as a warning; "": nothing
    effect: str = ""
    #: whether it reads without parameters; then a bare GET does, and the effect is that of parameters
    bare: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.required + self.optional


_SENDS = "sends messages, which cost money"
_METHODS = (
    Method(
        "sms/send",
        "send",
        "send one text to up to 200 numbers",
        ("receptor", "message"),
        ("sender", "date", "type", "localid", "hide", "tag", "policy"),
        effect=_SENDS,
    ),
    Method(
        "sms/sendarray",
        "send_array",
        "send up to 200 different texts, each to its number from its line",
        ("receptor", "sender", "message"),
        ("date", "type", "localmessageids", "hide", "tag", "policy"),
        effect=_SENDS,
    ),
    Method("sms/status", "status", "delivery of up to 500 messages of the last 48 hours", ("messageid",)),
    Method(
        "sms/statuslocalmessageid",
        "status_by_localid",
        "what became of up to 500 localids of the last 12 hours",
        ("localid",),
    ),
    Method(
        "sms/statusbyreceptor",
        "status_by_receptor",
        "what was sent to one number within a day",
        ("receptor", "startdate"),
        ("enddate",),
    ),
    Method("sms/select", "select", "up to 500 messages with their texts; needs the IP whitelist", ("messageid",)),
    Method(
        "sms/selectoutbox",
        "select_outbox",
        "up to 500 messages of a day within the last 3 days; needs the IP whitelist",
        ("startdate",),
        ("enddate", "sender"),
    ),
    Method(
        "sms/latestoutbox",
        "latest_outbox",
        "the last messages, up to 500; needs the IP whitelist",
        (),
        ("pagesize", "sender"),
        bare=True,
    ),
    Method("sms/countoutbox", "count_outbox", "how many messages a day has", ("startdate",), ("enddate", "status")),
    Method(
        "sms/cancel",
        "cancel",
        "cancel up to 500 messages that are queued or scheduled",
        ("messageid",),
        effect="cancels messages for good",
    ),
    Method(
        "verify/lookup",
        "lookup",
        "send a template of the panel, filled with tokens",
        ("receptor", "template", "token"),
        (*_TOKENS, "type", "tag"),
        effect="sends a message, which costs money",
    ),
    Method(
        "call/maketts",
        "make_tts",
        "call up to 200 numbers and read a text out",
        ("receptor", "message"),
        ("date", "localid"),
        effect="calls people, which costs money",
    ),
    Method("account/info", "account_info", "credit in Rial, expiry and type of the account", bare=True),
    Method(
        "account/config",
        "account_config",
        "settings of the account; any parameter writes one",
        (),
        ("apilogs", "dailyreport", "debugmode", "defaultsender", "mincreditalarm", "resendfailed"),
        effect="changes the account's settings",
        bare=True,
    ),
)

#: every method by its name, in the document's order
METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
