"""What is right by the letter and worth a second look; each by the name under which a campaign file can silence it."""

from __future__ import annotations

from collections.abc import Mapping

MISSING_OPT_OUT = "missing-opt-out"
LINK_IN_TEXT = "link-in-text"
SAME_TEXT = "same-text"
UNUSED_COLUMN = "unused-column"
NO_QUIET_HOURS = "no-quiet-hours"
SAME_NAME = "same-name"
TEXT_AS_CONDITION = "text-as-condition"
EMPTY_VALUE = "empty-value"
HTML_IN_TEXT = "html-in-text"
WRONG_ENCODING = "wrong-encoding"
LITERAL_ESCAPE = "literal-escape"
FOREIGN_PLACEHOLDER = "foreign-placeholder"
MIXED_ALPHABET = "mixed-alphabet"

LINTS: Mapping[str, str] = {
    MISSING_OPT_OUT: "A text does not say how to be left alone (لغو11), which advertising and notices must.",
    LINK_IN_TEXT: "A text holds a link, which Kavenegar refuses on many lines (code 420).",
    SAME_TEXT: "A personalised campaign says the same to everyone.",
    UNUSED_COLUMN: "A list has columns that nothing in the campaign uses.",
    NO_QUIET_HOURS: "An advertising text may go out at night, when operators do not deliver it and charge for it.",
    SAME_NAME: "Two campaign files have one name, so they are one campaign to the ledger.",
    TEXT_AS_CONDITION: "A column of texts without a type is asked for yes or no.",
    EMPTY_VALUE: "A text prints a value that is empty, invisible, or says NULL, None, nan or N/A.",
    HTML_IN_TEXT: "A text holds HTML, such as &nbsp; or <b>, which a phone shows as it is written.",
    WRONG_ENCODING: "A text holds ???? or letters that were read in a wrong encoding, such as Ø³Ù„Ø§Ù….",
    LITERAL_ESCAPE: "A text holds an escape such as \\n, /n or %0a as it is written, where another sign was meant.",
    FOREIGN_PLACEHOLDER: "A text holds a placeholder of another program, such as {name} or %name%, never filled.",
    MIXED_ALPHABET: "A Latin text takes more parts for a few letters of another alphabet.",
}
"""Names are a contract: they stand in campaign files, in SARIF and in people's searches."""
