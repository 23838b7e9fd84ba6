"""Words of other people in Markdown: shown as they are, and never alive."""

from __future__ import annotations

import html
import re

import pytest

from kaverun.text.markdown import block, code, inert


def shown(markdown: str) -> str:
    """What a reader sees of text without anything that is alive."""
    return html.unescape(markdown).replace("\u2060", "")


ALIVE = [
    "![x](https://evil.example/a.png)",
    "[x](https://evil.example)",
    "<img src=x>",
    "<details>",
    "&lt;b&gt;",
    "@team and @org/team",
    "a@b.example",
    "#12, org/repo#12, GH-12 and !12",
    "https://evil.example and www.evil.example and ftp://x.example",
    "mailto:a@b.example",
    "**bold** _it_ __init__ ~~gone~~ `code` ``x``",
    "0912***4567 and 0935***1111",
    "a | b",
    "- [ ] task",
    "+ x",
    "1. x",
    "12) x",
    "> quote",
    "# title",
    "$x$",
    "a\\*b",
    "first_name",
    "[^1]: note",
    "{{ name }}",
]


@pytest.mark.parametrize("text", ALIVE)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    assert shown(inert(text)) == text


@pytest.mark.parametrize("text", ALIVE)
def test_nothing_in_a_text_is_alive(text: str) -> None:
    line = inert(text)
    assert not re.search(r"[`*\[\]|<>~\\]|(?<!&)#|@|!|www\.|://|(?<![^\W_])_|_(?![^\W_])|GH-\d|mailto:\w", line)
    assert not re.match(r"[-+=]|\d+[.)]", line)
    # What is looked for in the text that is shown finds nothing to hold on to.
    assert not re.search(r"[@#!]\w|www\.|://|GH-\d", html.unescape(line))


def test_a_text_stays_on_its_line() -> None:
    assert inert("a\n\n# b\r\n| c\x1b[31m\u2028d") == "a &#35;&#8288; b &#124; c &#91;31m d"


@pytest.mark.parametrize("text", ["nowruz-1405", "a`b", "``", "a|b\nc"])
def test_a_span_of_code_ends_where_it_should(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)[0]
    assert span.endswith(fence)
    assert fence not in span[len(fence) : -len(fence)]
    assert "|" not in span
    assert "\n" not in span


def test_a_block_keeps_the_lines_of_a_text_and_cannot_be_left() -> None:
    assert block("</pre>\n<b>@team\r\n\r\n`x`\x1b") == ('<pre dir="auto">&lt;/pre&gt;\n&lt;b&gt;@team\n\n`x` </pre>')
