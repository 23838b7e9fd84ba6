"""Signs in texts that were meant for a program: found, counted, with their first row, and nothing else with them."""

from __future__ import annotations

from functools import partial

import pytest

from kaverun.errors import Invalid

TAIL = "schedule: {quiet_hours: '22:00-08:00'}\n"
CAMPAIGN = "recipients: members.csv\nmessage: '{{ name }} سلام لغو11'\n" + TAIL


@pytest.fixture
def planned(planned):
    return partial(planned, second_look=True)


def rules_of(planned, name, campaign=CAMPAIGN):
    """The rules that a list breaks whose second of three names is this."""
    rows = "\n".join(
        f"""0926000000{number},"{text.replace('"', '""')}\"""" for number, text in enumerate(("سارا", name, "رضا"), 1)
    )
    return [problem.rule for problem in planned(campaign, members_csv=f"phone,name\n{rows}\n").warnings]


@pytest.mark.parametrize(
    "name",
    [
        "سارا&zwnj;جان",
        "a&nbsp;b",
        "R&amp;D",
        "&#1587;",
        "&#x633;",
        "&nbsp",
        "<b>سارا</b>",
        "a<br>b",
        "a<br />",
        "<p dir=rtl>",
    ],
)
def test_html_is_named(planned, name):
    assert rules_of(planned, name) == ["html-in-text"]


@pytest.mark.parametrize(
    "name",
    [
        "????",
        "???",
        "?? ???",
        "سا\ufffdا",
        "سارا".encode().decode("cp1252", "replace"),
        "علی".encode().decode("cp1252", "replace"),
        "محمد".encode().decode("cp1256", "ignore") + "ط±",
        "سارا".encode().decode("cp1256", "ignore"),
        "café".encode().decode("cp1252"),
        "سارا".encode().decode("cp1252", "ignore").encode().decode("cp1252", "ignore"),
        "سارا جان".encode("cp1256").decode("latin-1"),
        "=D8=B3=D9=84",
    ],
)
def test_a_wrong_encoding_is_named(planned, name):
    assert rules_of(planned, name) == ["wrong-encoding"]


def test_a_wrong_encoding_that_left_control_characters_makes_the_row_invalid_and_is_named(planned):
    with pytest.raises(Invalid, match="in a wrong encoding once: export the list again as UTF-8"):
        rules_of(planned, "سلام".encode().decode("latin-1"))


@pytest.mark.parametrize(
    "name",
    [
        "سلام\\nخوبید",
        "a\\r\\nb",
        "a\\tb",
        "سلام/nخوبید",
        "سلام /n خوبید",
        "سلام/r/nخوبید",
        "Hello/nWorld",
        "سلام%0aخوبید",
        "a%0D%0Ab",
        "می\\u200cخواهم",
        "\\u{0633}",
        "\\xa0",
        "_x000A_",
    ],
)
def test_an_escape_that_is_printed_as_it_is_written_is_named(planned, name):
    assert rules_of(planned, name) == ["literal-escape"]


@pytest.mark.parametrize(
    "name",
    [
        "{name}",
        "{نام}",
        "{{name}}",
        "{{ first name }}",
        "{0}",
        "${name}",
        "((name))",
        "((نام مشتری))",
        "[[name]]",
        "%name%",
        "%نام%",
        "$name",
        "<name>",
        "<نام>",
        "*|FNAME|*",
        "##name##",
        "%s",
        "%(name)s",
        "{first_name}",
        "{%name%}",
    ],
)
def test_a_placeholder_of_another_program_is_named(planned, name):
    assert rules_of(planned, name) == ["foreign-placeholder"]


@pytest.mark.parametrize(
    "name",
    [
        "50% تخفیف 20%",
        "۵۰%تخفیف۲۰%",
        "۲۰٪",
        "100%",
        "AT&T",
        "a & b; c",
        "R&D",
        "<3",
        "2 < 3 > 1",
        "چی شد؟؟؟؟",
        "چرا??",
        "café",
        "and/or",
        "news/north",
        "5$",
        "US$ 5",
        "$USD",
        "$5",
        "(a)",
        "((",
        "[تبلیغ]",
        "Ø 5",
        "ظریف",
        "طلا",
        "محفوظ…",
        "{",
        "a{}b",
        "5*5",
        "#یلدا",
        "##",
        "کیلومتر/ساعت",
        "Ünïcode",
        "Çağla",
        "=DATE",
        "C:/new",
    ],
)
def test_ordinary_texts_are_left_alone(planned, name):
    assert rules_of(planned, name) == []


@pytest.mark.parametrize("link", ["https://x.ir/n?a=%0a&b=1", "https://x.ir/%D8%B3%D9%84", "http://x.ir/n", "x.ir/a/n"])
def test_a_link_may_hold_what_looks_like_an_escape(planned, link):
    assert rules_of(planned, link) == ["link-in-text"]


def test_how_many_texts_and_the_first_of_them_are_named(planned):
    csv = "phone,name\n09260000001,a\n09260000002,<b>x</b>\n09260000003,b&nbsp;\n"
    (problem,) = planned(CAMPAIGN, members_csv=csv).warnings
    assert str(problem).startswith("campaign.yaml:4:10: message: warning: HTML (")
    assert '("<b>") is in 2 of 3 texts (first in row 2)' in problem.what
    assert "silence this under lints.off" in problem.what


def test_what_the_template_itself_holds_is_in_every_text(planned):
    campaign = CAMPAIGN.replace("سلام", "سلام {name}")
    (problem,) = planned(campaign, members_csv="phone,name\n09260000001,a\n09260000002,b\n").warnings
    assert '("{name}") is in every text' in problem.what


def test_a_slip_is_looked_for_in_texts_that_went_out_and_not_in_rows_that_are_left_out(planned):
    campaign = CAMPAIGN.replace("members.csv", '{csv: members.csv, where: name != "<b>"}')
    csv = "phone,name\n09260000001,a\n09260000002,<b>\n"
    assert [problem.rule for problem in planned(campaign, members_csv=csv).warnings] == []


def test_the_tokens_of_a_lookup_are_looked_at(planned):
    lookup = "channel: lookup\nrecipients: members.csv\nmessage: {template: t, token: '{{ name }}'}\n"
    for name, rule in (("<b>x</b>", "html-in-text"), ("a\\nb", "literal-escape"), ("{name}", "foreign-placeholder")):
        assert rules_of(planned, name, lookup) == [rule]
    assert rules_of(planned, "1234", lookup) == []


def test_the_text_of_a_call_is_looked_at(planned):
    assert rules_of(planned, "<b>x</b>", "channel: voice\nrecipients: members.csv\nmessage: '{{ name }}'\n") == [
        "html-in-text"
    ]
