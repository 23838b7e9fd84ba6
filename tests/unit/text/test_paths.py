from pathlib import Path

import pytest

from kaverun.text.paths import path_text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("c/members.csv", "c/members.csv"),
        ("کمپین/نام.csv", "کمپین/نام.csv"),
        ("dir\udcff/c.yaml", "dir\\xff/c.yaml"),
        # How a locale of ASCII alone hands on a Persian name.
        ("نام".encode().decode("ascii", "surrogateescape"), "نام"),
        ("\ud800", "\\ud800"),
    ],
)
def test_any_name_becomes_text_that_json_can_hold(path, text):
    assert path_text(Path(path)) == text
    path_text(Path(path)).encode()
