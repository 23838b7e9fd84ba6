"""Layout is no edit: two texts that people read the same are equal without it."""

from __future__ import annotations

import pytest

from kaverun.text.layout import without_layout

TEXT = "سلام سارا\nنوروز مبارک\nلغو11"


@pytest.mark.parametrize(
    "laid_out",
    [
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT.replace("\n", "\n\n"),
        TEXT.replace("\n", "\n \n\t\n"),
        f"\n{TEXT}\n\n",
        TEXT.replace("\n", "  \n"),
        f"{TEXT} ",
    ],
)
def test_line_ends_blank_lines_and_white_space_at_ends_are_layout(laid_out):
    assert without_layout(laid_out) == without_layout(TEXT) == TEXT


@pytest.mark.parametrize(
    "edited", [TEXT.replace("\n", " "), f" {TEXT}", TEXT.replace("ک", "ك"), TEXT + "۱", "سلام سارا"]
)
def test_everything_else_is_an_edit(edited):
    assert without_layout(edited) != without_layout(TEXT)
